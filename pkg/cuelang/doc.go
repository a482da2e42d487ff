// Package cuelang loads CUE and turns its errors into diagnostics.
//
// A Loader compiles files and schemas in one CUE context, since values of
// different contexts cannot be combined. Errors of CUE are lists of messages,
// each with a path and any number of positions; Diagnose makes one diagnostic
// of each, at the position that lies in the user's file rather than in the
// schema, with the schema's line as a related place.
package cuelang

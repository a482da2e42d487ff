// Package cuelang loads CUE and turns its errors into diagnostics.
//
// A Loader compiles files and schemas in one CUE context, since values of
// different contexts cannot be combined. Errors of CUE are lists of messages,
// each with a path and any number of positions; Diagnose makes one diagnostic
// of each, at the position that lies in the user's file rather than in the
// schema, with the schema's line as a related place.
//
// A Package is what CUE calls an instance: the files of a folder with the same
// package clause, with what they import from their module. It is loaded from
// Files, and nothing else: there is no registry, no network, no environment.
package cuelang

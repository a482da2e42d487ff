// Package schemas embeds monctl's CUE schemas: closed definitions of the files
// that people write (the project file, rule files, Alertmanager's and
// Prometheus' configuration, test files).
//
// They are documentation that machines read: every field is explained beside
// its type, and `cue vet` uses them without monctl. Within monctl they name
// the fields that exist, so that a misspelt one is answered with the right
// one; the loaders of Prometheus and Alertmanager have the last word on
// everything else.
package schemas

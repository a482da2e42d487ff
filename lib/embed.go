// Package lib carries monctl's Jsonnet library inside the binary.
//
// Vocabulary: a library file is a `.libsonnet` below monctl/; a project imports
// it as 'monctl/<name>.libsonnet' without vendoring anything. docs/library.md
// describes the files field by field.
package lib

import "embed"

// FS holds the library files under the paths a project imports them by, e.g.
// "monctl/rules.libsonnet". It is a constant in all but syntax: embed.FS is
// read-only, and nothing assigns to it.
//
//go:embed monctl
var FS embed.FS

package schemas

import "embed"

// FS holds the schemas: one CUE package named "schemas", a file a subject.
//
//go:embed *.cue
var FS embed.FS

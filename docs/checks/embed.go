// Package checks holds the pages about findings, a page a code, as the binary
// prints them.
package checks

import "embed"

// FS holds the pages by the name of their code: "promql/rate.md".
//
//go:embed */*.md
var FS embed.FS

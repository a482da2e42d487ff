package cuelang

import (
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"

	"github.com/monctl/monctl/pkg/diag"
)

// Format lays out the text of a CUE file as `cue fmt` does. What does not parse
// is a diagnostic with code "cue/syntax".
func Format(file string, text []byte) ([]byte, diag.List) {
	f, err := parser.ParseFile(file, text, parser.ParseComments)
	if err == nil {
		var out []byte
		if out, err = format.Node(f); err == nil {
			return out, nil
		}
	}
	// What follows the first syntax error is guesswork of the parser.
	return nil, Diagnose("cue/syntax", file, err)[:1]
}

package promeval

import (
	"regexp"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// simpleAction is an action that names one thing and does nothing with it. Most
// templates in labels have no others, and text/template would parse them anew
// for every sample.
var simpleAction = regexp.MustCompile(`\{\{\s*(?:(\$labels|\.Labels|\$externalLabels|\.ExternalLabels)\.([A-Za-z_][A-Za-z0-9_]*)|(\$value|\.Value))\s*\}\}`)

// piece is a part of a simple template: a literal, or what an action names.
type piece struct {
	kind pieceKind
	text string // the literal, or the label's name
}

type pieceKind int

const (
	literal pieceKind = iota
	sampleLabel
	externalLabel
	sampleValue
)

// compileText splits a template into pieces. It reports false if the template
// has an action that is not simple; then upstream's expander has to run it.
func compileText(text string) ([]piece, bool) {
	var out []piece
	at := 0
	for _, m := range simpleAction.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, piece{literal, text[at:m[0]]})
		switch {
		case m[6] >= 0:
			out = append(out, piece{kind: sampleValue})
		case strings.Contains(text[m[2]:m[3]], "xternal"):
			out = append(out, piece{externalLabel, text[m[4]:m[5]]})
		default:
			out = append(out, piece{sampleLabel, text[m[4]:m[5]]})
		}
		at = m[1]
	}
	out = append(out, piece{literal, text[at:]})
	for i, s := range out {
		// A brace before an action belongs to the delimiter.
		if s.kind == literal && (isTemplate(s.text) || (i+1 < len(out) && strings.HasSuffix(s.text, "{"))) {
			return nil, false
		}
	}
	return out, true
}

// compileTexts compiles the simple templates among the values of two label sets.
func compileTexts(sets ...labels.Labels) map[string][]piece {
	out := map[string][]piece{}
	for _, set := range sets {
		set.Range(func(l labels.Label) {
			if s, ok := compileText(l.Value); ok && isTemplate(l.Value) {
				out[l.Value] = s
			}
		})
	}
	return out
}

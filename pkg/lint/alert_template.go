package lint

import (
	"maps"
	"regexp"
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

var labelReference = regexp.MustCompile(`(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)`)

// alertTemplate finds templates that name a label which the expression does
// not leave: it would be rendered as nothing.
func alertTemplate(p *Pass) {
	for _, r := range p.alerts() {
		known, exact := outputLabels(r.expr.Node)
		if !exact {
			continue
		}
		for _, field := range []struct {
			name  string
			texts map[string]string
		}{{"labels", r.Labels}, {"annotations", r.Annotations}} {
			for _, key := range slices.Sorted(maps.Keys(field.texts)) {
				at := r.Pointer + "/" + field.name + "/" + bundle.EscapeToken(key)
				for _, name := range unknownLabels(field.texts[key], known) {
					d := p.Reportf(r.object, at, "the template names the label %q, which the expression of %q does not leave", name, r.Alert)
					if d.Hint = diag.DidYouMean(name, slices.Sorted(maps.Keys(known))); d.Hint == "" {
						d.Hint = "keep it: by (…, " + name + ")"
					}
				}
			}
		}
	}
}

// unknownLabels returns the labels that a template names and that are not
// known, each once.
func unknownLabels(text string, known map[string]bool) []string {
	var out []string
	for _, m := range labelReference.FindAllStringSubmatch(text, -1) {
		if !known[m[1]] && !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// recordTemplate finds templates in the labels of recording rules, which are
// expanded in alerting rules alone.
func recordTemplate(p *Pass) {
	for _, r := range p.rules {
		if r.Record == "" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
			if strings.Contains(r.Labels[name], "{{") {
				d := p.Reportf(r.object, r.Pointer+"/labels/"+bundle.EscapeToken(name), "label %q of %q is stored as it stands: recording rules have no templates", name, r.Record)
				d.Hint = "keep the label in the expression, or make it there with label_replace()"
			}
		}
	}
}

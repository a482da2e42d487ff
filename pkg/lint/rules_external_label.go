package lint

import (
	"maps"
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
)

// rulesExternalLabel finds labels of rules that Prometheus adds itself to all
// that leaves it.
func rulesExternalLabel(p *Pass) {
	for _, r := range p.rules {
		for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
			external, ok := p.prometheus.External[name]
			if !ok {
				continue
			}
			p.Reportf(r.object, r.Pointer+"/labels/"+bundle.EscapeToken(name),
				"the label %q of %q hides the external label %s=%q", name, r.Name(), name, external).Hint = "leave it out: Prometheus adds the external label to everything that it sends"
		}
	}
}

package lint

import (
	"fmt"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// inhibitNoAlert finds inhibition rules without a source or a target.
func inhibitNoAlert(p *Pass) {
	if !p.hasRouting() {
		return
	}
	for _, i := range p.paging.inhibitions {
		for _, side := range []struct {
			name     string
			matchers labels.Matchers
			is       func(routing.LabelFunc) routing.Certainty
		}{{"source", i.Source, i.Inhibits}, {"target", i.Target, i.Concerns}} {
			if a, b, never := routing.Contradiction(side.matchers); never {
				text := fmt.Sprintf("nothing passes both %s and %s", a, b)
				if a == b {
					text = fmt.Sprintf("nothing passes %s", a)
				}
				p.Reportf(p.config, i.Pointer, "the inhibition rule has no effect, as there is no %s: %s", side.name, text).Severity = diag.Warning
				break
			}
			if !p.certainlyNone(side.is) {
				continue
			}
			d := p.Reportf(p.config, i.Pointer, "no alert has the labels that the inhibition rule asks of its %s", side.name)
			if d.Hint = p.nearValue(side.matchers); d.Hint == "" {
				d.Hint = externalHint
			}
			break
		}
	}
}

package lint

import "github.com/monctl/monctl/pkg/routing"

// inhibitSelf finds inhibition rules whose sources are their targets.
// Alertmanager lets no alert that is both be inhibited by another that is
// both.
func inhibitSelf(p *Pass) {
	if !p.hasRouting() {
		return
	}
	for _, i := range p.paging.inhibitions {
		if _, _, never := routing.Contradiction(i.Source); never {
			continue // inhibit/no-alert says so
		}
		if routing.Implies(i.Source, i.Target) && routing.Implies(i.Target, i.Source) {
			d := p.Reportf(p.config, i.Pointer, "the inhibition rule has no effect: its sources are its targets, and such alerts do not inhibit each other")
			d.Hint = "tell them apart, by their severity for instance"
		}
	}
}

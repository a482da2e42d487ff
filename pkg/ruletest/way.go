package ruletest

import (
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// RouteStep is a route on the way of an alert, and where it is written.
type RouteStep struct {
	routing.Step
	// Config names the configuration.
	Config string
	Span   diag.Span
}

// way follows an alert through the routing tree.
func (p *paging) way(lset map[string]string) []RouteStep {
	place := places(p.file.Name, p.file.YAML, p.file.Origin)
	var out []RouteStep
	for _, s := range p.tree.Trace(routing.Labels(lset)) {
		out = append(out, RouteStep{Step: s, Config: p.file.Name, Span: place(s.Route.Pointer)})
	}
	return out
}

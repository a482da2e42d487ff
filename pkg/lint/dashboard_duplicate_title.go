package lint

import "github.com/monctl/monctl/pkg/diag"

// dashboardDuplicateTitle finds two dashboards that cannot be told apart in a
// folder.
func dashboardDuplicateTitle(p *Pass) {
	type name struct{ folder, title string }
	first := map[name]board{}
	for _, b := range p.dashboards {
		if b.Title == "" {
			continue
		}
		n := name{b.object.Ref.Space, b.Title}
		other, taken := first[n]
		if !taken {
			first[n] = b
			continue
		}
		d := p.Reportf(b.object, b.Pointer+"/title", "folder %q has two dashboards titled %q", n.folder, n.title)
		d.Related = []diag.Related{{Message: "the other one", Span: other.object.Origin.At(other.Pointer + "/title")}}
	}
}

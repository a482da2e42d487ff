package lint

import (
	"regexp"
	"slices"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
)

// dashboardPath finds the uid in a link to a dashboard of the same Grafana.
var dashboardPath = regexp.MustCompile(`^(?:\$\{?__?\w+\}?)?/?d(?:-solo)?/([a-zA-Z0-9_-]+)(?:[/?#]|$)`)

// dashboardLink finds links to dashboards that the bundle does not have.
func dashboardLink(p *Pass) {
	for _, b := range p.dashboards {
		for _, l := range b.Links {
			if m := dashboardPath.FindStringSubmatch(l.URL); m != nil && !slices.Contains(p.uids(), m[1]) {
				p.Reportf(b.object, l.Pointer+"/url", "the link leads to dashboard %q, which this bundle does not have", m[1]).Hint = diag.DidYouMean(m[1], p.uids())
			}
			if len(l.Tags) > 0 && !p.hasTagged(b, l.Tags) {
				p.Reportf(b.object, l.Pointer+"/tags", "the list of dashboards tagged %q is empty: no other dashboard of this bundle is tagged so", l.Tags)
			}
		}
	}
}

// uids are the names by which links know the dashboards of the bundle.
func (v *view) uids() []string {
	var out []string
	for _, b := range v.dashboards {
		out = append(out, b.object.Ref.Name)
		if b.UID != "" && b.UID != b.object.Ref.Name {
			out = append(out, b.UID)
		}
	}
	return out
}

// hasTagged reports whether some other dashboard carries all of the tags.
func (v *view) hasTagged(from board, tags []string) bool {
	return slices.ContainsFunc(v.dashboards, func(b board) bool {
		if b.object.Ref == from.object.Ref {
			return false
		}
		for _, tag := range tags {
			if len(dashboard.References(tag)) == 0 && !slices.Contains(b.Tags, tag) {
				return false
			}
		}
		return true
	})
}

package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/depgraph"
)

// recordUnused finds recording rules that neither a rule nor a dashboard uses.
// Where no dashboard is in sight, they are elsewhere, and it is not known what
// they use.
func recordUnused(p *Pass) {
	if !slices.ContainsFunc(p.graph.Nodes(), func(n *depgraph.Node) bool { return n.Kind == depgraph.Dashboard }) {
		return
	}
	queried := queriedInTemplates(p.graph.Rules())
	for _, n := range p.graph.Nodes() {
		if n.Kind != depgraph.Record || queried[n.Name] {
			continue
		}
		if slices.ContainsFunc(n.Out, func(e *depgraph.Edge) bool { return e.To != n }) {
			continue
		}
		for _, place := range n.Places {
			if !place.Foreign {
				p.Reportf(place.Object, place.Pointer+"/record", "no rule and no dashboard uses %q", n.Name).Hint = "leave the recording rule out, or switch this off if something else reads it, such as federation"
			}
		}
	}
}

var metricWord = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*`)

// queriedInTemplates returns the words of templates that query something.
func queriedInTemplates(rules []*depgraph.Rule) map[string]bool {
	words := map[string]bool{}
	for _, r := range rules {
		for _, texts := range []map[string]string{r.Spec.Labels, r.Spec.Annotations} {
			for _, text := range texts {
				if !strings.Contains(text, "query") {
					continue
				}
				for _, word := range metricWord.FindAllString(text, -1) {
					words[word] = true
				}
			}
		}
	}
	return words
}

package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
)

// rulesCycle finds recording rules that need what they record.
func rulesCycle(p *Pass) {
	for _, cycle := range p.graph.Cycles() {
		i := slices.IndexFunc(cycle, func(r *depgraph.Rule) bool { return !r.Foreign })
		if i < 0 {
			continue
		}
		r := cycle[i]
		if len(cycle) == 1 {
			p.Reportf(r.Object, r.Pointer+"/expr", "recording rule %q reads its own result", r.Record).Hint = "it reads what was recorded an evaluation before; if that is meant, say so with an offset"
			continue
		}
		var names []string
		for _, other := range cycle {
			names = append(names, other.Record)
		}
		d := p.Reportf(r.Object, r.Pointer+"/expr", "recording rules depend on each other in a circle: %s", shortList(names))
		d.Hint = "each of them is one evaluation late; break the circle up, or say with an offset where it is meant"
		for _, other := range cycle {
			if other != r && len(d.Related) < 10 {
				d.Related = append(d.Related, diag.Related{Message: other.Record + " is part of it", Span: other.Span()})
			}
		}
	}
}

// shortList joins names, a few at most.
func shortList(names []string) string {
	const most = 5
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

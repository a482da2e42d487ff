package lint

import (
	"fmt"
	"maps"
	"slices"

	"github.com/monctl/monctl/pkg/diag"
)

// rulesDuplicate finds rules that say the same twice. The same name with
// another expression or other labels is no duplicate: that is how an alert has
// two severities and a recording rule two sources.
func rulesDuplicate(p *Pass) {
	first := map[string]rule{}
	for _, r := range p.rules {
		key := fmt.Sprintf("%q %q %s %s %s %q", r.Alert, r.Record, r.For, r.KeepFiringFor, pairs(r.labels()), r.expr.Normal())
		other, ok := first[key]
		if !ok {
			first[key] = r
			continue
		}
		d := p.Reportf(r.object, r.Pointer, "rule %q stands in group %q already", r.Name(), other.object.Ref.Space+"/"+other.group.Name)
		d.Hint = "leave one of them out"
		d.Related = []diag.Related{{Message: "the same rule", Span: other.object.Origin.At(other.Pointer)}}
	}
}

// pairs prints labels in a fixed order.
func pairs(labels map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		out = append(out, fmt.Sprintf("%q=%q", k, labels[k]))
	}
	return fmt.Sprint(out)
}

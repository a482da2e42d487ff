package lint

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/monctl/monctl/pkg/diag"
)

// rulesDuplicate finds rules that say the same twice, and recording rules that
// write the same series. The same name with another expression or other labels
// is no duplicate: that is how an alert has two severities and a recording
// rule two sources.
func rulesDuplicate(p *Pass) {
	// Keys are hashes, since the texts of all rules are as long as the rules.
	first, written := make(map[[sha256.Size]byte]int32, len(p.rules)), map[[sha256.Size]byte]int32{}
	for i, r := range p.rules {
		text := fmt.Sprintf("%q %q %s", r.Alert, r.Record, pairs(r.labels()))
		name := sha256.Sum256([]byte(text))
		key := sha256.Sum256([]byte(text + " " + r.expr.Normal()))
		if at, ok := first[key]; ok {
			other := p.rules[at]
			d := p.Reportf(r.object, r.Pointer, "rule %q stands in group %q already", r.Name(), other.object.Ref.Space+"/"+other.group.Name)
			d.Hint = "leave one of them out"
			if r.For != other.For || r.KeepFiringFor != other.KeepFiringFor {
				d.Hint = "their alerts are the same to Alertmanager, whatever the durations: leave one of them out, or give them different labels"
			}
			d.Related = []diag.Related{{Message: "the same rule", Span: other.object.Origin.At(other.Pointer)}}
			continue
		}
		first[key] = int32(i) //nolint:gosec // a bundle has not that many rules
		if r.Record == "" || !r.expr.Analysis().Labels().Empty() {
			continue
		}
		if at, ok := written[name]; ok {
			other := p.rules[at]
			d := p.Reportf(r.object, r.Pointer, "rule %q writes the same series as one in group %q: neither result has a label", r.Name(), other.object.Ref.Space+"/"+other.group.Name)
			d.Hint = "Prometheus drops one of the two samples: give them different names or labels"
			d.Related = []diag.Related{{Message: "the other rule", Span: other.object.Origin.At(other.Pointer)}}
			continue
		}
		written[name] = int32(i) //nolint:gosec // a bundle has not that many rules
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

package lint

import (
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
)

// instantLookback is how old a sample may be for an instant vector, unless Prometheus
// is told otherwise (--query.lookback-delta).
const instantLookback = 5 * time.Minute

// rulesOrder finds rules that read what is recorded after them.
func rulesOrder(p *Pass) {
	circular := map[*depgraph.Rule]bool{}
	for _, cycle := range p.graph.Cycles() {
		for _, r := range cycle {
			circular[r] = true // rulesCycle says it
		}
	}
	for _, r := range p.graph.Rules() {
		if r.Foreign {
			continue
		}
		told := map[string]bool{}
		fresh := map[string]bool{}
		for _, f := range p.graph.Sources(r) {
			if f.Rule.Group.Interval <= r.Group.Interval {
				fresh[f.Rule.Record] = true
			}
		}
		for _, f := range p.graph.Sources(r) {
			s := f.Rule
			if s == r || told[s.Record] || circular[s] && circular[r] {
				continue
			}
			switch {
			case s.Group == r.Group && s.Index > r.Index:
				told[s.Record] = true
				d := p.Reportf(r.Object, r.Pointer+"/expr", "%q reads %q, which the group records after it, so that it sees the value of the evaluation before", r.Name(), s.Record)
				d.Hint = "put the recording rule first: rules of a group run one after the other"
				d.Related = []diag.Related{{Message: "recorded here", Span: s.Object.Origin.At(s.Pointer)}}
			case s.Group != r.Group && s.Group.Interval > r.Group.Interval && r.Group.Interval > 0 && !fresh[s.Record]:
				told[s.Record] = true
				p.slowGroup(r, s)
			}
		}
	}
}

// slowGroup reports a rule that reads what another group records less often.
func (p *Pass) slowGroup(r, s *depgraph.Rule) {
	every := model.Duration(s.Group.Interval)
	if s.Group.Interval > instantLookback {
		d := p.Reportf(r.Object, r.Pointer+"/expr", "%q reads %q, which group %q records every %s only: in between it sees nothing once the last sample is older than 5m", r.Name(), s.Record, s.Group.Name, every)
		d.Hint = "use last_over_time(" + s.Record + "[" + every.String() + "]), or record more often"
		d.Related = []diag.Related{{Message: "recorded here", Span: s.Object.Origin.At(s.Pointer)}}
		return
	}
	d := p.Reportf(r.Object, r.Pointer+"/expr", "%q is evaluated every %s and reads %q, which group %q records every %s only", r.Name(), model.Duration(r.Group.Interval), s.Record, s.Group.Name, every)
	d.Severity = diag.Info
	d.Hint = "give both groups one interval, or mind that the value may be that old"
	d.Related = []diag.Related{{Message: "recorded here", Span: s.Object.Origin.At(s.Pointer)}}
}

package lint

import (
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// lookback is how long Prometheus takes a sample for current, by default.
const lookback = 5 * time.Minute

// rulesInterval finds groups that are evaluated so seldom that their results
// have holes, or that their expressions leave samples out.
func rulesInterval(p *Pass) {
	seen := map[string]bool{}
	for _, r := range p.rules {
		if r.group.Interval == 0 {
			continue
		}
		if ref := r.object.Ref.String(); r.group.Interval > lookback && !seen[ref] {
			if r.Record != "" || r.KeepFiringFor < r.group.Interval {
				seen[ref] = true
				p.Reportf(r.object, "/interval", "group %q is evaluated every %s, and a sample is current for %s only: its series have holes", r.group.Name, short(r.group.Interval), short(lookback)).Hint = "evaluate it every 5m or more often"
			}
		}
		if m, ok := gap(r); ok {
			p.ReportExpr(r, m, "the range %s is shorter than the interval %s of the group: what happens in between is never seen", short(m.Range), short(r.group.Interval)).Hint = "take a range of at least the interval"
		}
	}
}

// gap returns a range of a rule that is shorter than the interval of its
// group. A rate is a sample of how things are, so only what counts events is
// judged.
func gap(r rule) (*parser.MatrixSelector, bool) {
	for _, call := range r.expr.Functions("increase", "changes", "resets", "max_over_time", "min_over_time", "count_over_time", "sum_over_time") {
		if m, ok := call.Args[0].(*parser.MatrixSelector); ok && m.RangeExpr == nil && m.Range < r.group.Interval {
			return m, true
		}
	}
	return nil, false
}

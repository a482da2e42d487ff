package ruletest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/monctl/monctl/pkg/promeval"
)

// history is what became of a rule up to an instant.
type history struct {
	// samples are those of the expression.
	samples, pending, firing []promeval.Column
	err                      error
}

func (x instant) history(ctx context.Context, s *subject) history {
	from := x.from
	if earliest := x.at.Add(-lookBack * x.step); from.Before(earliest) {
		from = earliest
	}
	var h history
	for _, q := range []struct {
		into   *[]promeval.Column
		text   string
		offset time.Duration
	}{
		{&h.samples, s.expr.Node.String(), s.offset},
		{&h.pending, s.alerts("pending").String(), 0},
		{&h.firing, s.alerts("firing").String(), 0},
	} {
		columns, err := x.Range(ctx, q.text, from.Add(-q.offset), x.at.Add(-q.offset), x.step)
		if err != nil {
			h.err = err
		}
		for i := range columns {
			for n := range columns[i].Times {
				columns[i].Times[n] += q.offset.Milliseconds()
			}
		}
		*q.into = columns
	}
	return h
}

// runUntil returns where the unbroken run of ticks begins that ends at an
// instant.
func runUntil(times []int64, ms, step int64) (since int64, ok bool) {
	i := slices.Index(times, ms)
	if i < 0 {
		return 0, false
	}
	for i > 0 && times[i-1] == times[i]-step {
		i--
	}
	return times[i], true
}

// runs tells the last run of ticks of some series together.
func (x instant) runs(columns []promeval.Column) string {
	var times []int64
	for _, c := range columns {
		times = append(times, c.Times...)
	}
	if len(times) == 0 {
		return ""
	}
	slices.Sort(times)
	times = slices.Compact(times)
	last := times[len(times)-1]
	since, _ := runUntil(times, last, x.step.Milliseconds())
	if since == last {
		return "at " + x.nameMillis(last)
	}
	return fmt.Sprintf("from %s to %s", x.nameMillis(since), x.nameMillis(last))
}

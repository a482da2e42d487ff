package ruletest

import (
	"github.com/monctl/monctl/pkg/expr"
)

// labelValues are the values of a label in for_each.
type labelValues struct {
	name   string
	values []string
}

// maxEach bounds how many series one line may stand for.
const maxEach = 10000

// expand makes a series for each combination of the label values, the last
// label's values changing fastest. Without any, it is the series itself.
func (s series) expand(d *decoder, each []labelValues) []series {
	if len(each) == 0 {
		return []series{s}
	}
	lset, err := expr.Features{}.Parser().ParseMetric(s.series.value)
	if err != nil {
		return []series{s} // The test says so when it runs.
	}
	count := 1
	for _, l := range each {
		if lset.Has(l.name) {
			d.diags.Errorf(codeValue, s.series.span, "for_each sets the label %q, which the series %s has already", l.name, shorten(s.series.value))
		}
		if count *= len(l.values); count > maxEach {
			d.diags.Errorf(codeValue, s.series.span, "for_each makes more than %d series", maxEach)
			return nil
		}
	}
	out := []series{s}
	for _, l := range each {
		var next []series
		for _, one := range out {
			for _, v := range l.values {
				more := one
				more.series.value = expr.WithLabel(one.series.value, l.name, v)
				next = append(next, more)
			}
		}
		out = next
	}
	return out
}

package ruletest

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// sample is what promtool compares of a sample: a histogram as its test
// expression, beside the value, which is zero then.
type sample struct {
	labels    labels.Labels
	value     float64
	histogram string
}

func newSample(lset labels.Labels, value float64, h *histogram.FloatHistogram) sample {
	s := sample{labels: lset, value: value}
	if h != nil {
		s.histogram = h.TestExpression()
	}
	return s
}

// String is the sample in promtool's notation.
func (s sample) String() string {
	if s.histogram != "" {
		return s.labels.String() + " " + s.histogram
	}
	return s.labels.String() + " " + strconv.FormatFloat(s.value, 'g', -1, 64)
}

// sampleError is an expected sample that cannot be read.
type sampleError struct {
	span diag.Span
	err  error
}

// Error implements error.
func (e *sampleError) Error() string { return e.err.Error() }

// Unwrap returns the parser's error.
func (e *sampleError) Unwrap() error { return e.err }

// samples parses the expected samples.
func (e exprAssertion) samples() ([]sample, error) {
	p := expr.Features{}.Parser()
	out := make([]sample, 0, len(e.exp))
	for _, s := range e.exp {
		lset, err := p.ParseMetric(s.labels.value)
		if err != nil {
			return nil, &sampleError{s.labels.span, fmt.Errorf("the expected labels %q do not parse: %w", s.labels.value, err)}
		}
		var h *histogram.FloatHistogram
		if s.histogram != "" {
			_, values, err := p.ParseSeriesDesc("{} " + s.histogram)
			switch {
			case err != nil:
				return nil, &sampleError{s.labels.span, fmt.Errorf("the expected histogram %q does not parse: %w", s.histogram, err)}
			case len(values) != 1:
				return nil, &sampleError{s.labels.span, fmt.Errorf("expected one histogram, %q has %d values", s.histogram, len(values))}
			case values[0].Histogram == nil:
				return nil, &sampleError{s.labels.span, fmt.Errorf("expected a histogram, %q is a number", s.histogram)}
			}
			h = values[0].Histogram
		}
		out = append(out, newSample(lset, s.value, h))
	}
	return out, nil
}

func sortSamples(s []sample) {
	slices.SortStableFunc(s, func(a, b sample) int { return labels.Compare(a.labels, b.labels) })
}

// sameSamples compares sorted samples, their values with a function.
func sameSamples(expected, got []sample, same func(a, b float64) bool) bool {
	return slices.EqualFunc(expected, got, func(a, b sample) bool {
		return labels.Equal(a.labels, b.labels) && same(a.value, b.value) && a.histogram == b.histogram
	})
}

// sameValue is promtool's comparison: NaN equals nothing, and fuzzy_compare
// accepts the two neighbouring floating-point numbers. nan_equals_nan is not
// promtool's.
func (f *file) sameValue(a, b float64) bool {
	if a == b || f.options.nanEqual && math.IsNaN(a) && math.IsNaN(b) {
		return true
	}
	return f.fuzzy && (math.Nextafter(a, math.Inf(-1)) == b || math.Nextafter(a, math.Inf(1)) == b)
}

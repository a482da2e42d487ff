package promeval

import (
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// Column is one input series: parallel slices of samples in order of time.
type Column struct {
	Labels labels.Labels
	// Times are milliseconds since the epoch.
	Times []int64
	// Floats holds the values; where Histograms is set, the histogram counts.
	Floats []float64
	// Histograms is nil for a series without native histograms.
	Histograms []*histogram.FloatHistogram
	// Steps is how many values the notation has, omitted ones included.
	Steps int
}

// ParseSeries parses "metric{label="value"} values" in promtool's series
// notation and places the values at start, start+gap, start+2·gap and so on.
// Omitted values ("_") take up a step without yielding a sample. As in promtool,
// the notation has all features (promql/promqltest, TestParserOpts).
func ParseSeries(line string, start time.Time, gap time.Duration) (Column, error) {
	lset, values, err := expr.AllFeatures().Parser().ParseSeriesDesc(line)
	if err != nil {
		return Column{}, fmt.Errorf("parse series: %w", err)
	}
	c := Column{Labels: lset, Steps: len(values), Times: make([]int64, 0, len(values)), Floats: make([]float64, 0, len(values))}
	at := start
	for _, v := range values {
		if !v.Omitted {
			c.add(timestamp.FromTime(at), v)
		}
		at = at.Add(gap)
	}
	return c, nil
}

func (c *Column) add(t int64, v parser.SequenceValue) {
	if v.Histogram != nil && c.Histograms == nil {
		c.Histograms = make([]*histogram.FloatHistogram, len(c.Times), cap(c.Times))
	}
	c.Times = append(c.Times, t)
	c.Floats = append(c.Floats, v.Value)
	if c.Histograms != nil {
		c.Histograms = append(c.Histograms, v.Histogram)
	}
}

// histogramAt returns the i-th sample's histogram, or nil if it is a float.
func (c *Column) histogramAt(i int) *histogram.FloatHistogram {
	if c.Histograms == nil {
		return nil
	}
	return c.Histograms[i]
}

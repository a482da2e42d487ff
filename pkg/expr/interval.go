package expr

import (
	"math"
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// Interval bounds the values of a result: Low <= v <= High, infinities
// included. A value may be NaN beside that where NaN is set.
type Interval struct {
	Low, High float64
	NaN       bool
}

func anyValue() Interval { return Interval{math.Inf(-1), math.Inf(1), true} }

func atLeast(low float64) Interval { return Interval{low, math.Inf(1), true} }

func between(low, high float64) Interval { return Interval{low, high, true} }

// exactly is one value. NaN is the empty interval and NaN.
func exactly(v float64) Interval {
	if math.IsNaN(v) {
		return Interval{math.Inf(1), math.Inf(-1), true}
	}
	return Interval{v, v, false}
}

// Constant returns the one value that there is.
func (i Interval) Constant() (float64, bool) { return i.Low, i.Low == i.High && !i.NaN }

// compare returns the values of i that pass a comparison with some value of j.
// It reports false if none can.
func (i Interval) compare(op parser.ItemType, j Interval) (Interval, bool) {
	out := i
	out.NaN = false
	switch op {
	case parser.EQLC:
		out.Low, out.High = max(i.Low, j.Low), min(i.High, j.High)
		return out, out.Low <= out.High
	case parser.NEQ:
		a, one := i.Constant()
		b, other := j.Constant()
		return i, !one || !other || a != b
	case parser.LSS:
		out.High = min(i.High, j.High)
		return out, i.Low < j.High
	case parser.LTE:
		out.High = min(i.High, j.High)
		return out, i.Low <= j.High
	case parser.GTR:
		out.Low = max(i.Low, j.Low)
		return out, i.High > j.Low
	case parser.GTE:
		out.Low = max(i.Low, j.Low)
		return out, i.High >= j.Low
	default:
		return i, true
	}
}

// arithmetic returns the values of i op j, as far as they are simple to tell.
func (i Interval) arithmetic(op parser.ItemType, j Interval) Interval {
	var f func(a, b float64) float64
	switch op {
	case parser.ADD:
		f = func(a, b float64) float64 { return a + b }
	case parser.SUB:
		f = func(a, b float64) float64 { return a - b }
	case parser.MUL:
		f = func(a, b float64) float64 { return a * b }
	case parser.DIV:
		a, one := i.Constant()
		b, other := j.Constant()
		if one && other {
			return exactly(a / b)
		}
		if j.Low <= 0 && j.High >= 0 {
			return anyValue()
		}
		f = func(a, b float64) float64 { return a / b }
	default:
		return anyValue()
	}
	corners := []float64{f(i.Low, j.Low), f(i.Low, j.High), f(i.High, j.Low), f(i.High, j.High)}
	if slices.ContainsFunc(corners, math.IsNaN) {
		return anyValue()
	}
	out := Interval{Low: slices.Min(corners), High: slices.Max(corners), NaN: i.NaN || j.NaN}
	// An infinity on both sides may cancel out within the interval.
	if _, constant := out.Constant(); !constant {
		out.NaN = true
	}
	return out
}

func (i Interval) negative() Interval { return Interval{0 - i.High, 0 - i.Low, i.NaN} }

// union covers both.
func (i Interval) union(j Interval) Interval {
	return Interval{min(i.Low, j.Low), max(i.High, j.High), i.NaN || j.NaN}
}

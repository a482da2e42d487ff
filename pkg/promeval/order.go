package promeval

import (
	"math"
	"math/bits"
	"slices"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// isOrderless reports whether an aggregation yields the same over a matrix, bit
// for bit, in whatever order its series come.
//
// A range query takes the results of operators from a map, at random. A sum of
// floats may then round differently, and topk choose another one of two equal
// values, than at the instant.
func (s sum) isOrderless(m promql.Matrix) bool {
	if len(m) < 2 {
		return true
	}
	grouping := slices.Sorted(slices.Values(s.Grouping))
	groups := map[uint64][]promql.FPoint{}
	var buf []byte
	for _, series := range m {
		if len(series.Histograms) > 0 {
			return false
		}
		var hash uint64
		switch {
		case s.Without:
			hash, buf = series.Metric.HashWithoutLabels(buf, grouping...)
		case len(grouping) > 0:
			hash, buf = series.Metric.HashForLabels(buf, grouping...)
		}
		groups[hash] = append(groups[hash], series.Floats...)
	}
	for _, points := range groups {
		slices.SortFunc(points, func(a, b promql.FPoint) int { return int(a.T - b.T) })
		for len(points) > 0 {
			n := slices.IndexFunc(points, func(p promql.FPoint) bool { return p.T != points[0].T })
			if n < 0 {
				n = len(points)
			}
			if n > 1 && !s.commutes(points[:n]) {
				return false
			}
			points = points[n:]
		}
	}
	return true
}

// commutes reports whether the aggregation of these values, at least two, does
// not depend on their order.
func (s sum) commutes(points []promql.FPoint) bool {
	switch s.Op {
	case parser.SUM, parser.AVG:
		return len(points) == 2 || isExactSum(points)
	case parser.MIN, parser.MAX:
		return !slices.ContainsFunc(points, func(p promql.FPoint) bool { return p.F == 0 && math.Signbit(p.F) })
	case parser.STDDEV, parser.STDVAR:
		return !slices.ContainsFunc(points, func(p promql.FPoint) bool { return p.F != points[0].F })
	case parser.TOPK, parser.BOTTOMK:
		if n, ok := s.Param.(*parser.NumberLiteral); ok && float64(len(points)) <= math.Trunc(n.Val) {
			return true
		}
		return isDistinct(points)
	default:
		return false
	}
}

// isExactSum reports whether no partial sum can round: all values are multiples
// of a power of two that the sum of their magnitudes is less than 2⁵³ times of.
func isExactSum(points []promql.FPoint) bool {
	unit, total := math.MaxInt, 0.0
	for _, p := range points {
		if p.F == 0 {
			continue
		}
		if math.IsNaN(p.F) || math.IsInf(p.F, 0) {
			return false
		}
		fraction, exponent := math.Frexp(p.F) // p.F = fraction × 2^exponent
		mantissa := uint64(math.Abs(fraction) * (1 << 53))
		unit = min(unit, exponent-53+bits.TrailingZeros64(mantissa))
		total += math.Abs(p.F)
	}
	return total == 0 || (unit > -1000 && total < math.Ldexp(1, min(unit+53, 1023)))
}

func isDistinct(points []promql.FPoint) bool {
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.F
	}
	slices.Sort(values)
	return len(slices.Compact(values)) == len(points) && !math.IsNaN(values[0])
}

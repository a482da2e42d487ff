package main

import "slices"

// summary is the median and the range of some numbers.
type summary struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	N      int     `json:"n"`
}

// summarise wants at least one value.
func summarise(values []float64) summary {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	median := sorted[n/2]
	if n%2 == 0 {
		median = (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return summary{Median: median, Min: sorted[0], Max: sorted[n-1], N: n}
}

// ratios divides pair by pair; pairs whose divisor is 0 are left out.
func ratios(ours, peer []float64) []float64 {
	var out []float64
	for i := range min(len(ours), len(peer)) {
		if peer[i] != 0 {
			out = append(out, ours[i]/peer[i])
		}
	}
	return out
}

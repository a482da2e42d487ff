package ruletest

// pairUp pairs each of n things with at most one of m others that fits it, so
// that as many as possible have a partner (augmenting paths). The result has
// for each of the n the index of its partner, or -1.
func pairUp(n, m int, fits func(i, j int) bool) []int {
	of := make([]int, n)
	owner := make([]int, m)
	for i := range of {
		of[i] = -1
	}
	for j := range owner {
		owner[j] = -1
	}
	var find func(i int, seen []bool) bool
	find = func(i int, seen []bool) bool {
		for j := range m {
			if seen[j] || !fits(i, j) {
				continue
			}
			seen[j] = true
			if owner[j] < 0 || find(owner[j], seen) {
				owner[j], of[i] = i, j
				return true
			}
		}
		return false
	}
	for i := range n {
		find(i, make([]bool, m))
	}
	return of
}

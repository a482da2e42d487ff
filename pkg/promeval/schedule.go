package promeval

import "time"

// Schedule says when groups are evaluated that are not evaluated at every tick:
// at the start, and then every interval.
type Schedule struct {
	Start time.Time
	// Interval is that of groups that have none of their own.
	Interval time.Duration
}

// Step returns the distance of ticks at which every group of some rule files is
// due as often as it should be: the largest duration of which all intervals are
// multiples.
func (s Schedule) Step(files []*RuleFile) time.Duration {
	step := s.Interval
	for _, f := range files {
		for _, g := range f.groups {
			if g.interval > 0 {
				step = divisor(step, g.interval)
			}
		}
	}
	return step
}

// divisor is the greatest common one.
func divisor(a, b time.Duration) time.Duration {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// due reports whether a group is evaluated at an instant; without a schedule it
// always is.
func (s *Schedule) due(g *group, ts time.Time) bool {
	if s == nil {
		return true
	}
	interval := s.Interval
	if g.interval > 0 {
		interval = g.interval
	}
	return ts.Sub(s.Start)%interval == 0
}

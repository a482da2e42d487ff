package promeval

// way is how a rule was evaluated.
type way int

const (
	skipped way = iota
	byRanges
	byTicks
)

// Plan says how an evaluation was made, in numbers of rules.
type Plan struct {
	// Skipped rules provably yield nothing; of those by Ranges, every tick was
	// evaluated at once, of those by Ticks some or all were not.
	Skipped, Ranges, Ticks int
	// Why is why the evaluation as a whole was made tick by tick, or "".
	Why string
}

// Plan returns how the evaluation was made. It is known after the first tick.
func (e *Evaluation) Plan() Plan {
	if e.ranges == nil {
		return Plan{Ticks: len(e.rules), Why: e.why}
	}
	var p Plan
	for _, r := range e.ranges.rules {
		switch r.way {
		case skipped:
			p.Skipped++
		case byRanges:
			p.Ranges++
		case byTicks:
			p.Ticks++
		}
	}
	return p
}

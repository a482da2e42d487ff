package promeval

import "time"

// Clock is the ticks of an evaluation: tick i is at Start + i·Step.
type Clock struct {
	Start time.Time
	Step  time.Duration
	// Ticks is how many there are.
	Ticks int
}

// at returns the instant of a tick.
func (c Clock) at(tick int) time.Time { return c.Start.Add(time.Duration(tick) * c.Step) }

// milli returns the instant of a tick in milliseconds, as samples have it. The
// clock has to be whole.
func (c Clock) milli(tick int) int64 { return c.Start.UnixMilli() + int64(tick)*c.Step.Milliseconds() }

// tick returns the first tick that is not before t, in milliseconds.
func (c Clock) tick(t int64) int {
	d := t - c.Start.UnixMilli()
	if d <= 0 {
		return 0
	}
	step := c.Step.Milliseconds()
	return int((d + step - 1) / step)
}

// whole reports whether the ticks are at whole milliseconds. Elsewhere the
// engine's range queries and the instants of rules round in their own ways.
func (c Clock) whole() bool {
	return c.Step >= time.Millisecond && c.Step%time.Millisecond == 0 && c.Start.Nanosecond()%int(time.Millisecond) == 0
}

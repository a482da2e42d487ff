package routing

import (
	"fmt"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/timeinterval"
)

// Interval is a time interval that a configuration defines.
type Interval struct {
	Name string
	// Pointer is its place: "/time_intervals/0".
	Pointer string
	// Never are the places of the parts of it that no day belongs to.
	Never []string
	// Empty says that this is all of them: the interval never occurs.
	Empty bool
}

// Intervals returns the time intervals of a configuration that LoadConfig
// accepted.
func Intervals(cfg *config.Config) []Interval {
	var out []Interval
	add := func(field string, i int, name string, parts []timeinterval.TimeInterval) {
		one := Interval{Name: name, Pointer: fmt.Sprintf("/%s/%d", field, i)}
		for j, part := range parts {
			if !occurs(part) {
				one.Never = append(one.Never, fmt.Sprintf("%s/time_intervals/%d", one.Pointer, j))
			}
		}
		one.Empty = len(one.Never) == len(parts)
		out = append(out, one)
	}
	for i, t := range cfg.TimeIntervals {
		add("time_intervals", i, t.Name, t.TimeIntervals)
	}
	for i, t := range cfg.MuteTimeIntervals {
		add("mute_time_intervals", i, t.Name, t.TimeIntervals)
	}
	return out
}

// cycle is after how many years weekdays and dates are the same again, within
// the years from 1901 to 2099.
const cycle = 28

// occurs reports whether some day belongs to an interval. The times of a day
// are no matter: the loader demands that they begin before they end.
func occurs(t timeinterval.TimeInterval) bool {
	t.Times, t.Location = nil, nil
	years := t.Years
	if len(years) == 0 {
		years = []timeinterval.YearRange{{InclusiveRange: timeinterval.InclusiveRange{Begin: 2001, End: 2000 + cycle}}}
	}
	for _, r := range years {
		day := time.Date(r.Begin, 1, 1, 12, 0, 0, 0, time.UTC)
		for last := min(r.End, r.Begin+cycle); day.Year() <= last; day = day.AddDate(0, 0, 1) {
			if t.ContainsTime(day) {
				return true
			}
		}
	}
	return false
}

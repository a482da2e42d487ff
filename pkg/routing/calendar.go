package routing

import (
	"slices"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/timeinterval"
)

// Calendar says when the time intervals of a configuration are.
type Calendar struct {
	intervals map[string][]timeinterval.TimeInterval
}

// NewCalendar returns the calendar of a configuration that LoadConfig accepted.
func NewCalendar(cfg *config.Config) *Calendar {
	c := &Calendar{intervals: map[string][]timeinterval.TimeInterval{}}
	for _, t := range cfg.MuteTimeIntervals {
		c.intervals[t.Name] = t.TimeIntervals
	}
	for _, t := range cfg.TimeIntervals {
		c.intervals[t.Name] = t.TimeIntervals
	}
	return c
}

// Occurs is a time interval of a route at some time.
type Occurs struct {
	Name string
	// Active says that it is one of the route's active intervals; the others
	// mute.
	Active bool
	// Now says that the time is in it.
	Now bool
	// Locations are the time zones that it is written in, sorted; UTC where it
	// says nothing.
	Locations []*time.Location
}

// At returns the time intervals of a route at a time, the muting ones first,
// and whether they keep the route silent: inside of a muting one, or outside of
// all active ones (notify.TimeMuteStage, notify.TimeActiveStage).
func (c *Calendar) At(r *Route, at time.Time) (all []Occurs, muted bool) {
	for _, name := range r.MuteTimeIntervals {
		o := c.occurs(name, at)
		muted = muted || o.Now
		all = append(all, o)
	}
	active := len(r.ActiveTimeIntervals) == 0
	for _, name := range r.ActiveTimeIntervals {
		o := c.occurs(name, at)
		o.Active = true
		active = active || o.Now
		all = append(all, o)
	}
	return all, muted || !active
}

func (c *Calendar) occurs(name string, at time.Time) Occurs {
	o := Occurs{Name: name}
	for _, part := range c.intervals[name] {
		o.Now = o.Now || part.ContainsTime(at.UTC()) // an interval with a location converts
		location := time.UTC
		if part.Location != nil && part.Location.Location != nil {
			location = part.Location.Location
		}
		if !slices.ContainsFunc(o.Locations, func(l *time.Location) bool { return l.String() == location.String() }) {
			o.Locations = append(o.Locations, location)
		}
	}
	slices.SortFunc(o.Locations, func(a, b *time.Location) int {
		switch {
		case a.String() < b.String():
			return -1
		case a.String() > b.String():
			return 1
		}
		return 0
	})
	return o
}

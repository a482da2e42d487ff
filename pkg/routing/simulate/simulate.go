package simulate

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/monctl/monctl/pkg/routing"
)

// Alert is an alert as it is sent to Alertmanager, after external labels and
// alert relabelling.
type Alert struct {
	// Labels identify the alert; labels without value are dropped.
	Labels      map[string]string
	Annotations map[string]string
	// StartsAt is when it began to fire. If it is zero, that is the instant of
	// the delivery, or EndsAt if that is given.
	StartsAt time.Time
	// EndsAt is when it stops to fire, in the past or in the future. If it is
	// zero, the alert ends resolve_timeout after the delivery unless it is
	// delivered again.
	EndsAt       time.Time
	GeneratorURL string
}

// Delivery is one alert that is posted to Alertmanager at an instant. An alert
// with the labels of an earlier one updates it.
type Delivery struct {
	At    time.Time
	Alert Alert
	// Held says that the alert fires until a later delivery ends it: it stands
	// for a sender that repeats a firing alert in time, as Prometheus does.
	// EndsAt is then not looked at.
	Held bool
}

// Silence mutes alerts from From to Until, both inclusive. A time that is zero
// is no bound.
type Silence struct {
	Matchers    labels.Matchers
	From, Until time.Time
	ID, Comment string
}

// Options are what Run plays.
type Options struct {
	// Config is what routing.LoadConfig returned.
	Config *config.Config
	// Deliveries may be in any order; those of one instant keep theirs.
	Deliveries []Delivery
	Silences   []Silence
	// Start is when Alertmanager was started; the first delivery, if it is
	// zero. It matters where an entry of the notification log expires, which
	// upstream looks for every 15 minutes from there on.
	Start time.Time
	// Until is the last instant that is played.
	Until time.Time
	// OnFlush, if it is set, is called for every flush of every group, in order:
	// it says why nobody was notified. Long simulations have many.
	OnFlush func(Flush)
}

// Timeline is what happened.
type Timeline struct {
	// Notifications are ordered by time, then group key, then route.
	Notifications []Notification
	// Rejected are the deliveries that Alertmanager refuses, in order.
	Rejected []Rejection
	// Used says which parts of the configuration had a part in it.
	Used Used

	tree  *routing.Tree
	muter *muter
}

// Rejection is a delivery that Alertmanager answers with an error.
type Rejection struct {
	Delivery Delivery
	Reason   string
}

// Used are the parts of a configuration that had an effect, each in the order
// of the configuration.
type Used struct {
	// Routes are those that some alert ended in.
	Routes []*routing.Route
	// Inhibitions are the rules that kept an alert out of a notification.
	Inhibitions []routing.Inhibition
	// Intervals are the names of the time intervals that muted a group: mute
	// intervals, and active intervals outside of which it was flushed.
	Intervals []string
	// Silences are indexes into Options.Silences.
	Silences []int
}

// Run plays the deliveries until o.Until. The error is a cancellation, or
// options without a configuration.
func Run(ctx context.Context, o Options) (*Timeline, error) {
	if o.Config == nil {
		return nil, errors.New("simulate: no configuration")
	}
	s := newSimulation(o)
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s.timeline(), nil
}

package promeval

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// Names of the series that alerting rules write (rules/alerting.go).
const (
	alertMetric         = "ALERTS"
	alertForStateMetric = "ALERTS_FOR_STATE"
	alertStateLabel     = "alertstate"
)

// resolvedRetention is how long an alert is remembered after it has fired
// (rules/alerting.go).
const resolvedRetention = 15 * time.Minute

// AlertState is how an alert stands after a tick.
type AlertState string

// The states of an alert. An inactive one has fired, and is remembered for as
// long as Prometheus goes on telling Alertmanager that it is resolved.
const (
	AlertPending  AlertState = "pending"
	AlertFiring   AlertState = "firing"
	AlertInactive AlertState = "inactive"
)

// heldAlert is an alert that a rule holds in memory.
type heldAlert struct {
	labels labels.Labels
	state  AlertState
	// The times are zero if what they tell has not happened.
	activeAt, firedAt, resolvedAt, keepFiringSince time.Time
	origin                                         origin
	// seen is the last tick at which the expression had the alert.
	seen int
	// kept is set as long as the rule holds the alert.
	kept bool
	// out are the series that a range evaluation writes for the alert.
	out *alertSeries
}

// origin is the sample that last made an alert true.
type origin struct {
	metric    labels.Labels
	value     float64
	histogram *histogram.FloatHistogram
	tick      int
	at        time.Time
	// annotations is set if they had to be expanded at once.
	annotations labels.Labels
	expanded    bool
}

// machine is the state of one alerting rule: what AlertingRule.Eval of upstream
// does once the labels are expanded (rules/alerting.go).
type machine struct {
	*rule
	limit int
	// known has every alert that there ever was, by the hash of its labels, as
	// upstream's map of the active ones.
	known  map[uint64]*heldAlert
	active []*heldAlert
}

func newMachine(r *rule, limit int) *machine {
	return &machine{rule: r, limit: limit, known: map[uint64]*heldAlert{}}
}

// alert returns the alert with these labels.
func (m *machine) alert(lset labels.Labels) *heldAlert {
	hash := lset.Hash()
	a, ok := m.known[hash]
	if !ok {
		a = &heldAlert{labels: lset, seen: -1}
		m.known[hash] = a
	}
	return a
}

// see notes that the expression has an alert at a tick. All are seen before
// the machine advances.
func (m *machine) see(a *heldAlert, o origin, tick int, ts time.Time) error {
	if a.seen == tick {
		return rules.ErrDuplicateAlertLabelSet
	}
	a.seen, a.origin = tick, o
	if a.kept && a.state != AlertInactive {
		return nil
	}
	a.state, a.activeAt = AlertPending, ts
	a.firedAt, a.resolvedAt, a.keepFiringSince = time.Time{}, time.Time{}, time.Time{}
	if !a.kept {
		a.kept = true
		m.active = append(m.active, a)
	}
	return nil
}

// advance moves the state on to a tick and calls emit with every alert that is
// pending or firing now.
func (m *machine) advance(tick int, ts time.Time, emit func(*heldAlert)) error {
	kept, n := m.active[:0], 0
	for _, a := range m.active {
		stays := a.seen == tick
		if stays {
			a.keepFiringSince = time.Time{}
		} else {
			stays = a.vanish(ts, m.keepFiring)
		}
		if a.kept {
			kept = append(kept, a)
		}
		if !stays {
			continue
		}
		n++
		if a.state == AlertPending && ts.Sub(a.activeAt) >= m.hold {
			a.state, a.firedAt = AlertFiring, ts
		}
		emit(a)
	}
	clear(m.active[len(kept):])
	m.active = kept
	if m.limit > 0 && n > m.limit {
		return fmt.Errorf("exceeded limit of %d with %d alerts", m.limit, n)
	}
	return nil
}

// vanish handles an alert that the expression does not have. It reports
// whether the alert goes on firing.
func (a *heldAlert) vanish(ts time.Time, keepFiring time.Duration) bool {
	goesOn := false
	if a.state == AlertFiring && keepFiring > 0 {
		if a.keepFiringSince.IsZero() {
			a.keepFiringSince = ts
		}
		goesOn = ts.Sub(a.keepFiringSince) < keepFiring
	}
	if a.state == AlertPending || (!a.resolvedAt.IsZero() && ts.Sub(a.resolvedAt) > resolvedRetention) {
		a.kept = false
	}
	if a.state != AlertInactive && !goesOn {
		a.state, a.resolvedAt = AlertInactive, ts
	}
	return goesOn
}

// metric returns the labels of an alert's sample, of ALERTS with its state or
// of ALERTS_FOR_STATE without one.
//
// A label template that expands to nothing is missing from the alert, but
// upstream begins with the rule's labels as written: here the template itself
// remains.
func (m *machine) metric(a *heldAlert, name, state string) labels.Labels {
	b := labels.NewBuilder(m.labels)
	a.labels.Range(func(l labels.Label) { b.Set(l.Name, l.Value) })
	b.Set(model.MetricNameLabel, name)
	b.Set(labels.AlertName, m.name)
	if state != "" {
		b.Set(alertStateLabel, state)
	}
	return b.Labels()
}

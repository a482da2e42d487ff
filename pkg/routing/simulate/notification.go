package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/routing"
)

// Status of an alert or of a notification, in Alertmanager's words.
type Status string

// A notification is resolved if all of its alerts are.
const (
	Firing   Status = "firing"
	Resolved Status = "resolved"
)

// Reason is why a notification is sent, in the words that templates see as
// .NotificationReason (upstream's notify.NotifyReason).
type Reason string

// The reasons.
const (
	First       Reason = "first notification"
	NewAlerts   Reason = "new alerts added"
	NewResolved Reason = "some alerts resolved"
	AllResolved Reason = "all alerts resolved"
	Repeat      Reason = "repeat interval elapsed"
)

// Notification is one flush of one group that notified at least one
// integration of its receiver.
type Notification struct {
	At    time.Time
	Route *routing.Route
	// Receiver is the route's.
	Receiver string
	// GroupKey is upstream's, as webhooks get it.
	GroupKey    string
	GroupLabels map[string]string
	// Status is resolved if every alert in Alerts is.
	Status Status
	// Reason is that of the first integration.
	Reason Reason
	// Alerts are those that at least one integration was sent, in upstream's
	// order: by job, instance, then labels.
	Alerts []NotifiedAlert
	// Integrations are those that were notified, in the order in which
	// upstream builds them.
	Integrations []NotifiedIntegration

	// batch is the whole group as it was flushed, muted alerts too: the
	// templates of route labels see it.
	batch []NotifiedAlert
}

// NewNotification returns the notification that a new group of a route is, if
// these alerts open it and nothing suppresses them: to all integrations of the
// route's receiver, whatever they do not send left out. It is for previews.
func NewNotification(cfg *config.Config, route *routing.Route, alerts []NotifiedAlert, at time.Time) Notification {
	n := Notification{At: at, Route: route, Receiver: route.Receiver, Status: statusOf(alerts), Reason: First, Alerts: alerts, batch: alerts}
	var set model.LabelSet
	if len(alerts) > 0 {
		set = groupLabels(labelSet(alerts[0].Labels), route)
	}
	n.GroupLabels, n.GroupKey = stringMap(set), groupKey(route, set)
	for _, r := range cfg.Receivers {
		if r.Name != route.Receiver {
			continue
		}
		for _, c := range integrations(r) {
			if sent := sentTo(c, alerts); len(sent) > 0 {
				n.Integrations = append(n.Integrations, NotifiedIntegration{
					Integration: c.Integration, Reason: First, Status: statusOf(sent), Alerts: sent,
				})
			}
		}
	}
	return n
}

// sentTo returns the alerts that an integration is sent.
func sentTo(c configured, alerts []NotifiedAlert) []NotifiedAlert {
	if c.sendResolved {
		return alerts
	}
	return slices.DeleteFunc(slices.Clone(alerts), func(a NotifiedAlert) bool { return a.Status == Resolved })
}

// groupKey is upstream's key of a group.
func groupKey(route *routing.Route, set model.LabelSet) string { return route.Key + ":" + set.String() }

// NotifiedAlert is an alert as a notification shows it. Its maps are shared
// with other notifications, and not to be changed.
type NotifiedAlert struct {
	Alert
	Status Status
}

// NotifiedIntegration is an integration that was notified.
type NotifiedIntegration struct {
	Integration
	Reason Reason
	Status Status
	// Alerts are what it was sent: without resolved alerts where it does not
	// send them.
	Alerts []NotifiedAlert
}

// Integration names one integration of a receiver.
type Integration struct {
	// Type is upstream's name for it: "slack", "email", "msteamsv2".
	Type string
	// Index counts the receiver's integrations of one type.
	Index int
}

// String returns the form in which tests name it: "slack/0".
func (i Integration) String() string { return fmt.Sprintf("%s/%d", i.Type, i.Index) }

// Integration returns what an integration was sent, by its name: "slack/0".
func (n Notification) Integration(name string) (NotifiedIntegration, bool) {
	for _, i := range n.Integrations {
		if i.String() == name {
			return i, true
		}
	}
	return NotifiedIntegration{}, false
}

func statusOf(alerts []NotifiedAlert) Status {
	for _, a := range alerts {
		if a.Status == Firing {
			return Firing
		}
	}
	return Resolved
}

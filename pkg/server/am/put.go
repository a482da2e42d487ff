package am

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/alert"
)

// Put takes alerts as POST /api/v2/alerts does: missing times are filled in,
// empty labels dropped. Alerts that are invalid are reported in the error; the
// others are taken nevertheless.
func (s *Server) Put(ctx context.Context, alerts []*Alert) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var (
		now     = time.Now()
		resolve = time.Duration(s.active.Load().conf.Global.ResolveTimeout)
		valid   = make([]*alert.Alert, 0, len(alerts))
		invalid error
	)
	for _, in := range alerts {
		a := convert(in, now, resolve)
		s.received.count(a, now)
		if err := a.Validate(); err != nil {
			s.received.invalid.Inc()
			invalid = errors.Join(invalid, fmt.Errorf("alert %s: %w", a.Labels, err))
			continue
		}
		valid = append(valid, a)
	}
	return errors.Join(s.alerts.Put(ctx, valid...), invalid)
}

// convert does what postAlertsHandler does (api/v2/api.go).
func convert(in *Alert, now time.Time, resolve time.Duration) *alert.Alert {
	a := &alert.Alert{
		Alert: model.Alert{
			Labels:       labelSet(in.Labels),
			Annotations:  annotationSet(in.Annotations),
			StartsAt:     in.StartsAt,
			EndsAt:       in.EndsAt,
			GeneratorURL: in.GeneratorURL,
		},
		UpdatedAt: now,
	}
	if a.StartsAt.IsZero() {
		if a.StartsAt = a.EndsAt; a.StartsAt.IsZero() {
			a.StartsAt = now
		}
	}
	if a.EndsAt.IsZero() {
		a.Timeout = true
		a.EndsAt = now.Add(resolve)
	}
	return a
}

func labelSet(m map[string]string) model.LabelSet {
	ls := make(model.LabelSet, len(m))
	for k, v := range m {
		if v != "" {
			ls[model.LabelName(k)] = model.LabelValue(v)
		}
	}
	return ls
}

func annotationSet(m map[string]string) model.LabelSet {
	ls := make(model.LabelSet, len(m))
	for k, v := range m {
		ls[model.LabelName(k)] = model.LabelValue(v)
	}
	return ls
}

// received are the API's counters of alerts, which upstream makes in
// api/metrics and keeps to itself; alerts that are put are counted there too.
type received struct {
	firing, resolved, invalid prometheus.Counter
}

func (r *received) count(a *alert.Alert, now time.Time) {
	if a.EndsAt.After(now) {
		r.firing.Inc()
	} else {
		r.resolved.Inc()
	}
}

// capturing remembers the API's counters while they are registered.
type capturing struct {
	*registry
	total   *prometheus.CounterVec
	invalid prometheus.Counter
}

// Register implements prometheus.Registerer.
func (c *capturing) Register(m prometheus.Collector) error {
	if err := c.registry.Register(m); err != nil {
		return err
	}
	switch m := m.(type) {
	case *prometheus.CounterVec:
		if describes(m, "alertmanager_alerts_received_total") {
			c.total = m
		}
	case prometheus.Counter:
		if describes(m, "alertmanager_alerts_invalid_total") {
			c.invalid = m
		}
	}
	return nil
}

// MustRegister implements prometheus.Registerer.
func (c *capturing) MustRegister(ms ...prometheus.Collector) {
	for _, m := range ms {
		if err := c.Register(m); err != nil {
			panic(err)
		}
	}
}

func describes(c prometheus.Collector, name string) bool {
	ch := make(chan *prometheus.Desc, 1)
	c.Describe(ch)
	return strings.Contains((<-ch).String(), `"`+name+`"`)
}

// received returns the counters; those that upstream does not have any more
// count for nobody.
func (c *capturing) received() *received {
	r := &received{
		firing:   prometheus.NewCounter(prometheus.CounterOpts{}),
		resolved: prometheus.NewCounter(prometheus.CounterOpts{}),
		invalid:  prometheus.NewCounter(prometheus.CounterOpts{}),
	}
	if c.total != nil {
		r.firing, r.resolved = c.total.WithLabelValues("firing"), c.total.WithLabelValues("resolved")
	}
	if c.invalid != nil {
		r.invalid = c.invalid
	}
	return r
}

package ruletest

import (
	"html"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/routing/simulate"
)

// notified returns the points of an alert that notification tests cover: it
// fires, its labels are named, and its annotations stand in a text that is
// compared.
func (r *runner) notified(s *subject) []*point {
	alerts := r.told(s)
	if len(alerts) == 0 {
		return nil
	}
	var texts []string
	named := map[string]bool{}
	for _, a := range r.test.notifications {
		for _, e := range a.exp {
			for _, alert := range e.alerts {
				for name := range alert.labels {
					named[name] = true
				}
			}
			for name := range e.groupLabels {
				named[name] = true
			}
			for _, fields := range e.integrations {
				for _, text := range fields {
					texts = append(texts, text.value)
				}
			}
		}
	}
	said := func(annotation string) bool {
		return slices.ContainsFunc(alerts, func(a simulate.NotifiedAlert) bool {
			v := a.Annotations[annotation]
			return v != "" && slices.ContainsFunc(texts, func(text string) bool {
				return strings.Contains(text, v) || strings.Contains(text, html.EscapeString(v))
			})
		})
	}
	var out []*point
	for _, p := range s.points {
		switch {
		case p.kind == ItemAsserted && p.outcome == "firing",
			p.kind == ItemAnnotation && said(p.text),
			p.kind == ItemLabel && named[p.text]:
			out = append(out, p)
		}
	}
	return out
}

// told returns the alerts of a rule in the notifications that the test compares.
func (r *runner) told(s *subject) []simulate.NotifiedAlert {
	if r.timeline == nil || !s.alert {
		return nil
	}
	var out []simulate.NotifiedAlert
	for _, n := range r.timeline.Notifications {
		asked := slices.ContainsFunc(r.test.notifications, func(a notificationAssertion) bool {
			at := n.At.Sub(r.start())
			return a.receiver.value == n.Receiver && at >= a.from && at <= a.until
		})
		if !asked {
			continue
		}
		for _, a := range n.Alerts {
			if a.Labels[labels.AlertName] == s.name && s.isStaticOf(labels.FromMap(a.Labels)) {
				out = append(out, a)
			}
		}
	}
	return out
}

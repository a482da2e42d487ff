package lint

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

// templateRun runs a text of a receiver over the alerts that are certain to
// get there, and finds what fails or leaves nothing of the notification. Alerts
// that differ in nothing the text asks for are one.
func (p *Pass) templateRun(t routing.Text) {
	seen := map[string]bool{}
	var failed, empty bool
	for _, k := range p.paging.kinds() {
		route := certainEnd(k, t.Receiver)
		for _, r := range k.rules {
			key := asks(r, route, t)
			if route == nil || seen[key] || failed || empty {
				continue
			}
			seen[key] = true
			says, err := runText(r, route, t)
			switch {
			case errors.Is(err, routing.ErrNotRun):
				return
			case err != nil && strings.HasPrefix(err.Error(), "template ") && strings.HasSuffix(err.Error(), " not defined"):
				return // alertmanager/template says so, whatever the alert
			case err != nil:
				failed = true
				d := p.Reportf(p.config, t.Pointer, "the notification of alert %q to receiver %q fails: %s", r.Alert, t.Receiver, err)
				d.Related = []diag.Related{{Message: "the alert", Span: r.Object.Origin.At(r.Pointer)}}
				d.Hint = "ask with if whether a label or an annotation is there before you work on it"
			case !says && carries(t.Pointer) != "":
				empty = true
				p.emptyText(t, r)
			}
		}
	}
}

func (p *Pass) emptyText(t routing.Text, r *depgraph.Rule) {
	field := path.Base(t.Pointer)
	d := p.Reportf(p.config, t.Pointer, "%s is empty in the notification of alert %q to receiver %q", field, r.Alert, t.Receiver)
	d.Related = []diag.Related{{Message: "the alert", Span: r.Object.Origin.At(r.Pointer)}}
	d.Hint = "name a label or an annotation that the alert has, or say what holds without it: {{ or .CommonAnnotations.summary .GroupLabels.alertname }}"
	if carries(t.Pointer) == "shown" {
		d.Severity = diag.Info
		return
	}
	d.Detail = "Such a notification is refused by the service that it goes to."
}

// carries says what an integration does with a field that is empty: it is
// "refused", or "shown" without what people read first. Other fields may be
// empty.
func carries(pointer string) string {
	dir, field := path.Split(pointer)
	kind := path.Base(path.Dir(strings.TrimSuffix(dir, "/")))
	switch kind + "/" + field {
	case "pagerduty_configs/description", "opsgenie_configs/message", "telegram_configs/message":
		return "refused"
	}
	switch field {
	case "title", "subject", "summary", "message":
		return "shown"
	}
	return ""
}

// certainEnd returns a route to a receiver in which the alerts are certain to
// end, nil if there is none.
func certainEnd(k *alertKind, receiver string) *routing.Route {
	for _, end := range k.ends {
		if end.Route.Receiver == receiver && end.Certainty == routing.Certain {
			return end.Route
		}
	}
	return nil
}

// asks stands for all of an alert that a text asks for.
func asks(r *depgraph.Rule, route *routing.Route, t routing.Text) string {
	var key strings.Builder
	if route != nil {
		key.WriteString(route.Pointer)
	}
	for _, f := range t.Fields {
		if isAnnotation(f) {
			text, ok := r.Spec.Annotations[f.Name]
			fmt.Fprintf(&key, " %v %v", ok, strings.Contains(text, "{{"))
			continue
		}
		value, known := r.Delivered(f.Name)
		fmt.Fprintf(&key, " %q %v", value, known)
	}
	return key.String()
}

// runText runs a text over an alert with each stand-in for what is not known of
// it, and reports whether it may say something. There is an error only if every
// stand-in makes one.
func runText(r *depgraph.Rule, route *routing.Route, t routing.Text) (says bool, err error) {
	standIns := []string{"", "a", "1"}
	failures := 0
	for _, standIn := range standIns {
		text, failure := t.Run(sample(r, route, t, standIn))
		switch {
		case errors.Is(failure, routing.ErrNotRun):
			return false, failure
		case failure != nil:
			failures, err = failures+1, failure
		case strings.TrimSpace(text) != "":
			return true, nil
		}
	}
	if failures < len(standIns) {
		return failures > 0, nil
	}
	return false, err
}

// sample is the alert of a rule: what is known of it, and a stand-in for every
// label that the text names, or that the route demands or groups by, of which
// the value is not known. An empty stand-in leaves it out.
func sample(r *depgraph.Rule, route *routing.Route, t routing.Text, standIn string) routing.Sample {
	names := slices.Collect(maps.Keys(r.Fixed))
	names = append(append(names, "alertname"), route.GroupBy...)
	for _, f := range t.Fields {
		if !isAnnotation(f) {
			names = append(names, f.Name)
		}
	}
	names = append(names, r.Expr.Analysis().Labels().Names()...)
	s := routing.Sample{Labels: map[string]string{}, Annotations: map[string]string{}, GroupBy: route.GroupBy, GroupByAll: route.GroupByAll}
	for _, name := range names {
		value, known := r.Delivered(name)
		if !known {
			value = standIn
		}
		if value != "" {
			s.Labels[name] = value
		}
	}
	for name, text := range r.Spec.Annotations {
		if strings.Contains(text, "{{") {
			text = standIn
		}
		if text != "" {
			s.Annotations[name] = text
		}
	}
	return s
}

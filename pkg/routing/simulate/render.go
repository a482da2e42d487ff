package simulate

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/template"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/verdict"
)

// Renderer makes of a notification what an integration gets. It uses
// Alertmanager's template package and default templates; the functions now and
// since mean the notification's instant. It is safe for concurrent use.
type Renderer struct {
	receivers map[string]receiver

	mu   sync.Mutex // now is read by the templates
	now  time.Time
	tmpl *template.Template
}

type receiver struct {
	pointer      string
	integrations []configured
}

// NewRenderer returns a renderer for a configuration that routing.LoadConfig
// accepted, with the template files of a bundle. The URL is that of
// Alertmanager, as templates see it. Template files that do not parse are
// reported and left out.
func NewRenderer(cfg *config.Config, files []bundle.Object, externalURL string) (*Renderer, diag.List) {
	r := &Renderer{receivers: map[string]receiver{}}
	for i, one := range cfg.Receivers {
		r.receivers[one.Name] = receiver{pointer: fmt.Sprintf("/receivers/%d", i), integrations: integrations(one)}
	}
	tmpl, diags := routing.ParseTemplates(files)
	r.tmpl = tmpl.Template
	var err error
	if r.tmpl.ExternalURL, err = url.Parse(externalURL); err != nil {
		r.tmpl.ExternalURL = &url.URL{Opaque: externalURL}
	}
	virtual := map[string]any{
		"now":   func() time.Time { return r.now },
		"since": func(t time.Time) time.Duration { return r.now.Sub(t) },
	}
	tmpl.Text.Funcs(virtual)
	tmpl.HTML.Funcs(virtual)
	return r, diags
}

// Rendered is what one integration gets.
type Rendered struct {
	Integration Integration
	// Fields are the templated fields of the integration by their names in the
	// configuration, entries of lists and maps as fields/0/title and
	// details/firing. The place where the message is sent, and what
	// authenticates it, is not among them. Besides there are, where upstream
	// makes them of the notification: payload (webhook, incidentio), subject
	// (email), event_action and dedup_key (pagerduty), alias (opsgenie),
	// entity_id (victorops), color (discord, msteams, msteamsv2).
	Fields map[string]string
	// Errors are the fields whose templates fail: they are empty, and
	// Alertmanager would not send the notification. Slack is the exception: it
	// gets the message with the failed field, and all that upstream renders
	// after it, empty.
	Errors []FieldError
}

// FieldError is a template of a receiver that fails.
type FieldError struct {
	Field string
	// Pointer is its place in the configuration:
	// "/receivers/0/slack_configs/0/title".
	Pointer string
	Message string
}

// Error returns the message with the field.
func (e FieldError) Error() string { return e.Field + ": " + e.Message }

// Diagnose reports errors of fields as findings on the configuration.
func Diagnose(diags *diag.List, cfg bundle.Object, errs []FieldError) {
	for _, e := range errs {
		then := "the notification would not be sent"
		if strings.Contains(e.Pointer, "/slack_configs/") {
			then = "Slack would get the message with empty fields"
		}
		verdict.Errorf(diags, cfg, "alertmanager/template", e.Pointer, "template: %s; %s", e.Message, then)
	}
}

// Render returns what one integration of a notification gets: "slack/0". The
// error is an integration that was not notified.
func (r *Renderer) Render(n Notification, integration string) (Rendered, error) {
	sent, ok := n.Integration(integration)
	if !ok {
		return Rendered{}, fmt.Errorf("integration %s of receiver %q was not notified", integration, n.Receiver)
	}
	to := r.receivers[n.Receiver]
	for _, c := range to.integrations {
		if c.Integration != sent.Integration {
			continue
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.now = n.At
		w := &writer{
			tmpl: r.tmpl, sent: sent, groupKey: n.GroupKey,
			pointer: fmt.Sprintf("%s/%s/%d", to.pointer, c.list, c.Index),
			out:     Rendered{Integration: c.Integration, Fields: map[string]string{}},
		}
		w.data = func(alerts []NotifiedAlert) *template.Data {
			d := data(n, alerts, string(sent.Reason), r.tmpl.ExternalURL)
			d.RouteLabels = r.routeLabels(n)
			template.MarkRouteLabelsRendered(d)
			return d
		}
		w.render(c.config)
		slices.SortFunc(w.out.Errors, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
		return w.out, nil
	}
	return Rendered{}, fmt.Errorf("receiver %q has no integration %s", n.Receiver, integration)
}

// routeLabels renders the labels of the route, which see the whole group.
// Upstream drops those whose template fails.
func (r *Renderer) routeLabels(n Notification) template.KV {
	out := template.KV{}
	if n.Route == nil || len(n.Route.Labels) == 0 {
		return out
	}
	d := data(n, n.batch, "unknown", r.tmpl.ExternalURL)
	d.RouteLabels = n.Route.Labels
	render := r.tmpl.RouteLabelRenderer(d)
	for name := range n.Route.Labels {
		if value, err := render(name); err == nil {
			out[name] = value
		}
	}
	return out
}

// RouteLabels returns the labels of the route as this notification has them.
func (r *Renderer) RouteLabels(n Notification) map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = n.At
	return r.routeLabels(n)
}

// data is upstream's Template.Data without its look at the clock.
func data(n Notification, alerts []NotifiedAlert, reason string, external *url.URL) *template.Data {
	d := &template.Data{
		Receiver: regexp.QuoteMeta(n.Receiver), Status: string(statusOf(alerts)), NotificationReason: reason,
		Alerts: make(template.Alerts, 0, len(alerts)), GroupLabels: some(n.GroupLabels), RouteLabels: template.KV{},
		ExternalURL: external.String(),
	}
	var labels, annotations []map[string]string
	for _, a := range alerts {
		labels, annotations = append(labels, a.Labels), append(annotations, a.Annotations)
		d.Alerts = append(d.Alerts, template.Alert{
			Status: string(a.Status), Labels: some(a.Labels), Annotations: some(a.Annotations), StartsAt: a.StartsAt, EndsAt: a.EndsAt,
			GeneratorURL: a.GeneratorURL, Fingerprint: labelSet(a.Labels).Fingerprint().String(),
		})
	}
	d.CommonLabels, d.CommonAnnotations = common(labels), common(annotations)
	return d
}

// some makes an empty map of none: in JSON they are not the same.
func some(m map[string]string) template.KV {
	if m == nil {
		return template.KV{}
	}
	return m
}

// common returns what all sets have in common.
func common(sets []map[string]string) template.KV {
	out := template.KV{}
	if len(sets) > 0 {
		maps.Copy(out, sets[0])
	}
	for _, m := range sets {
		maps.DeleteFunc(out, func(k, v string) bool { return m[k] != v })
	}
	return out
}

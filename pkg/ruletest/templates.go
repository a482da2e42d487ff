package ruletest

import (
	"strings"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/diag"
)

const codeTemplate = "test/template"

// templateFailed is how Prometheus begins the text that it puts in the place
// of a label or annotation whose template fails (rules/alerting.go).
const templateFailed = "<error expanding template: "

// warnTemplates warns about labels and annotations whose templates fail. To
// Prometheus, and so to promtool, that is a text like any other.
func (r *runner) warnTemplates(span diag.Span, alerts []alertText) {
	for _, a := range alerts {
		check := func(what string) func(labels.Label) {
			return func(l labels.Label) {
				if message, ok := strings.CutPrefix(l.Value, templateFailed); ok {
					r.warnTemplate(span, a.labels.Get(labels.AlertName), what, l.Name, strings.TrimSuffix(message, ">"))
				}
			}
		}
		a.labels.Range(check("label"))
		a.annotations.Range(check("annotation"))
	}
}

// warnTemplate warns once a test about each template.
func (r *runner) warnTemplate(span diag.Span, alert, what, name, message string) {
	if _, rest, ok := strings.Cut(message, "executing "); ok {
		if _, rest, ok = strings.Cut(rest, " at "); ok {
			message = "at " + rest
		}
	}
	summary := "the " + what + " " + quote(name) + " of the alert " + quote(alert) + " is an error: its template fails"
	for _, d := range r.warnings {
		if d.Summary == summary {
			return
		}
	}
	d := r.warnings.Warnf(codeTemplate, span, "%s", summary)
	d.Detail = message
	for _, s := range r.subjects() {
		if s.alert && s.name == alert {
			if at := s.place("/" + what + "s/" + escape(name)); at.File != "" {
				d.Related = append(d.Related, diag.Related{Message: "the template", Span: at})
			}
			return
		}
	}
}

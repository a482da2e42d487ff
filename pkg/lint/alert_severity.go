package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// alertSeverity finds alerts without a severity label, which no route by
// severity takes, and with a severity that the project does not have.
func alertSeverity(p *Pass) {
	for _, r := range p.alerts() {
		severity := r.labels()["severity"]
		switch {
		case severity == "":
			if r.expr.Analysis().Labels().Get("severity").Value != "" {
				continue // it comes with the expression
			}
			p.Reportf(r.object, r.Pointer, "alert %q has no severity label", r.Alert).Hint = `add labels: {severity: "warning"}, or the severity that fits`
		case len(p.opts.Severities) > 0 && !strings.Contains(severity, "{{") && !slices.Contains(p.opts.Severities, severity):
			d := p.Reportf(r.object, r.Pointer+"/labels/severity", "alert %q has severity %q, which the project does not have", r.Alert, severity)
			if d.Hint = diag.DidYouMean(severity, p.opts.Severities); d.Hint == "" {
				d.Hint = "checks.severities: " + strings.Join(p.opts.Severities, ", ")
			}
		}
	}
}

package lint

import (
	"net/url"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// alertRunbook finds alerts that do not say what to do.
func alertRunbook(p *Pass) {
	for _, r := range p.alerts() {
		runbook, ok := r.Annotations["runbook_url"]
		if !ok {
			p.Reportf(r.object, r.Pointer, "alert %q has no runbook_url", r.Alert).Hint = "say in annotations.runbook_url where it is written what to do"
			continue
		}
		if strings.Contains(runbook, "{{") {
			continue
		}
		if u, err := url.Parse(runbook); err != nil || u.Scheme == "" || u.Host == "" {
			d := p.Reportf(r.object, r.Pointer+"/annotations/runbook_url", "runbook_url %q is not a URL", runbook)
			d.Severity = diag.Warning
			d.Hint = `write it in full: "https://…"`
		}
	}
}

package lint

import "github.com/monctl/monctl/pkg/diag"

// alertAnnotations finds alerts that do not say what is the matter.
func alertAnnotations(p *Pass) {
	for _, r := range p.alerts() {
		summary, description := r.Annotations["summary"], r.Annotations["description"]
		if description == "" {
			description = r.Annotations["message"] // older mixins
		}
		switch {
		case summary == "" && description == "":
			p.Reportf(r.object, r.Pointer, "alert %q has neither a summary nor a description", r.Alert).Hint = "say in annotations.summary what is the matter, in annotations.description where and how bad"
		case summary == "":
			d := p.Reportf(r.object, r.Pointer, "alert %q has no summary", r.Alert)
			d.Severity = diag.Info
			d.Hint = "notifications are titled by annotations.summary"
		case description == "":
			d := p.Reportf(r.object, r.Pointer, "alert %q has no description", r.Alert)
			d.Severity = diag.Info
			d.Hint = "say in annotations.description where it is and how bad"
		}
	}
}

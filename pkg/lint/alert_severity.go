package lint

// alertSeverity finds alerts without a severity label, which no route by
// severity takes.
func alertSeverity(p *Pass) {
	for _, r := range p.alerts() {
		if r.labels()["severity"] == "" {
			p.Reportf(r.object, r.Pointer, "alert %q has no severity label", r.Alert).Hint = `add labels: {severity: "warning"}, or the severity that fits`
		}
	}
}

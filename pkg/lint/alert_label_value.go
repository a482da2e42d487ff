package lint

// alertLabelValue finds labels that hold the value: every new value is another
// alert, which begins its "for" anew.
func alertLabelValue(p *Pass) {
	for _, r := range p.alerts() {
		for _, t := range texts(r, "labels", r.Labels) {
			if p.template(t.value).value {
				p.Reportf(r.object, t.pointer, "a label of alert %q holds the value, so that every new value is another alert", r.Alert).Hint = "put the value into an annotation"
			}
		}
	}
}

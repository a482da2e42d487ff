package lint

// dashboardLabelVariable finds dashboards that do not let one choose the job or
// the instance, or only one at a time.
func dashboardLabelVariable(p *Pass) {
	for _, b := range p.dashboards {
		if !hasPromQL(b) {
			continue
		}
		for _, label := range p.dashboardLabels() {
			v, ok := b.Variable(label)
			if !ok {
				p.Reportf(b.object, b.Pointer, "dashboard %q has no variable %q", b.Title, label).Hint =
					"add a query variable of that name: label_values(up, " + label + ")"
				continue
			}
			spec, _ := b.Spec.Lookup(v.Pointer)
			switch {
			case v.Type != "query":
				p.Reportf(b.object, v.Pointer+"/type", "variable %q does not ask Prometheus for its values", label).Hint = `take type: "query"`
			case spec.Str("multi") != "true":
				p.Reportf(b.object, v.Pointer, "variable %q takes one value at a time", label).Hint = "set multi: true, and match by =~"
			}
		}
	}
}

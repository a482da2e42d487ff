package lint

// dashboardEditable finds dashboards that Grafana lets people edit, until the
// next deployment takes their changes away.
func dashboardEditable(p *Pass) {
	for _, b := range p.dashboards {
		at := b.Pointer
		if spec, ok := b.Spec.Lookup(b.Pointer + "/editable"); ok {
			if spec.Text == "false" {
				continue
			}
			at += "/editable"
		}
		p.Reportf(b.object, at, "dashboard %q can be edited in Grafana, where the next deployment overwrites it", b.Title).Hint = "set editable: false"
	}
}

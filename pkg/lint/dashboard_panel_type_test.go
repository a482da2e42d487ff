package lint_test

import "testing"

func TestDashboardPanelType(t *testing.T) {
	check(t, "dashboard/panel-type", map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: good, type: state-timeline}
- {title: old, type: graph}
- {title: old too, type: graph}
- {title: typo, type: timeserie}
- {title: plugin, type: marcusolsson-treemap-panel}
- {title: shared, type: whatever, libraryPanel: {uid: x}}
`},
		`/panels/1/type: Grafana has replaced the panel "graph" by "timeseries"`,
		`/panels/3/type: panel "typo" shows nothing where its plugin is not installed: "timeserie" is none of Grafana's own types`,
		`/panels/4/type: panel "plugin" shows nothing where its plugin is not installed: "marcusolsson-treemap-panel" is none of Grafana's own types`,
	)
}

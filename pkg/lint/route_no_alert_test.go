package lint_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/lint"
)

const teams = `
route:
  receiver: r
  routes:
  - matchers: [team="platfrom"]
    routes: [{matchers: [severity="critical"]}]
  - {matchers: [team="platform"], routes: [{matchers: [severity="page"]}]}
  - {matchers: [pod="p"]}
  - {matchers: [team=~"net.*"]}
receivers: [{name: r}]
`

func TestRouteNoAlert(t *testing.T) {
	alerts := group(`{alert: A, expr: x > 1, labels: {team: platform, severity: critical}}`)
	wrong := "/route/routes/0/matchers: no alert has the labels that this route asks for"
	severity := "/route/routes/1/routes/0/matchers: no alert has the labels that this route asks for"
	network := "/route/routes/3/matchers: no alert has the labels that this route asks for"
	check(t, "route/no-alert", map[string]string{"rules/n/g": alerts, "alertmanager": teams}, wrong, severity, network)
	check(t, "route/no-alert", map[string]string{"alertmanager": teams}) // without alerts, nothing is known

	context := lint.Options{Context: []*bundle.Bundle{newBundle(t, map[string]string{"rules/n/g": group(`{alert: B, expr: y, labels: {team: network, severity: info}}`)})}}
	checkWith(t, "route/no-alert", context, map[string]string{"rules/n/g": alerts, "alertmanager": teams}, wrong, severity)
	checkWith(t, "route/no-alert", context, map[string]string{"alertmanager": teams},
		wrong, "/route/routes/1/matchers: no alert has the labels that this route asks for")

	for _, tc := range []struct {
		declared map[string]string
		want     []string
	}{
		{map[string]string{}, nil},
		{map[string]string{"team": "network"}, []string{wrong}},
		{map[string]string{"team": "platform", "severity": "page"}, []string{wrong, network}},
	} {
		opts := lint.Options{Conventions: lint.Conventions{ExternalAlerts: []map[string]string{tc.declared}}}
		checkWith(t, "route/no-alert", opts, map[string]string{"rules/n/g": alerts, "alertmanager": teams}, tc.want...)
	}
}

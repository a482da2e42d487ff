package lint_test

import "testing"

func TestRouteDefault(t *testing.T) {
	alerts := group(
		`{alert: Taken, expr: x > 1, labels: {team: a}}`,
		`{alert: Lost, expr: x > 1, labels: {team: c}}`,
		`{alert: FromQuery, expr: x > 1}`,
		`{alert: FromTemplate, expr: x > 1, labels: {team: '{{ $labels.owner }}'}}`,
		`{alert: ByName, expr: x > 1, labels: {team: c}}`,
	)
	check(t, "route/default-only", map[string]string{"rules/n/g": alerts, "alertmanager": `
route:
  receiver: default
  routes: [{matchers: [team=~"a|b"]}, {matchers: [alertname="ByName"]}]
receivers: [{name: default}]
`}, `/rules/1: no route takes alert "Lost", so it only reaches the default receiver "default"`)
	check(t, "route/default-only", map[string]string{"rules/n/g": alerts, "alertmanager": "route: {receiver: r}\nreceivers: [{name: r}]\n"})
}

package lint_test

import (
	"fmt"
	"testing"
)

func TestRouteDefault(t *testing.T) {
	alerts := group(
		`{alert: Taken, expr: x > 1, labels: {team: a}}`,
		`{alert: Lost, expr: x > 1, labels: {team: c}}`,
		`{alert: FromQuery, expr: x > 1}`,
		`{alert: FromTemplate, expr: x > 1, labels: {team: '{{ $labels.owner }}'}}`,
		`{alert: ByName, expr: x > 1, labels: {team: c}}`,
		`{alert: Sum, expr: sum(x) > 1}`,
	)
	routing := `
route:
  receiver: default
  routes: [{matchers: [team=~"a|b"]}, {matchers: [alertname="ByName"]}]
receivers: [{name: default}]
`
	lost := `/rules/1: no route takes alert "Lost", so it only reaches the default receiver "default"`
	sum := `/rules/5: no route takes alert "Sum", so it only reaches the default receiver "default"`
	objects := func(prometheus string) map[string]string {
		out := map[string]string{"rules/n/g": alerts, "alertmanager": routing}
		if prometheus != "" {
			out["prometheus"] = prometheus
		}
		return out
	}
	check(t, "route/default-only", objects(""), lost) // external labels are not known
	check(t, "route/default-only", objects(`global: {external_labels: {cluster: c}}`), lost, sum)
	check(t, "route/default-only", objects(`global: {external_labels: {team: a}}`), lost)
	check(t, "route/default-only", objects(`alerting: {alert_relabel_configs: [{target_label: team, replacement: a}]}`))
	check(t, "route/default-only", objects(`alerting: {alertmanagers: [{alert_relabel_configs: [{target_label: team, replacement: a}]}]}`))
	check(t, "route/default-only", map[string]string{"rules/n/g": alerts, "alertmanager": "route: {receiver: r}\nreceivers: [{name: r}]\n"})
	var most []string
	for i := range 6 {
		most = append(most, fmt.Sprintf("{alert: A%d, expr: x, labels: {team: c}}", i))
	}
	check(t, "route/default-only", map[string]string{"rules/n/g": group(most...), "alertmanager": routing})
}

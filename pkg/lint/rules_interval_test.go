package lint_test

import "testing"

func TestRulesInterval(t *testing.T) {
	check(t, "rules/interval", map[string]string{
		"rules/n/often":  "name: often\ninterval: 1m\nrules: [{record: 'a:b', expr: 'increase(x_total[5m])'}]\n",
		"rules/n/seldom": "name: seldom\ninterval: 10m\nrules: [{record: 'a:b', expr: 'rate(x_total[5m])'}, {record: 'a:c', expr: x}]\n",
		"rules/n/held":   "name: held\ninterval: 10m\nrules: [{alert: A, expr: x > 1, keep_firing_for: 15m}]\n",
		"rules/n/gap":    "name: gap\ninterval: 5m\nrules: [{alert: A, expr: 'increase(x_total[1m]) > 1'}, {alert: B, expr: 'rate(x_total[1m]) > 1'}]\n",
	},
		`/rules/0/expr: the range 1m is shorter than the interval 5m of the group: what happens in between is never seen`,
		`/interval: group "seldom" is evaluated every 10m, and a sample is current for 5m only: its series have holes`,
	)
}

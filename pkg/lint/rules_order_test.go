package lint_test

import "testing"

func TestRulesOrder(t *testing.T) {
	check(t, "rules/order", rules(
		`{alert: Early, expr: 'late:x{job="a"} > 1 and late:x < 5'}`,
		`{alert: Before, expr: 'late:x offset 1m > 1 and rate(late:x[5m]) > 0'}`,
		`{record: 'late:x', expr: 'x'}`,
		`{alert: After, expr: 'late:x > 1'}`,
	),
		`/rules/0/expr: "Early" reads "late:x", which the group records after it, so that it sees the value of the evaluation before`,
	)
}

func TestRulesOrderOfGroups(t *testing.T) {
	check(t, "rules/order", map[string]string{
		"prometheus":   "global: {evaluation_interval: 30s}\n",
		"rules/n/slow": "name: slow\ninterval: 2m\nrules: [{record: 'slow:x', expr: x}]\n",
		"rules/n/rare": "name: rare\ninterval: 10m\nrules: [{record: 'rare:x', expr: x}]\n",
		"rules/n/same": "name: same\nrules: [{record: 'same:x', expr: x}]\n",
		"rules/n/z": "name: z\nrules: [{alert: S, expr: 'slow:x > 1'}, {alert: R, expr: 'rare:x > 1'}, {alert: E, expr: 'same:x > 1'}, " +
			"{alert: O, expr: 'last_over_time(rare:x[10m]) > 1'}]\n",
	},
		`info /rules/0/expr: "S" is evaluated every 30s and reads "slow:x", which group "slow" records every 2m only`,
		`/rules/1/expr: "R" reads "rare:x", which group "rare" records every 10m only: in between it sees nothing once the last sample is older than 5m`,
	)
	// The global interval is not known here.
	check(t, "rules/order", map[string]string{
		"rules/n/slow": "name: slow\ninterval: 2m\nrules: [{record: 'slow:x', expr: x}]\n",
		"rules/n/z":    "name: z\nrules: [{alert: S, expr: 'slow:x > 1'}]\n",
	})
}

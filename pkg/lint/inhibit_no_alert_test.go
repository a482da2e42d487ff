package lint_test

import "testing"

func TestInhibitNoAlert(t *testing.T) {
	const config = `
route: {receiver: r}
receivers: [{name: r}]
inhibit_rules:
- {source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [job]}
- {source_matchers: [severity="critcal"], target_matchers: [severity="warning"], equal: [job]}
- {source_matchers: [severity="critical"], target_matchers: [severity="info"], equal: [job]}
- {source_matchers: [severity="critical"], target_matchers: [a="b", a="c"]}
- {source_match: {pod: x}, target_match_re: {severity: "warning|info"}}
`
	impossible := `warning /inhibit_rules/3: the inhibition rule has no effect, as there is no target: nothing passes both a="b" and a="c"`
	check(t, "inhibit/no-alert", map[string]string{"alertmanager": config}, impossible)
	check(t, "inhibit/no-alert", map[string]string{"alertmanager": config, "rules/n/g": group(
		`{alert: A, expr: x > 1, labels: {severity: critical}}`,
		`{alert: B, expr: x > 1, labels: {severity: warning}}`,
	)},
		"/inhibit_rules/1: no alert has the labels that the inhibition rule asks of its source",
		"/inhibit_rules/2: no alert has the labels that the inhibition rule asks of its target",
		impossible,
	)
}

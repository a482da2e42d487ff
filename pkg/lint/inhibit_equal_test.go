package lint_test

import "testing"

func TestInhibitEqual(t *testing.T) {
	const config = `
route: {receiver: r}
receivers: [{name: r}]
inhibit_rules:
- {source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [job, cluster]}
- {source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [severity]}
- {source_matchers: [severity="critical"], target_matchers: [severity=~"warning|info"], equal: [pod]}
- {source_matchers: [severity="critical"], target_matchers: [severity=~"warning|info"], equal: [team]}
`
	static := `/inhibit_rules/1/equal/0: the inhibition rule has no effect: the label "severity" of its sources never equals that of its targets`
	alerts := group(
		`{alert: A, expr: sum by (job) (x) > 1, labels: {severity: critical}}`,
		`{alert: B, expr: sum by (job) (x) > 0, labels: {severity: warning, team: t}}`,
	)
	check(t, "inhibit/equal", map[string]string{"alertmanager": config}, static)
	// Without a configuration, external labels may add any label.
	check(t, "inhibit/equal", map[string]string{"alertmanager": config, "rules/n/g": alerts}, static)
	check(t, "inhibit/equal", map[string]string{"alertmanager": config, "rules/n/g": alerts, "prometheus": "global: {external_labels: {cluster: c}}"},
		static,
		`/inhibit_rules/2/equal/0: no source and no target of the inhibition rule has the label "pod", so that it tells nothing apart`,
		`/inhibit_rules/3/equal/0: the inhibition rule has no effect: its targets have the label "team", its sources never do`,
	)
}

func TestInhibitEqualOfAlerts(t *testing.T) {
	const config = `
route: {receiver: r}
receivers: [{name: r}]
inhibit_rules:
- {source_matchers: [alertname="A"], target_matchers: [alertname="B"], equal: [tier]}
- {source_matchers: [alertname="A"], target_matchers: [alertname=~"B|C"], equal: [tier]}
- {source_matchers: [alertname="A"], target_matchers: [alertname="D"], equal: [tier]}
- {source_matchers: [tier="front"], target_matchers: [tier="back"], equal: [alertname]}
`
	check(t, "inhibit/equal", map[string]string{"alertmanager": config, "rules/n/g": group(
		`{alert: A, expr: x > 1, labels: {tier: front}}`,
		`{alert: B, expr: x > 1, labels: {tier: back}}`,
		`{alert: C, expr: x > 1, labels: {tier: front}}`,
		`{alert: D, expr: x > 1, labels: {tier: "{{ $labels.tier }}"}}`,
	)},
		`/inhibit_rules/0/equal/0: the inhibition rule has no effect: no source has the same "tier" as a target`,
	)
}

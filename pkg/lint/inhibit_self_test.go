package lint_test

import "testing"

func TestInhibitSelf(t *testing.T) {
	check(t, "inhibit/self", map[string]string{"alertmanager": `
route: {receiver: r}
receivers: [{name: r}]
inhibit_rules:
- {source_matchers: [severity="critical"], target_matchers: [severity="critical"], equal: [job]}
- {source_matchers: [severity="critical"], target_matchers: [severity=~"critical"]}
- {source_matchers: [severity="critical"], target_matchers: [severity=~"critical|warning"]}
- {source_matchers: [severity=~"critical|warning"], target_matchers: [severity="warning"]}
- {source_matchers: [alertname="A"], target_matchers: [alertname=~".+"]}
- {equal: [job]}
`},
		"/inhibit_rules/0: the inhibition rule has no effect: its sources are its targets, and such alerts do not inhibit each other",
		"/inhibit_rules/1: the inhibition rule has no effect: its sources are its targets, and such alerts do not inhibit each other",
		"/inhibit_rules/5: the inhibition rule has no effect: its sources are its targets, and such alerts do not inhibit each other",
	)
}

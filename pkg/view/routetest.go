package view

import (
	"strings"
)

// RouteTest is an alert and the receivers that it is sent to.
type RouteTest struct {
	Environment string            `json:"environment,omitempty"`
	Labels      map[string]string `json:"labels"`
	// Receivers are in order, duplicates kept.
	Receivers []string `json:"receivers"`
	// Expected are the receivers that were expected; null if none were named.
	Expected []string `json:"expected,omitempty"`
	// Result is "passed" or "failed" where something was expected.
	Result string `json:"result,omitempty"`
}

// routeTests draws the receivers of one alert on a line of their own, for
// other programs; of several, with the labels in front.
func (t *textWriter) routeTests(tests []RouteTest) {
	same := sameAnswers(tests, func(r *RouteTest) *string { return &r.Environment })
	for _, m := range same {
		line := strings.Join(m.answer.Receivers, ",")
		if len(same) > 1 {
			line = "{" + pairsText(m.answer.Labels) + "} → " + line
		}
		line = plain(line)
		if m.answer.Result == "failed" {
			line += t.styled(red, " [failed: expected "+plain(strings.Join(m.answer.Expected, ","))+"]")
		}
		if names := t.environmentNames(m.envs); names != "" && len(same) > 1 {
			line += t.styled(dim, " in "+plain(names))
		}
		t.printf("%s\n", line)
	}
}

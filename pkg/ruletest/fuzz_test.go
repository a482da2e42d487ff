package ruletest_test

import (
	"regexp"
	"testing"

	"github.com/monctl/monctl/pkg/ruletest"
)

// FuzzSuite: whatever a test file holds, reading it ends in a report. No test
// is run: one may last as long as its author wants.
func FuzzSuite(f *testing.F) {
	for _, seed := range []string{
		"rule_files: [a.yaml]\ntests: [{interval: 1m, input_series: [{series: 'up{a=\"b\"}', values: '0x5 1+1x3 _ stale'}], alert_rule_test: [{alertname: A, eval_time: 1m}]}]",
		"tests: [{name: x, promql_expr_test: [{expr: up, eval_time: 1m, exp_samples: [{labels: '{}', value: 1}]}]}]", "evaluation_interval: 1x\ntests: {}", "group_eval_order: [a, a]", "[]", "tests: [null, 1]",
		"env: [a, 'b*']\nfixtures: {x: &x [{series: up, for_each: {a: [b, c]}, values: 1}]}\ntests: [{input_series: [*x, {series: m, values: 2}], silences: [{matchers: ['a=\"b\"'], until: 1h}]}]",
		"tests: [{route_test: [{labels: {a: b}, exp_receivers: [c]}], notification_test: [{receiver: c, until: 1h, exp_notifications: [{at: 1m, integrations: {slack/0: {title: x}}}]}], suppression_test: [{labels: {a: b}, receiver: c, exp_by: [silence]}]}]",
		"tests: [{input_series: &a [*a]}, &b {<<: *b}, {<<: [*b, *b]}]",
	} {
		f.Add([]byte(seed))
	}
	none := regexp.MustCompile(`^\x00none$`)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := ruletest.Suite{File: "t.yaml", Data: data}
		s.Environments()
		if _, _, err := ruletest.Run(t.Context(), []ruletest.Suite{s}, ruletest.Options{Run: none}); err != nil {
			t.Fatal(err)
		}
	})
}

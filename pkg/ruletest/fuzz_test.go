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
	} {
		f.Add([]byte(seed))
	}
	none := regexp.MustCompile(`^\x00none$`)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := ruletest.Run(t.Context(), []ruletest.Suite{{File: "t.yaml", Data: data}}, ruletest.Options{Run: none}); err != nil {
			t.Fatal(err)
		}
	})
}

package ruletest_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/ruletest"
)

// TestMemory: what has passed is run again only if it, or a rule file that it
// reads, has changed; what has failed is run again always.
func TestMemory(t *testing.T) {
	const rules = "groups: [{name: g, rules: [{record: r, expr: m + 1}]}]"
	suite := func(file, rules, value string) ruletest.Suite {
		return ruletest.Suite{File: file, Data: []byte(`{rule_files: [` + rules + `], tests: [{
			input_series: [{series: m, values: 1x5}],
			promql_expr_test: [{expr: r, eval_time: 5m, exp_samples: [{labels: r, value: ` + value + `}]}]}]}`)}
	}
	files := map[string]string{"one": rules, "two": rules}
	memory := ruletest.NewMemory()
	run := func(suites ...ruletest.Suite) (ran, passed int) {
		t.Helper()
		report, _, err := ruletest.Run(t.Context(), suites, ruletest.Options{
			Memory: memory, Progress: func(_, total int) { ran = total },
			RuleFiles: func(_, pattern string) ([]ruletest.RuleFile, error) {
				return []ruletest.RuleFile{{Name: pattern, YAML: []byte(files[pattern])}}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return ran, report.Count(ruletest.Passed)
	}
	check := func(step string, wantRan, wantPassed int, suites ...ruletest.Suite) {
		t.Helper()
		if ran, passed := run(suites...); ran != wantRan || passed != wantPassed {
			t.Errorf("%s: %d tests run, %d passed; want %d and %d", step, ran, passed, wantRan, wantPassed)
		}
	}
	a, b, wrong := suite("a", "one", "2"), suite("b", "two", "2"), suite("c", "one", "3")
	check("at first", 3, 2, a, b, wrong)
	check("nothing changed", 1, 2, a, b, wrong)
	files["two"] += "\n# changed"
	check("a rule file changed", 2, 2, a, b, wrong)
	check("a test changed", 2, 3, a, b, suite("c", "one", "2.0"), wrong)
	files["one"] = "groups: [{name: g, rules: [{record: r, expr: m + 2}]}]"
	check("another rule file changed", 1, 1, a, b)
}

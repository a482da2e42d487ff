package ruletest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	check("a comment changed", 1, 2, a, b, wrong)
	files["two"] = strings.Replace(files["two"], "+ 1", "+ 1 + 0", 1)
	check("a rule changed", 2, 2, a, b, wrong)
	files["two"] = strings.Replace(files["two"], "]}]", ", {record: s, expr: n * 2}]}]", 1)
	check("a rule is added that no test can see", 1, 2, a, b, wrong)
	files["two"] = strings.Replace(files["two"], "n * 2", "sum(r) * 2", 1)
	check("it reads one that a test can see", 2, 2, a, b, wrong)
	check("a test moves", 1, 2, a, ruletest.Suite{File: "b", Data: slices.Concat([]byte("# moved\n"), b.Data)}, wrong)
	check("a test becomes what another one is", 1, 3, a, b, suite("c", "one", "2.0"), wrong)
	files["one"] = "groups: [{name: g, rules: [{record: r, expr: m + 2}]}]"
	check("another rule file changed", 1, 1, a, b)
}

// edited is a rule file and a test file that are edited at random.
type edited struct {
	rand   *rand.Rand
	rules  []string
	groups []int // in which of three groups a rule stands
	tests  []string
	head   string
	broken bool // a rule does not parse
}

func (e *edited) pick(from ...string) string { return from[e.rand.IntN(len(from))] }

func (e *edited) metric() string { return e.pick("a", "b", "c", "r0", "r1", "r2") }

func (e *edited) rule() string {
	expr := e.pick(
		e.metric()+" > "+e.pick("0", "2", "4"), "sum("+e.metric()+")", e.metric()+" + "+e.metric(), e.metric()+" * 2", "-"+e.metric(),
		`count({__name__=~"`+e.metric()+`|c"})`, e.metric()+" offset 1m", `count(ALERTS{alertname="A0"})`, `label_replace(`+e.metric()+`, "x", "y", "", "")`,
		"rate("+e.metric()+"[3m])", `{x="`+e.pick("1", "2")+`"} * 2`, e.pick("vector(1)", "absent("+e.metric()+")"),
	)
	if e.rand.IntN(2) == 0 {
		return fmt.Sprintf("{record: r%d, expr: '%s'}", e.rand.IntN(3), expr)
	}
	return fmt.Sprintf("{alert: A%d, expr: '%s', for: %dm, labels: {l: %s}}", e.rand.IntN(2), expr, e.rand.IntN(3), e.pick("one", "'{{ $value }}'", `'{{ with query "b" }}{{ len . }}{{ end }}'`))
}

func (e *edited) test() string {
	var series []string
	for _, name := range []string{"a", "b", "c"} {
		if e.rand.IntN(2) == 0 {
			series = append(series, fmt.Sprintf(`{series: '%s{x="%s"}', values: '%s'}`, name, e.pick("1", "2", "3"), e.pick("1x9", "0+1x9", "3 _ 5x4")))
		}
	}
	return fmt.Sprintf(`{input_series: [%s],
  promql_expr_test: [{expr: 'count(%s) or vector(0)', eval_time: 5m, exp_samples: [{labels: '{}', value: %s}]}],
  alert_rule_test: [{alertname: A%d, eval_time: 6m}]}`, strings.Join(series, ", "), e.metric(), e.pick("0", "0", "1"), e.rand.IntN(3))
}

func (e *edited) edit() {
	switch i := e.rand.IntN(len(e.rules)); e.rand.IntN(8) {
	case 0, 1, 2:
		e.rules[i] = e.rule()
	case 3:
		e.groups[i] = e.rand.IntN(3)
	case 4:
		e.tests = slices.Insert(e.tests, e.rand.IntN(len(e.tests)), e.test())
	case 5:
		e.tests[e.rand.IntN(len(e.tests))] = e.test()
	case 6:
		e.head = e.pick("", "evaluation_interval: 30s", "group_eval_order: [g2, g0]", "options: {honour_group_interval: true}", "fuzzy_compare: true")
	case 7:
		e.broken = true
		return
	}
	e.broken = false
}

func (e *edited) run(t *testing.T, m *ruletest.Memory) (*ruletest.Report, string) {
	t.Helper()
	groups := make([][]string, 3)
	for i, r := range e.rules {
		if groups[e.groups[i]] = append(groups[e.groups[i]], r); i == 0 && e.broken {
			groups[e.groups[i]][0] = "{record: broken, expr: '1 +'}"
		}
	}
	var rules strings.Builder
	rules.WriteString("groups:\n")
	for i, g := range groups {
		fmt.Fprintf(&rules, "- name: g%d\n  interval: %dm\n  rules: [%s]\n", i, i+1, strings.Join(g, ", "))
	}
	suite := ruletest.Suite{File: "t.yaml", Data: []byte("rule_files: [r]\n" + e.head + "\ntests:\n- " + strings.Join(e.tests, "\n- ") + "\n")}
	report, diags, err := ruletest.Run(t.Context(), []ruletest.Suite{suite}, ruletest.Options{
		Memory: m, Workers: 2, RuleFiles: func(string, string) ([]ruletest.RuleFile, error) {
			return []ruletest.RuleFile{{Name: "r", YAML: []byte(rules.String())}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report, diags.String()
}

// TestMemoryIsNeverStale edits rules and tests at random: what a memory gives
// is what a run without one gives.
func TestMemoryIsNeverStale(t *testing.T) {
	kept, ran := 0, 0
	for seed := range uint64(12) {
		e := &edited{rand: rand.New(rand.NewPCG(seed, 1))}
		for range 6 {
			e.rules, e.groups = append(e.rules, e.rule()), append(e.groups, e.rand.IntN(3))
		}
		for range 4 {
			e.tests = append(e.tests, e.test())
		}
		memory := ruletest.NewMemory()
		for step := range 20 {
			got, gotDiags := e.run(t, memory)
			want, wantDiags := e.run(t, nil)
			for _, s := range got.Suites {
				for i := range s.Tests {
					if s.Tests[i].Kept {
						kept++
					} else {
						ran++
					}
				}
			}
			for _, r := range []*ruletest.Report{got, want} {
				r.Seconds = 0
				for _, s := range r.Suites {
					for i := range s.Tests {
						s.Tests[i].Seconds, s.Tests[i].Kept = 0, false
					}
				}
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(ruletest.Failure{})); diff != "" {
				t.Fatalf("seed %d, step %d (-without memory +with):\n%s\n%s", seed, step, diff, strings.Join(e.rules, "\n"))
			}
			if diff := cmp.Diff(wantDiags, gotDiags); diff != "" {
				t.Fatalf("seed %d, step %d (-without memory +with):\n%s", seed, step, diff)
			}
			for i, test := range want.Suites[0].Tests {
				if test.Result == ruletest.Failed && !e.broken { // what has passed is of interest
					e.tests[i] = e.test()
				}
			}
			e.edit()
		}
	}
	if kept == 0 || ran == 0 {
		t.Errorf("%d tests were kept, %d were run: nothing was compared", kept, ran)
	}
	t.Logf("%d tests kept, %d run", kept, ran)
}

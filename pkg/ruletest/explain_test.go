package ruletest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/ruletest"
)

// failure runs one test of one rule and returns its only failure.
func failure(t *testing.T, rule string, series []string, test string) ruletest.Failure {
	t.Helper()
	suite := "rule_files: ['monctl:bundle']\ntests:\n- interval: 1m\n  input_series:\n  - {series: other, values: 1}\n"
	for _, line := range series {
		name, values, _ := strings.Cut(line, " ")
		suite += fmt.Sprintf("  - {series: '%s', values: '%s'}\n", name, values)
	}
	report, _, err := ruletest.Run(context.Background(), []ruletest.Suite{{File: "test.yaml", Data: []byte(suite + "  " + test + "\n")}}, ruletest.Options{
		Bundle: []ruletest.RuleFile{{Name: "rules.yaml", YAML: []byte("groups: [{name: g, rules: [" + rule + "]}]")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	failures := report.Suites[0].Tests[0].Failures
	if len(failures) != 1 {
		t.Fatalf("%d failures, want 1: %v", len(failures), failures)
	}
	return failures[0]
}

func TestWhyAnAlertDoesNotFire(t *testing.T) {
	for _, c := range []struct {
		expr, more string
		series     []string
		want       []string
	}{
		{"x > 5", "", []string{"x 1x9"}, []string{"the expression has no sample at 5m", "`x` is 1 at 5m: `> 5` is asked for"}},
		{"5 < x", "", []string{"x 1x9"}, []string{"the expression has no sample at 5m", "`x` is 1 at 5m: `5 < …` is asked for"}},
		{"x > scalar(y)", "", []string{"x 1x9", "y 7x9"}, []string{"the expression has no sample at 5m", "`x` is 1 at 5m: `> scalar(y) (7)` is asked for"}},
		{"x > 5", "", []string{"x 1 9 9 1x9"}, []string{"the expression has no sample at 5m", "it had one from 1m to 2m", "the alert fired from 1m to 2m, and is resolved", "`x` is 1 at 5m: `> 5` is asked for"}},
		{"x > 5", "for: 10m", []string{"x 1 9x9"}, []string{"it is pending since 1m: with for: 10m it fires at 11m, if the expression has samples until then"}},
		{"x > 5", "", []string{"y 1x9"}, []string{"the expression has no sample at 5m", `no series is called x`}},
		{"requests_total > 5", "", []string{"request_total 1x9"}, []string{"the expression has no sample at 5m", `no series is called requests_total: did you mean "request_total"?`}},
		{`x{job="a"} > 5`, "", []string{`x{job="b"} 1x9`, `x{job="c"} 1x9`}, []string{"the expression has no sample at 5m", "no series matches `x{job=\"a\"}`: job is \"b\", \"c\", which job=\"a\" excludes"}},
		{`x{a="1",b="2"} > 5`, "", []string{`x{a="1"} 1x9`, `x{b="2"} 1x9`}, []string{"the expression has no sample at 5m", "no series matches all of `x{a=\"1\",b=\"2\"}`"}},
		{"rate(x[2m]) > 5", "", []string{"x _x5 1"}, []string{"the expression has no sample at 5m", "rate needs more samples than `x[2m]` has at 5m"}},
		{"rate(x[2m]) > 5", "", []string{"x 1 1"}, []string{"the expression has no sample at 5m", "`x` has no sample in 2m at 5m: it is last seen at 1m"}},
		{"x", "", []string{"x 1 stale"}, []string{"the expression has no sample at 5m", "it had one at 0s", "the alert fired at 0s, and is resolved", "`x` has no sample at 5m: it is last seen at 0s"}},
		{"x offset 10m", "", []string{"x 1x9"}, []string{"the expression has no sample at 5m", "`x offset 10m` has no sample at 5m (it looks at -5m): it is last seen at 5m"}},
		{"max_over_time(x[1m] offset -2m) > 5", "", []string{"x 9x9"}, []string{"the expression has no sample at 5m", "`x offset -2m` has no sample in 1m at 5m (it looks at 7m): it is last seen at 5m"}},
		{"x @ 420 > 5", "", []string{"x 1 1 1 1 1 1 1 9 9"}, []string{"the expression has no sample at 5m", "`x @ 420` is 1 at 5m: `> 5` is asked for"}},
		{"absent(x)", "", []string{`x{job="a"} 1x9`}, []string{"the expression has no sample at 5m", `` + "`x` is there: x{job=\"a\"}"}},
		{"x and y", "", []string{`x{a="1"} 1x9`, `y{a="2"} 1x9`}, []string{"the expression has no sample at 5m", "no series of `x` matches one of `y` by all labels: x{a=\"1\"} on the left, y{a=\"2\"} on the right"}},
		{"x * on (a) y", "", []string{`x{a="1"} 1x9`, `y{a="2"} 1x9`}, []string{"the expression has no sample at 5m", "no series of `x` matches one of `y` by the labels a: x{a=\"1\"} on the left, y{a=\"2\"} on the right"}},
		{"x > y", "", []string{"x 1x9", "y 2x9"}, []string{"the expression has no sample at 5m", "`x` is 1, and `y` is 2: not >"}},
		{"x unless y", "", []string{"x 1x9", "y 2x9"}, []string{"the expression has no sample at 5m", "unless takes all samples of `x` away: `y` has y"}},
		{"x > 5 or y > 5", "", []string{"x 1x9"}, []string{"the expression has no sample at 5m", "`x` is 1 at 5m: `> 5` is asked for", "no series is called y"}},
		{"sum(x) > 5", "", []string{"x 1x9"}, []string{"the expression has no sample at 5m", "`sum(x)` is 1 at 5m: `> 5` is asked for"}},
		{"max_over_time(x[2m:1m]) > 5", "", []string{"y 1x9"}, []string{"the expression has no sample at 5m", "no series is called x"}},
	} {
		t.Run(c.expr+" "+c.more, func(t *testing.T) {
			rule := fmt.Sprintf("{alert: A, expr: '%s', %s}", c.expr, c.more)
			f := failure(t, rule, c.series, "alert_rule_test: [{eval_time: 5m, alertname: A, exp_alerts: [{}]}]")
			if len(f.Rules) != 1 {
				t.Fatalf("%d rules, want 1", len(f.Rules))
			}
			if diff := cmp.Diff(c.want, f.Rules[0].Why); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhyAnAlertIsUnexpected(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		series     []string
		test       string
		state      string
		want       []string
	}{
		{
			"it fires", "{alert: A, expr: x > 5, for: 1m}",
			[]string{"x 1 9x9"},
			"{eval_time: 5m, alertname: A}", "firing",
			[]string{"it fires since 2m, when the expression had had a sample for 1m", "`x` is 9 at 5m: `> 5` is asked for"},
		},
		{
			"it fires on", "{alert: A, expr: x > 5, keep_firing_for: 5m}",
			[]string{"x 9 1x9"},
			"{eval_time: 3m, alertname: A}", "firing",
			[]string{"it fires since 0s", "the expression has no sample any more: keep_firing_for: 5m lets it fire on", "`x` is 1 at 3m: `> 5` is asked for"},
		},
		{
			"of other labels", "{alert: A, expr: x > 5}",
			[]string{`x{job="a"} 9x9`},
			`{eval_time: 3m, alertname: A, exp_alerts: [{exp_labels: {job: b}}]}`, "firing",
			[]string{`the expression has samples at 3m, but none with {job="b"}: x{job="a"}`},
		},
		{
			"of series that are not there", "{alert: A, expr: x > 5}",
			[]string{`x{job="a"} 1x9`},
			`{eval_time: 3m, alertname: A, exp_alerts: [{exp_labels: {job: b}}]}`, "inactive",
			[]string{"the expression has no sample at 3m", `the rule reads no series with {job="b"}: there is x{job="a"}`},
		},
		{
			"it is pending", "{alert: A, expr: x > 5, for: 9m}",
			[]string{"x 1 9x9"},
			"{eval_time: 3m, alertname: A, state: inactive}", "pending",
			[]string{"it is pending since 1m", "`x` is 9 at 3m: `> 5` is asked for"},
		},
		{
			"it is not pending any more", "{alert: A, expr: x > 5, for: 1m}",
			[]string{"x 9x9"},
			"{eval_time: 3m, alertname: A, state: pending, exp_alerts: [{}]}", "firing",
			[]string{"it fires since 1m"},
		},
		{
			"it is never pending", "{alert: A, expr: x > 5}",
			[]string{"x 9x9"},
			"{eval_time: 3m, alertname: A, state: pending, exp_alerts: [{}]}", "firing",
			[]string{"the rule has no for: its alerts are never pending"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := failure(t, c.rule, c.series, "alert_rule_test: ["+c.test+"]")
			if len(f.Rules) != 1 {
				t.Fatalf("%d rules, want 1", len(f.Rules))
			}
			if f.Rules[0].State != c.state {
				t.Errorf("the state is %s, want %s", f.Rules[0].State, c.state)
			}
			if diff := cmp.Diff(c.want, f.Rules[0].Why); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOnlyRulesAtFaultAreExplained has two rules of one name.
func TestOnlyRulesAtFaultAreExplained(t *testing.T) {
	f := failure(t, "{alert: A, expr: x > 5, labels: {severity: page}}, {alert: A, expr: x > 3, labels: {severity: mail}}", []string{"x 4x9"},
		"alert_rule_test: [{eval_time: 5m, alertname: A, exp_alerts: [{exp_labels: {severity: page}}, {exp_labels: {severity: mail}}]}]")
	if len(f.Rules) != 1 || f.Rules[0].Labels["severity"] != "page" {
		t.Errorf("explained are %v, want the rule of severity page", f.Rules)
	}
}

func TestPlots(t *testing.T) {
	f := failure(t, "{alert: A, expr: 'sum(x) > 5', for: 2m}, {record: r, expr: x}", []string{`x{a="1"} 0+1x3 stale 4 9 9`},
		"alert_rule_test: [{eval_time: 6m30s, alertname: A, exp_alerts: [{exp_labels: {a: '2'}}]}, {eval_time: 7m, alertname: B}]")
	var got []string
	for _, p := range f.Plots {
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(b))
	}
	want := []string{
		`{"kind":"expression","title":"sum(x)","start":0,"step":60,"at":6,"values":[0,1,2,3,null,4,9,9],"op":"\u003e","threshold":5}`,
		`{"kind":"series","title":"x","labels":{"__name__":"x","a":"1"},"start":0,"step":60,"at":6,"values":[0,1,2,3,null,4,9,9]}`,
		`{"kind":"state","title":"A","start":0,"step":60,"at":6,"states":"......pp"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plots (-want +got):\n%s", diff)
	}
}

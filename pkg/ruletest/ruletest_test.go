package ruletest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/ruletest"
)

const rules = `groups:
- name: g
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: up == 0
    for: 5m
    labels: {severity: page}
    annotations: {summary: '{{ $labels.instance }} of {{ $labels.job }} is down'}
`

// files resolves rule files from a map, a pattern being a name.
func files(m map[string]string) ruletest.RuleFilesFunc {
	return func(_, pattern string) ([]ruletest.RuleFile, error) {
		if pattern == "unreadable.yml" {
			return nil, errors.New("read rule file: permission denied")
		}
		if content, ok := m[pattern]; ok {
			return []ruletest.RuleFile{{Name: pattern, YAML: []byte(content)}}, nil
		}
		return nil, nil
	}
}

func run(t *testing.T, o ruletest.Options, suites ...ruletest.Suite) (*ruletest.Report, diag.List) {
	t.Helper()
	if o.RuleFiles == nil {
		o.RuleFiles = files(map[string]string{
			"rules.yml": rules,
			"bad.yml":   "groups:\n- name: g\n  rules:\n  - record: r\n    expr: 'up +'\n  - alert: A\n    expr: up\n    annotations: {s: '{{ if }}'}\n",
			"typo.yml":  "groups:\n- name: g\n  rulez: []\n",
			"fails.yml": "groups:\n- name: g\n  rules:\n  - {record: r, expr: 'up * on () group_left () (up + 1)'}\n  - {alert: Template, expr: 'up == 1', annotations: {s: '{{ index .Nope 3 }}'}}\n",
			"none.yml":  "groups: [",
		})
		o.RuleFileNames = func(string, string) []string { return []string{"rules.yml", "bad.yml"} }
	}
	o.Workers = 4
	report, diags, err := ruletest.Run(t.Context(), suites, o)
	if err != nil {
		t.Fatal(err)
	}
	return report, diags
}

// results writes down the report, a word for each test.
func results(r *ruletest.Report) string {
	var out []string
	for _, s := range r.Suites {
		words := []string{map[bool]string{true: "FAILED", false: "ok"}[s.Failed]}
		for _, test := range s.Tests {
			words = append(words, string(test.Result))
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, "\n")
}

// findings writes down the diagnostics with hints and details.
func findings(l diag.List) string {
	var b strings.Builder
	for _, d := range l {
		fmt.Fprintf(&b, "%s: %s[%s]: %s\n", d.Span, d.Severity, d.Code, d.Summary)
		if d.Detail != "" {
			b.WriteString(d.Detail + "\n")
		}
		if d.Hint != "" {
			b.WriteString("hint: " + d.Hint + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestFindings(t *testing.T) {
	const head = "rule_files: [rules.yml]\ntests:\n"
	const input = "  input_series:\n  - {series: 'up{job=\"a\",instance=\"x\"}', values: '1 0x20'}\n"
	for name, tc := range map[string]struct{ file, results, want string }{
		"all is well": {
			file: head + "- name: down\n" + input + `  alert_rule_test:
  - {eval_time: 5m, alertname: Down}
  - eval_time: 6m
    alertname: Down
    exp_alerts: [{exp_labels: {job: a, instance: x, severity: page}, exp_annotations: {summary: x of a is down}}]
  promql_expr_test:
  - {expr: 'job:up:sum', eval_time: 0, exp_samples: [{labels: 'job:up:sum{job="a"}', value: 1}]}
`,
			results: "ok passed",
		},
		"the labels that differ are marked": {
			file: head + "-" + input[1:] + `  alert_rule_test:
  - eval_time: 6m
    alertname: Down
    exp_alerts: [{exp_labels: {job: a, instance: y}, exp_annotations: {summary: x of a is down}}]
`,
			results: "FAILED failed",
			want: `t.yml:6:5: error[test/alert]: alert "Down" at 6m: the alerts that fire differ from the expected ones
  alert Down
-   instance: y
+   instance: x
    job: a
+   severity: page
    annotation summary: x of a is down
hint: the expression has samples at 6m, but none with {instance="y"}: up{instance="x", job="a"}`,
		},
		"a pending alert is not firing": {
			file: head + "-" + input[1:] + `  alert_rule_test:
  - {eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
`,
			results: "FAILED failed",
			want: `t.yml:6:5: error[test/alert]: alert "Down" at 5m: 1 alert expected, none fires
- alert Down
-   job: a
hint: it is pending since 1m: with for: 5m it fires at 6m, if the expression has samples until then`,
		},
		"samples beside each other": {
			file: head + "-" + input[1:] + `  promql_expr_test:
  - expr: up or up + 1 or on (none) vector(3)
    eval_time: 0m
    exp_samples: [{labels: 'up{job="a",instance="x"}', value: 2}, {labels: 'gone', value: 1}, {labels: '{}', value: 3}]
`,
			results: "FAILED failed",
			want: `t.yml:6:5: error[test/promql]: "up or up + 1 or on (none) vector(3)" at 0s: the result differs from the expected one
- {} 3
- {__name__="gone"} 1
- {__name__="up", instance="x", job="a"} 2
+ {__name__="up", instance="x", job="a"} 1`,
		},
		"keys: unknown, repeated": {
			file: `rule_file: [rules.yml]
tests:
- input_serie: []
- interval: 1m
  interval: 2m
- name: fine
`,
			results: "FAILED failed failed passed",
			want: `t.yml:1:1: error[test/unknown-key]: a test file has no key "rule_file"
hint: did you mean "rule_files"?
t.yml:3:3: error[test/unknown-key]: a test has no key "input_serie"
hint: did you mean "input_series"?
t.yml:5:3: error[test/unknown-key]: the key "interval" is repeated in a test`,
		},
		"values of the wrong type": {
			file: `evaluation_interval: soon
tests:
- interval: 5
  external_labels: [a]
  start_timestamp: yesterday
- {input_series: 5}
- promql_expr_test: [{expr: '1', eval_time: 0m, exp_samples: [{labels: '{}', value: one}]}]
- []
`,
			results: "FAILED failed failed failed failed",
			want: `t.yml:1:22: error[test/value]: evaluation_interval: not a valid duration string: "soon"
t.yml:3:13: error[test/value]: interval: not a valid duration string: "5"
t.yml:4:20: error[test/value]: external_labels: cannot unmarshal !!seq into map[string]string
t.yml:5:20: error[test/value]: start_timestamp: "yesterday" is no timestamp
hint: write it like "2026-01-03T02:50:00Z", or in seconds since 1970
t.yml:6:18: error[test/value]: input_series must be a list, not "5"
t.yml:7:85: error[test/value]: value: cannot unmarshal !!str ` + "`one`" + ` into float64
t.yml:8:3: error[test/value]: a test must be a mapping, not a list`,
		},
		"not YAML": {
			file:    "tests:\n- {",
			results: "FAILED",
			want:    "t.yml:2: error[test/syntax]: not valid YAML: did not find expected node content",
		},
		"series that do not parse, and one that is refused": {
			file: head + `- input_series:
  - {series: 'up{', values: '1'}
  - {series: 'up', values: '1 2 three'}
- input_series:
  - {series: 'h', values: '{{schema:0 count:1 buckets:[-1]}}'}
`,
			results: "FAILED failed failed",
			want: `t.yml:4:14: error[test/series]: the series "up{ 1" does not parse: 1:5: parse error: unexpected character inside braces: '1'
hint: values look like "1 2 3", "0+10x5", "_x3 7", "1 stale"
t.yml:5:28: error[test/series]: the series "up 1 2 three" does not parse: 1:8: parse error: unexpected identifier "three" in series values, expected number or "stale"
hint: values look like "1 2 3", "0+10x5", "_x3 7", "1 stale"
t.yml:7:14: error[test/series]: at 0s: load series {__name__="h"}: positive side: bucket number 1 has observation count of -1: histogram has a bucket whose observation count is negative`,
		},
		"expressions": {
			file:    "tests:\n- promql_expr_test:\n  - {expr: 'up +', eval_time: 0m}\n  - {expr: 'up[5m]', eval_time: 0m}\n  - {expr: 'up', eval_time: 0m, exp_samples: [{labels: 'up{', value: 1}]}\n",
			results: "FAILED failed",
			want: `t.yml:3:12: error[test/promql]: "up +" at 0s: 1:5: parse error: unexpected end of input
t.yml:4:12: error[test/promql]: "up[5m]" at 0s: rule result is not a vector or scalar
t.yml:5:56: error[test/value]: the expected labels "up{" do not parse: 1:4: parse error: unexpected end of input inside braces`,
		},
		"rule files: missing, unreadable, broken": {
			file:    "rule_files: [rule.yml, unreadable.yml, bad.yml, typo.yml, none.yml]\ntests:\n- name: one\n- name: two\n",
			results: "FAILED failed failed",
			want: `bad.yml:5:11: error[test/rules]: group "g", rule 1, "r": could not parse expression: 1:5: parse error: unexpected end of input
bad.yml:8:22: error[test/rules]: group "g", rule 2, "A": annotation "s": template: __alert_A:1: missing value for if
none.yml:1: error[test/rules]: did not find expected node content
t.yml:1:14: warning[test/no-match]: no rule file matches "rule.yml"
hint: did you mean "rules.yml"?
t.yml:1:24: error[test/rule-file]: rule files "unreadable.yml": read rule file: permission denied
typo.yml:3: error[test/rules]: field rulez not found in type rulefmt.RuleGroup`,
		},
		"a rule that fails, and a template that does": {
			file: `rule_files: [fails.yml]
tests:
- input_series: [{series: 'up{a="1"}', values: 1x9}]
  alert_rule_test:
  - {eval_time: 0m, alertname: Template, exp_alerts: [{exp_labels: {a: 1}}]}
- input_series: [{series: 'up{a="1"}', values: 1x9}, {series: 'up{a="2"}', values: '_ 1'}]
  promql_expr_test: [{expr: '1', eval_time: 1m, exp_samples: [{value: 1}]}]
`,
			results: "FAILED failed failed",
			want: `t.yml:5:5: error[test/alert]: alert "Template" at 0s: the alerts that fire differ from the expected ones
  alert Template
    a: 1
+   annotation s: <error expanding template: error executing template __alert_Template: template: __alert_Template:1:121: executing "__alert_Template" at <.Nope>: can't evaluate field Nope in type struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }>
t.yml:5:5: warning[test/template]: the annotation "s" of the alert "Template" is an error: its template fails
at <.Nope>: can't evaluate field Nope in type struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }
t.yml:6:3: error[test/evaluation]: recording rule "r" (group "g" of fails.yml) fails at 1m: found duplicate series`,
		},
		"a rule contradicts the input": {
			file: head + `- input_series: [{series: 'up{job="a"}', values: 1x9}, {series: 'job:up:sum{job="a"}', values: '_ 7'}]
  alert_rule_test: [{eval_time: 2m, alertname: Down}]
`,
			results: "FAILED failed",
			want: `t.yml:3:3: error[test/evaluation]: recording rule "job:up:sum" (group "g" of rules.yml) fails at 1m: duplicate sample for timestamp 60000; overrides not allowed: existing 7, new value 1
hint: an input series or another rule has given the series another value at that time`,
		},
		"what promtool lets pass": {
			file: `rule_files: [rules.yml]
tests:
- name: twice
  alert_rule_test:
  - {eval_time: 1m, alertname: Dwon}
- name: twice
  input_series:
  - series: up
    values: |
      1 2
  - {series: lost, values: 1}
  - {series: lost2, values: 1}
`,
			results: "ok passed passed",
			want: `t.yml:5:5: warning[test/unknown-alert]: no rule has the alert "Dwon"
hint: did you mean "Down"?
t.yml:6:3: warning[test/duplicate-name]: two tests are called "twice"
t.yml:9:13: warning[test/ignored-series]: an empty line or a comment ends the input series: 2 that follow are ignored
hint: promtool does the same; write the values on one line, or with ">-" instead of "|"`,
		},
		"an alert_rule_test without a name": {
			file: head + "- alert_rule_test: [{eval_time: 1m}]\n", results: "FAILED failed",
			want: "t.yml:3:21: error[test/value]: an alert_rule_test needs an alertname",
		},
		"anchors and merged keys": {
			file:    "tests:\n- &a {interval: 1m, input_series: [{series: a, values: 1}], promql_expr_test: &e [{expr: a, eval_time: 0m, exp_samples: [{labels: a, value: 1}]}]}\n- {<<: *a, interval: 2m}\n- {promql_expr_test: *e}\n",
			results: "FAILED passed passed failed",
			want: `t.yml:2:83: error[test/promql]: "a" at 0s: the result differs from the expected one
- {__name__="a"} 1
hint: no series is called a`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			report, diags := run(t, ruletest.Options{}, ruletest.Suite{File: "t.yml", Data: []byte(tc.file)})
			if diff := cmp.Diff(tc.results, results(report)); diff != "" {
				t.Errorf("results (-want +got):\n%s\n%s", diff, findings(diags))
			}
			got := findings(diags)
			if i := strings.Index(got, " for the match group"); i >= 0 {
				got = got[:i] // What follows is picked at random by the engine.
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	suite := ruletest.Suite{File: "a/t.yml", Data: []byte(`rule_files: [monctl:bundle]
tests:
- {name: one, promql_expr_test: [{expr: r, eval_time: 0m, exp_samples: [{labels: r, value: 1}]}]}
- {name: two, promql_expr_test: [{expr: r, eval_time: 0m}]}
- {promql_expr_test: [{expr: r, eval_time: 0m}]}
`)}
	o := ruletest.Options{
		Bundle:              []ruletest.RuleFile{{Name: "rules/x.yaml", YAML: []byte("groups: [{name: g, owner: me, rules: [{record: r, expr: vector(1)}]}]")}},
		Run:                 regexp.MustCompile("one|w"),
		IgnoreUnknownFields: true,
		Debug:               true,
	}
	report, diags := run(t, o, suite)
	if diff := cmp.Diff("FAILED passed failed skipped", results(report)); diff != "" {
		t.Errorf("results (-want +got):\n%s\n%s", diff, diags)
	}
	if got, want := report.Suites[0].Tests[0].Dump, "{__name__=\"r\"} =>\n1 @[0]"; got != want {
		t.Errorf("dump %q, want %q", got, want)
	}
	o.IgnoreUnknownFields = false
	report, diags = run(t, o, suite)
	if got := results(report); got != "FAILED failed failed skipped" || !diags.HasErrors() {
		t.Errorf("unknown field: %s\n%s", got, diags)
	}
}

func TestOriginLeadsToTheSource(t *testing.T) {
	origin := bundle.NewOrigin(diag.Span{File: "tests/x.jsonnet"}, map[string]diag.Span{
		"/tests/0/promql_expr_test/1": {File: "tests/x.jsonnet", Start: diag.Position{Line: 7, Column: 3}},
	})
	_, diags := run(t, ruletest.Options{}, ruletest.Suite{File: "tests/x.jsonnet", Origin: origin, Data: []byte(
		`{"tests":[{"promql_expr_test":[{"expr":"1","eval_time":"0m","exp_samples":[{"value":1}]},{"expr":"2","eval_time":"0m"}]}]}`)})
	want := "tests/x.jsonnet:7:3: error[test/promql]: \"2\" at 0s: the result differs from the expected one\n+ {} 2"
	if diff := cmp.Diff(want, findings(diags)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestReportIsDeterministicJSON(t *testing.T) {
	var suites []ruletest.Suite
	for i := range 8 {
		suites = append(suites, ruletest.Suite{File: fmt.Sprintf("t%d.yml", i), Data: []byte(`rule_files: [rules.yml]
tests:
- {input_series: [{series: 'up{job="b"}', values: 0x9}, {series: 'up{job="a"}', values: 0x9}], alert_rule_test: [{eval_time: 9m, alertname: Down}]}
- {name: fine}
`)})
	}
	clock := func() time.Time { return time.Unix(0, 0) }
	var first string
	for range 5 {
		report, _ := run(t, ruletest.Options{Now: clock}, suites...)
		b, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(b)
		} else if diff := cmp.Diff(first, string(b)); diff != "" {
			t.Fatalf("two runs differ (-first +second):\n%s", diff)
		}
	}
	want := `{"suites":[{"file":"t0.yml","failed":true,"tests":[{"index":0,"result":"failed","span":{"file":"t0.yml","start":{"line":3,"column":3}},"seconds":0,` +
		`"failures":[{"kind":"alert","code":"test/alert","message":"alert \"Down\" at 9m: none expected, 2 alerts firing",` +
		`"got":"alert Down\n  job: a\n  severity: page\n  annotation summary:  of a is down\nalert Down\n  job: b\n  severity: page\n  annotation summary:  of b is down",`
	if !strings.HasPrefix(first, want) {
		t.Errorf("report begins\n%s\nwant\n%s", first, want)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := ruletest.Run(ctx, []ruletest.Suite{{File: "t.yml", Data: []byte("tests: [{}]")}}, ruletest.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	endless := ruletest.Suite{File: "t.yml", Data: []byte(`rule_files: [monctl:bundle]
tests: [{promql_expr_test: [{expr: '1', eval_time: 200y, exp_samples: [{value: 1}]}]}]`)}
	_, _, err = ruletest.Run(ctx, []ruletest.Suite{endless}, ruletest.Options{Bundle: []ruletest.RuleFile{{Name: "r", YAML: []byte(rules)}}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"rules/a.yml": rules, "rules/b.yml": "groups: []", "tests/t.yml": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var asked []string
	disk := ruletest.Disk{Dir: dir, Asked: func(pattern string) { asked = append(asked, pattern) }}
	resolve := disk.RuleFiles
	for pattern, want := range map[string][]string{
		"../rules/*.yml": {"rules/a.yml", "rules/b.yml"}, "../rules/c.yml": nil, "": nil,
		filepath.Join(dir, "rules", "b.yml"): {"rules/b.yml"},
	} {
		got, err := resolve("tests/t.yml", pattern)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range got {
			names = append(names, f.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", pattern, diff)
		}
	}
	if _, err := resolve("tests/t.yml", "["); err == nil {
		t.Error("a bad pattern is accepted")
	}
	if _, err := resolve("tests/t.yml", "../rule*"); err == nil {
		t.Error("a directory is accepted as a rule file")
	}
	if !slices.Contains(asked, filepath.Join(dir, "rules", "*.yml")) {
		t.Errorf("asked for %q", asked)
	}
	want := []string{"../rules/a.yml", "../rules/b.yml"}
	if diff := cmp.Diff(want, disk.RuleFileNames("tests/t.yml", "../rules/aa.yml")); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestFeatures(t *testing.T) {
	o := ruletest.Options{RuleFiles: files(map[string]string{
		"rules.yml": "groups:\n- name: g\n  rules:\n  - {record: r, expr: 'limitk(1, up)'}\n",
	}), Coverage: ruletest.NewCoverage(), VerifyDir: t.TempDir()}
	suite := ruletest.Suite{File: "t.yml", Data: []byte(`rule_files: [rules.yml]
tests:
- input_series: [{series: up, values: 1x9}]
  promql_expr_test:
  - {expr: r, eval_time: 5m, exp_samples: [{labels: r, value: 1}]}
  - {expr: 'count_over_time(up[1m * 3])', eval_time: 5m, exp_samples: [{value: 3}]}
`)}
	for _, tc := range []struct {
		features expr.Features
		want     string
	}{
		{expr.AllFeatures(), "ok passed"},
		{expr.Features{ExperimentalFunctions: true}, "FAILED failed"},
		{expr.Features{DurationExpressions: true}, "FAILED failed"},
	} {
		o.Features = tc.features
		report, diags := run(t, o, suite)
		if got := results(report); got != tc.want {
			t.Errorf("with %+v: got %s, want %s\n%s", tc.features, got, tc.want, findings(diags))
		}
	}
}

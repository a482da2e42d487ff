package ruletest_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/ruletest"
)

// cover runs one suite over one rule file and returns the coverage.
func cover(t *testing.T, rules, suite string) ruletest.CoverageReport {
	t.Helper()
	return coverPaging(t, rules, "", suite)
}

// coverPaging does so with the Alertmanager configuration that the suite names.
func coverPaging(t *testing.T, rules, am, suite string) ruletest.CoverageReport {
	t.Helper()
	coverage := ruletest.NewCoverage()
	_, diags, err := ruletest.Run(context.Background(), []ruletest.Suite{{File: "test.yaml", Data: []byte(suite)}}, ruletest.Options{
		Bundle: []ruletest.RuleFile{{Name: "rules.yaml", YAML: []byte(rules)}}, Coverage: coverage,
		AlertmanagerFile: func(_, name string) (ruletest.AlertmanagerFile, error) {
			return ruletest.AlertmanagerFile{Name: name, YAML: []byte(am)}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diags.HasErrors() {
		t.Fatalf("the suite has errors:\n%s", diags)
	}
	return coverage.Report(func(string) ([]byte, error) { return nil, os.ErrNotExist })
}

// items lists the items of all rules, a line each, those covered marked.
func items(r ruletest.CoverageReport) []string {
	var out []string
	for _, f := range r.Files {
		for _, g := range f.Groups {
			for _, rule := range g.Rules {
				for _, i := range rule.Items {
					mark := "-"
					if i.Covered {
						mark = "+"
					}
					out = append(out, fmt.Sprintf("%s %s %s: %s", mark, i.Kind, i.Outcome, i.Text))
				}
			}
		}
	}
	return out
}

func TestCoverageOfExpressions(t *testing.T) {
	for _, c := range []struct {
		name, expr string
		series     map[string]string
		want       []string
	}{
		{"nothing there", "x > 5", nil, []string{"- result some", "- comparison true", "- comparison false"}},
		{"only true", "x > 5", map[string]string{"x": "6x4"}, []string{"+ result some", "+ comparison true", "- comparison false"}},
		{"only false", "x > 5", map[string]string{"x": "5x4"}, []string{"- result some", "- comparison true", "+ comparison false"}},
		{"both, in two series", "x > 5", map[string]string{`x{a="1"}`: "5x4", `x{a="2"}`: "6x4"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"both, one after the other", "x > 5", map[string]string{"x": "1 9"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"not a number is not greater", "x > 5", map[string]string{"x": "NaN"}, []string{"- result some", "- comparison true", "+ comparison false"}},
		{"series of two names", `{__name__=~"x|y"} > 5`, map[string]string{"x": "9", "y": "1"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"ahead of the rule", "count_over_time(x[1m] offset -2m) > 0", map[string]string{"x": "1x9"}, []string{"- result some", "- comparison true", "- comparison false"}},
		{"at a time that has come", "x @ 120 > 0", map[string]string{"x": "0 0 1x9"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"bool", "x > bool 5", map[string]string{"x": "6x4"}, []string{"+ result some", "+ comparison true", "- comparison false"}},
		{"scalars", "vector(scalar(x) > bool 5)", map[string]string{"x": "1 9"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"two vectors", "x > y", map[string]string{`x{a="1"}`: "1 9", `y{a="1"}`: "5x1"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"two vectors that do not match", "x > y", map[string]string{`x{a="1"}`: "1 9", `y{a="2"}`: "5x1"}, []string{"- result some", "- comparison true", "- comparison false"}},
		{"left side of or only", "x or y", map[string]string{"x": "1x4", "y": "1x4"}, []string{"+ result some", "+ or left", "- or right"}},
		{"both sides of or", "x or y", map[string]string{"x": "1 stale", "y": "1x4"}, []string{"+ result some", "+ or left", "+ or right"}},
		{"right side of or only", "x or y", map[string]string{"y": "1x4"}, []string{"+ result some", "- or left", "+ or right"}},
		{"the last of three", "x or y or z", map[string]string{"x": "1", `z{a="1"}`: "1"}, []string{"+ result some", "+ or left", "+ or right", "+ or left", "- or right"}},
		{"and keeps", "x and y", map[string]string{"x": "1x4", "y": "1x4"}, []string{"+ result some", "+ and kept", "- and removed"}},
		{"and removes", "x and on(a) y", map[string]string{`x{a="1"}`: "1x4", `y{a="2"}`: "1x4"}, []string{"- result some", "- and kept", "+ and removed"}},
		{"unless keeps", "x unless y", map[string]string{"x": "1x4"}, []string{"+ result some", "+ unless kept", "- unless removed"}},
		{"unless removes", "x unless y", map[string]string{"x": "1x4", "y": "1x4"}, []string{"- result some", "- unless kept", "+ unless removed"}},
		{"absent", "absent(x)", map[string]string{"y": "1x4"}, []string{"+ result some", "+ absent absent", "- absent present"}},
		{"present", "absent(x)", map[string]string{"x": "1x4"}, []string{"- result some", "- absent absent", "+ absent present"}},
		{"within a subquery", "max_over_time((x > bool 5)[3m:1m] offset 2m)", map[string]string{"x": "9 1 1 1 1"}, []string{"+ result some", "+ comparison true", "+ comparison false"}},
		{"before the ticks that a subquery reads", "max_over_time((x > bool 5)[1m:1m] offset 2m)", map[string]string{"x": "1 1 1 9 9"}, []string{"+ result some", "- comparison true", "+ comparison false"}},
		{"nested", "count(x > 5) > 1", map[string]string{"x": "9x4"}, []string{"- result some", "- comparison true", "+ comparison false", "+ comparison true", "- comparison false"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite := "rule_files: ['monctl:bundle']\ntests:\n- interval: 1m\n  input_series:\n"
			for name, values := range c.series {
				suite += fmt.Sprintf("  - {series: '%s', values: '%s'}\n", name, values)
			}
			if len(c.series) == 0 {
				suite += "  - {series: other, values: 1x4}\n"
			}
			suite += "  promql_expr_test: [{expr: 'vector(0)', eval_time: 4m, exp_samples: [{labels: '{}', value: 0}]}]\n"
			got := items(cover(t, fmt.Sprintf("groups: [{name: g, rules: [{record: r, expr: '%s'}]}]", c.expr), suite))
			for i, line := range got {
				got[i], _, _ = strings.Cut(line, ":")
			}
			if diff := cmp.Diff(append(c.want, "- asserted value"), got); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

const alertRules = `
groups:
- name: g
  labels: {team: web}
  rules:
  - {record: 'job:x:sum', expr: 'sum by (job) (x)'}
  - {record: 'unread', expr: 'sum(x)'}
  - alert: A
    expr: job:x:sum > 5
    for: 2m
    keep_firing_for: 2m
    labels: {severity: critical, where: '{{ $labels.job }}'}
    annotations: {summary: '{{ $value }} of {{ $labels.job }}', plain: words}
  - alert: A
    expr: job:x:sum > 3
    labels: {severity: warning}
`

func TestCoverageOfAlerts(t *testing.T) {
	for _, c := range []struct {
		name, values, asserts string
		want                  []string
	}{
		{
			"fires and is asserted", "9x10",
			"{eval_time: 5m, alertname: A, exp_alerts: [{exp_labels: {severity: critical, team: web, job: j, where: j}, exp_annotations: {summary: 9 of j, plain: words}}, {exp_labels: {severity: warning, team: web, job: j}}]}",
			[]string{
				"+ asserted value: job:x:sum", "- asserted value: unread", "+ for crossed: 2m", "- for not crossed: 2m", "- keep_firing_for used: 2m",
				"+ asserted firing: A", "- asserted not firing: A", "+ label rendered: where", "+ annotation rendered: summary",
				"+ asserted firing: A", "- asserted not firing: A",
			},
		},
		{
			"pending when asserted", "0 9 9 0 0",
			"{eval_time: 2m, alertname: A, exp_alerts: [{exp_labels: {severity: warning, team: web, job: j}}]}",
			[]string{
				"+ asserted value: job:x:sum", "- asserted value: unread", "- for crossed: 2m", "+ for not crossed: 2m", "- keep_firing_for used: 2m",
				"- asserted firing: A", "+ asserted not firing: A", "- label rendered: where", "- annotation rendered: summary",
				"+ asserted firing: A", "- asserted not firing: A",
			},
		},
		{
			"keeps firing", "9 9 9 0 0 0 0 0 0",
			"{eval_time: 8m, alertname: A}",
			[]string{
				"+ asserted value: job:x:sum", "- asserted value: unread", "+ for crossed: 2m", "- for not crossed: 2m", "+ keep_firing_for used: 2m",
				"- asserted firing: A", "+ asserted not firing: A", "- label rendered: where", "- annotation rendered: summary",
				"- asserted firing: A", "+ asserted not firing: A",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite := "rule_files: ['monctl:bundle']\ntests:\n- interval: 1m\n  input_series: [{series: 'x{job=\"j\"}', values: '" + c.values + "'}]\n  alert_rule_test: [" + c.asserts + "]\n"
			got := slices.DeleteFunc(items(cover(t, alertRules, suite)), func(l string) bool {
				return strings.Contains(l, " result ") || strings.Contains(l, " comparison ")
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

// A text that a notification_test names and that an annotation stands in is an
// assertion about it; so is a label that it names.
func TestCoverageOfNotifications(t *testing.T) {
	const am = `
route: {receiver: r, group_by: [where], group_wait: 10s}
receivers: [{name: r, webhook_configs: [{url: 'http://localhost/x'}]}]
`
	for _, c := range []struct {
		name, expects string
		want          []string
	}{
		{"nothing named", "{}", []string{
			"+ asserted firing: A", "- label rendered: where", "- annotation rendered: summary",
		}},
		{"a text", "{integrations: {webhook/0: {payload/commonAnnotations/summary: 9 of j}}}", []string{
			"+ asserted firing: A", "+ annotation rendered: summary", "- label rendered: where",
		}},
		{"another text", "{integrations: {webhook/0: {payload/status: firing}}}", []string{
			"+ asserted firing: A", "- annotation rendered: summary", "- label rendered: where",
		}},
		{"a label", "{alerts: [{labels: {where: j}}]}", []string{
			"+ asserted firing: A", "- annotation rendered: summary", "+ label rendered: where",
		}},
		{"what groups are formed by", "{group_labels: {where: j}}", []string{
			"+ asserted firing: A", "- annotation rendered: summary", "+ label rendered: where",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite := "rule_files: ['monctl:bundle']\nalertmanager_file: am\ntests:\n- interval: 1m\n  input_series: [{series: 'x{job=\"j\"}', values: '9x10'}]\n" +
				"  notification_test: [{receiver: r, until: 5m, exp_notifications: [{}, " + c.expects + "]}]\n"
			got := items(coverPaging(t, alertRules, am, suite))
			for _, want := range c.want {
				if !slices.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, strings.Join(got, "\n"))
				}
			}
		})
	}
}

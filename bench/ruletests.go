package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
)

// Ratios of the time that monctl may take at most, and of its memory.
const (
	dayRatio    = 1.0 / 50
	suiteRatio  = 1.0 / 20
	oneRatio    = 1.0
	memoryRatio = 1.0
	yearLimit   = 2.0 // seconds
)

// ruleTests is a rule file and a test file of it, generated. All of the tests
// pass, in promtool too.
type ruleTests struct{ rules, tests strings.Builder }

func (t *ruleTests) write(dir string) (string, error) {
	err := writeFiles(dir, map[string]string{"rules.yaml": t.rules.String(), "tests.yaml": t.tests.String()})
	return filepath.Join(dir, "tests.yaml"), err
}

// runRuleTests compares on generated suites. The same seed makes the same ones
// in every run.
func runRuleTests(ctx context.Context, b *bench) ([]row, error) {
	r := rand.New(rand.NewPCG(6, 0)) //nolint:gosec // it is test data
	var rows []row
	for _, c := range []struct {
		name   string
		suite  *ruleTests
		rounds int
		ratio  float64
	}{
		{"test-day", dayTests(r), 1, dayRatio},
		{"test-suite", suiteTests(r), 1, suiteRatio},
		{"test-small", smallTests(r), 1, suiteRatio},
		{"test-one", oneTest(r), b.rounds, oneRatio},
	} {
		file, err := c.suite.write(filepath.Join(b.work, c.name))
		if err != nil {
			return nil, err
		}
		got, err := b.compare(ctx, job{
			name: c.name, rounds: c.rounds, peerName: "promtool test rules",
			ours: []command{b.own("test", file)},
			peer: []command{b.peer("promtool", "test", "rules", file)},
		})
		if err != nil {
			return nil, err
		}
		limitRatio(got, "wall", c.ratio)
		limitRatio(got, "peak rss", memoryRatio)
		rows = append(rows, got...)
	}
	year, err := runYear(ctx, b)
	return append(rows, year...), err
}

// runYear has no peer: promtool takes many minutes for it.
func runYear(ctx context.Context, b *bench) ([]row, error) {
	file, err := yearTests().write(filepath.Join(b.work, "test-year"))
	if err != nil {
		return nil, err
	}
	var took []float64
	for range b.rounds {
		u, err := measure(ctx, []command{b.own("test", file)})
		if err != nil {
			return nil, err
		}
		took = append(took, u.wall.Seconds())
	}
	r := newRow("test-year", "wall", seconds, took, "", nil)
	r.Limit = yearLimit
	return []row{r}, nil
}

const testsHead = "rule_files: [rules.yaml]\nevaluation_interval: 1m\ntests:\n"

// dayTests are 112 alerts in 20 groups over one day, all in one test.
func dayTests(r *rand.Rand) *ruleTests {
	t := &ruleTests{}
	t.rules.WriteString("groups:\n")
	var series, asserts strings.Builder
	for i := range 112 {
		if i%6 == 0 {
			fmt.Fprintf(&t.rules, "- name: group%d\n  rules:\n", i/6)
		}
		t.alert(r, &series, &asserts, i, 1440, "1h", "23h59m")
	}
	fmt.Fprintf(&t.tests, "%s- interval: 1m\n  input_series:\n%s  alert_rule_test:\n%s", testsHead, &series, &asserts)
	return t
}

// suiteTests are 113 tests of 112 alerts, each about a few of them, as many as
// the suite of kubernetes-mixin has.
func suiteTests(r *rand.Rand) *ruleTests {
	t := &ruleTests{}
	t.rules.WriteString("groups:\n")
	t.tests.WriteString(testsHead)
	for i := range 113 {
		if i%6 == 0 {
			fmt.Fprintf(&t.rules, "- name: group%d\n  rules:\n", i/6)
		}
		var series, asserts strings.Builder
		t.alert(r, &series, &asserts, i, 60, "25m", "45m")
		fmt.Fprintf(&t.tests, "- interval: 1m\n  input_series:\n%s  alert_rule_test:\n%s", &series, &asserts)
	}
	return t
}

// smallTests are 1000 tests of a few samples.
func smallTests(r *rand.Rand) *ruleTests {
	t := &ruleTests{}
	t.rules.WriteString("groups:\n- name: group\n  rules:\n")
	var series, asserts [10]strings.Builder
	for i := range series {
		t.alert(r, &series[i], &asserts[i], i, 30, "29m")
	}
	t.tests.WriteString(testsHead)
	for i := range 1000 {
		fmt.Fprintf(&t.tests, "- interval: 1m\n  input_series:\n%s  alert_rule_test:\n%s", &series[i%10], &asserts[i%10])
	}
	return t
}

func oneTest(r *rand.Rand) *ruleTests {
	t := &ruleTests{}
	t.rules.WriteString("groups:\n- name: group\n  rules:\n")
	var series, asserts strings.Builder
	t.alert(r, &series, &asserts, 0, 30, "29m")
	fmt.Fprintf(&t.tests, "%s- interval: 1m\n  input_series:\n%s  alert_rule_test:\n%s", testsHead, &series, &asserts)
	return t
}

// yearTests are one alert that fires at the first day of a month, over a year.
func yearTests() *ruleTests {
	t := &ruleTests{}
	t.rules.WriteString(`groups:
- name: calendar
  rules:
  - alert: FirstDay
    expr: day_of_month() == 1 and hour() >= 8
    for: 10m
`)
	t.tests.WriteString(testsHead + `- alert_rule_test:
  - {eval_time: 8h5m, alertname: FirstDay, exp_alerts: []}
  - {eval_time: 8h10m, alertname: FirstDay, exp_alerts: [{exp_labels: {}}]}
  - {eval_time: 364d12h, alertname: FirstDay, exp_alerts: []}
  - {eval_time: 365d9h, alertname: FirstDay, exp_alerts: [{exp_labels: {}}]}
`)
	return t
}

// alert writes an alert, series for it with a sample a minute, and what to
// expect at some times, which are after its for.
func (t *ruleTests) alert(r *rand.Rand, series, asserts *strings.Builder, i, minutes int, at ...string) {
	job := fmt.Sprintf("job%d", i)
	expr, expected := "", "[]"
	switch i % 4 {
	case 0:
		expr = fmt.Sprintf(`rate(errors_total{job="%s"}[5m]) > 0.5`, job)
		var firing []string
		for n := range 5 {
			fmt.Fprintf(series, "  - {series: 'errors_total{job=\"%s\",instance=\"%d\"}', values: '%d+60x%d'}\n", job, n, r.IntN(1000), minutes)
			firing = append(firing, fmt.Sprintf(`{exp_labels: {job: %s, instance: "%d", severity: page}, exp_annotations: {summary: "%s of %d: 1"}}`, job, n, job, n))
		}
		expected = "[" + strings.Join(firing, ", ") + "]"
	case 1:
		expr = fmt.Sprintf(`sum by (job) (up{job="%s"}) / count by (job) (up{job="%s"}) < 0.9`, job, job)
		for n := range 5 {
			fmt.Fprintf(series, "  - {series: 'up{job=\"%s\",instance=\"%d\"}', values: '%dx%d'}\n", job, n, min(n, 1), minutes)
		}
		expected = fmt.Sprintf(`[{exp_labels: {job: %s, severity: page}, exp_annotations: {summary: "%s of : 800m"}}]`, job, job)
	case 2:
		expr = fmt.Sprintf(`max_over_time(temperature{job="%s"}[30m]) > 80 and on (job, instance) temperature{job="%s"} > 70`, job, job)
		for n := range 5 {
			values := make([]string, minutes)
			for m := range values {
				values[m] = fmt.Sprintf("%.1f", 20+r.Float64()*50)
			}
			fmt.Fprintf(series, "  - {series: 'temperature{job=\"%s\",instance=\"%d\"}', values: '%s'}\n", job, n, strings.Join(values, " "))
		}
	default:
		// A regular expression, or the alert would have the label.
		expr = fmt.Sprintf(`absent(heartbeat{job=~"%s"} == 1)`, job)
		fmt.Fprintf(series, "  - {series: 'heartbeat{job=\"%s\"}', values: '1x2 0x%d'}\n", job, minutes)
		expected = `[{exp_labels: {severity: page}, exp_annotations: {summary: " of : 1"}}]`
	}
	fmt.Fprintf(&t.rules, `  - alert: Alert%d
    expr: %s
    for: 10m
    labels: {severity: page}
    annotations: {summary: '{{ $labels.job }} of {{ $labels.instance }}: {{ $value | humanize }}'}
`, i, expr)
	for _, a := range at {
		fmt.Fprintf(asserts, "  - {eval_time: %s, alertname: Alert%d, exp_alerts: %s}\n", a, i, expected)
	}
}

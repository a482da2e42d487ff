package ruletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/diag"
)

// file is a decoded test file. Durations count from the test's start.
type file struct {
	ruleFiles []text
	interval  time.Duration
	order     map[string]int
	orderAt   []text
	fuzzy     bool
	tests     []*test
	// What follows are no keys of promtool's.
	alertmanager text
	envs         []text
	options      options
	// broken is set if the file has an error outside its tests.
	broken bool
}

// text is a string with its place.
type text struct {
	value string
	span  diag.Span
}

type test struct {
	index  int
	name   string
	span   diag.Span
	gap    time.Duration // between two input samples
	series []series
	alerts []alertAssertion
	exprs  []exprAssertion
	labels map[string]string
	url    string
	start  time.Time
	// errors are the diagnostics of this test, which keep it from running.
	errors diag.List
	// What follows are no keys of promtool's.
	silences      []silence
	routes        []routeAssertion
	notifications []notificationAssertion
	suppressions  []suppressionAssertion
}

type series struct{ series, values text }

type alertAssertion struct {
	at    time.Duration
	name  string
	state State
	match match
	exp   []expectedAlert
	span  diag.Span
}

type expectedAlert struct{ labels, annotations map[string]string }

type exprAssertion struct {
	at   time.Duration
	expr text
	exp  []expectedSample
	span diag.Span
}

type expectedSample struct {
	labels    text
	value     float64
	histogram string
}

// decodeFile reads a test file. What can be read is returned also if there are
// errors; nil means that it is not YAML at all.
func (d *decoder) decodeFile(data []byte) *file {
	f := &file{interval: time.Minute, order: map[string]int{}}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return f
		}
		span := diag.Span{File: d.file, Start: diag.Position{Line: yamlLine(err)}}
		if d.origin != nil {
			span = d.origin.At("")
		}
		d.diags.Errorf(codeSyntax, span, "not valid YAML: %s", yamlMessage(err))
		return nil
	}
	root := node{doc.Content[0], ""}
	var testErrors int
	known := fields{
		"rule_files": func(n node) { f.ruleFiles = d.texts(n, "rule_files") },
		"evaluation_interval": func(n node) {
			if v := d.duration(n, "evaluation_interval"); v > 0 {
				f.interval = v
			}
		},
		"group_eval_order": func(n node) { f.orderAt = d.texts(n, "group_eval_order") },
		"fuzzy_compare":    func(n node) { f.fuzzy = decode[bool](d, resolve(n), "fuzzy_compare") },
		"tests": func(n node) {
			d.sequence(n, "tests", func(i int, n node) {
				before := len(d.diags)
				t := d.test(n)
				t.index, t.errors = i, d.diags[before:len(d.diags):len(d.diags)]
				testErrors += t.errors.Count(diag.Error)
				f.tests = append(f.tests, t)
			})
		},
	}
	maps.Copy(known, d.scenarioFields(f))
	d.mapping(root, "a test file", known)
	for i, name := range f.orderAt {
		if _, ok := f.order[name.value]; ok {
			d.diags.Errorf(codeValue, name.span, "the group %q is repeated in group_eval_order", name.value)
		}
		f.order[name.value] = i
	}
	for _, t := range f.tests {
		if t.gap == 0 {
			t.gap = f.interval
		}
	}
	f.broken = d.diags.Count(diag.Error) > testErrors
	return f
}

func (d *decoder) test(n node) *test {
	t := &test{span: d.span(n)}
	known := fields{
		"name":     func(n node) { t.name = d.string(n, "name") },
		"interval": func(n node) { t.gap = d.duration(n, "interval") },
		"input_series": func(n node) {
			d.spliced(n, "input_series", func(n node) { t.series = append(t.series, d.series(n)...) })
		},
		"alert_rule_test": func(n node) {
			d.sequence(n, "alert_rule_test", func(_ int, n node) { t.alerts = append(t.alerts, d.alertAssertion(n)) })
		},
		"promql_expr_test": func(n node) {
			d.sequence(n, "promql_expr_test", func(_ int, n node) { t.exprs = append(t.exprs, d.exprAssertion(n)) })
		},
		"external_labels": func(n node) { t.labels = decode[map[string]string](d, resolve(n), "external_labels") },
		"external_url":    func(n node) { t.url = d.string(n, "external_url") },
		"start_timestamp": func(n node) { t.start = d.time(n) },
	}
	maps.Copy(known, d.scenarioTestFields(t))
	d.mapping(n, "a test", known)
	return t
}

func (d *decoder) series(n node) []series {
	s := series{series: text{span: d.span(n)}, values: text{span: d.span(n)}}
	var each []labelValues
	d.mapping(n, "an input series", fields{
		"series":   func(n node) { s.series = d.text(n, "series") },
		"values":   func(n node) { s.values = d.text(n, "values") },
		"for_each": func(n node) { each = d.seriesEach(n) },
	})
	return s.expand(d, each)
}

func (d *decoder) alertAssertion(n node) alertAssertion {
	a := alertAssertion{span: d.span(n), state: StateFiring, match: matchExact}
	d.mapping(n, "an alert_rule_test", fields{
		"eval_time": func(n node) { a.at = d.duration(n, "eval_time") },
		"alertname": func(n node) { a.name = d.string(n, "alertname") },
		"exp_alerts": func(n node) {
			d.sequence(n, "exp_alerts", func(_ int, n node) { a.exp = append(a.exp, d.expectedAlert(n)) })
		},
		"state": func(n node) {
			a.state = State(d.oneOf(n, "state", string(StateFiring), string(StatePending), string(StateInactive)))
		},
		"match": func(n node) { a.match = match(d.oneOf(n, "match", string(matchExact), string(matchSubset))) },
	})
	for _, e := range a.exp {
		if a.state == StateInactive && len(e.annotations) > 0 {
			d.errorf(codeValue, n, "an inactive alert has no annotations: exp_annotations cannot be compared")
		}
	}
	return a
}

func (d *decoder) expectedAlert(n node) expectedAlert {
	var a expectedAlert
	d.mapping(n, "an expected alert", fields{
		"exp_labels":      func(n node) { a.labels = decode[map[string]string](d, resolve(n), "exp_labels") },
		"exp_annotations": func(n node) { a.annotations = decode[map[string]string](d, resolve(n), "exp_annotations") },
	})
	return a
}

func (d *decoder) exprAssertion(n node) exprAssertion {
	a := exprAssertion{span: d.span(n), expr: text{span: d.span(n)}}
	d.mapping(n, "a promql_expr_test", fields{
		"expr":      func(n node) { a.expr = d.text(n, "expr") },
		"eval_time": func(n node) { a.at = d.duration(n, "eval_time") },
		"exp_samples": func(n node) {
			d.sequence(n, "exp_samples", func(_ int, n node) { a.exp = append(a.exp, d.expectedSample(n)) })
		},
	})
	return a
}

func (d *decoder) expectedSample(n node) expectedSample {
	s := expectedSample{labels: text{span: d.span(n)}}
	d.mapping(n, "an expected sample", fields{
		"labels":    func(n node) { s.labels = d.text(n, "labels") },
		"value":     func(n node) { s.value = decode[float64](d, resolve(n), "value") },
		"histogram": func(n node) { s.histogram = d.string(n, "histogram") },
	})
	return s
}

func (d *decoder) string(n node, what string) string { return decode[string](d, resolve(n), what) }

func (d *decoder) text(n node, what string) text {
	return text{value: d.string(n, what), span: d.span(resolve(n))}
}

func (d *decoder) texts(n node, what string) []text {
	var out []text
	d.sequence(n, what, func(_ int, n node) { out = append(out, d.text(n, what)) })
	return out
}

func (d *decoder) duration(n node, what string) time.Duration {
	return time.Duration(decode[model.Duration](d, resolve(n), what))
}

// time reads start_timestamp as promtool's parseTime does.
func (d *decoder) time(n node) time.Time {
	n = resolve(n)
	s := d.string(n, "start_timestamp")
	if seconds, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(seconds) && !math.IsInf(seconds, 0) {
		whole, fraction := math.Modf(seconds)
		return time.Unix(int64(whole), int64(fraction*float64(time.Second))).UTC()
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil && !isNull(n) {
		e := d.errorf(codeValue, n, "start_timestamp: %q is no timestamp", s)
		e.Hint = fmt.Sprintf("write it like %q, or in seconds since 1970", "2026-01-03T02:50:00Z")
	}
	return at
}

package promconf_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promconf"
)

// judgeIn judges a group in a dialect, with features of PromQL.
func judgeIn(t *testing.T, dialect, group string, features ...string) diag.List {
	t.Helper()
	d, _, err := promconf.ParseDialect(dialect)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range features {
		if !d.Features.Enable(name) {
			t.Fatalf("there is no feature %s", name)
		}
	}
	docs, diags := bundle.DecodeYAML("g.yaml", []byte(group))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatalf("%s: %v", group, diags)
	}
	o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	diags, err = promconf.NewJudge(nil).RulesFor(t.Context(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	return diags
}

// groupWith makes a group with some fields, and with a rule if they have none.
func groupWith(fields string) string {
	if strings.HasPrefix(fields, "{") {
		fields = fields[1 : len(fields)-1]
	}
	if !strings.Contains(fields, "rules:") {
		fields += ", rules: [{alert: A, expr: vector(1)}]"
	}
	return "{name: g, " + fields + "}"
}

// TestDialectFields: what the program of a dialect takes passes there and is an
// error everywhere else. dialect.go names the types that the list was read from.
func TestDialectFields(t *testing.T) {
	const all = "prometheus mimir thanos victoriametrics loki"
	for _, c := range []struct{ field, dialects string }{
		{"interval: 1m", all},
		{"limit: 5", all},
		{"labels: {a: b}", all},
		{"query_offset: 1m", "prometheus mimir thanos loki"},
		{"source_tenants: [a, b]", "mimir"},
		{"align_evaluation_time_on_interval: yes", "mimir"},
		{"evaluation_delay: 1m", "mimir"},
		{"remote_write: [{url: 'http://x'}]", "mimir loki"},
		{"partial_response_strategy: WARN", "thanos"},
		{"partial_response_strategy: abort", "thanos"},
		{"partial_response_strategy: ''", "thanos"},
		{"type: prometheus", "victoriametrics"},
		{"type: graphite", "victoriametrics"},
		{"type: vlogs", "victoriametrics"},
		{"concurrency: 2", "victoriametrics"},
		{"eval_delay: 90", "victoriametrics"},
		{"{interval: 1h, eval_offset: -5m}", "victoriametrics"},
		{"eval_alignment: no", "victoriametrics"},
		{"params: {nocache: ['1'], x: []}", "victoriametrics"},
		{"headers: ['A: b', '']", "victoriametrics"},
		{"notifier_headers: ['A:b']", "victoriametrics"},
		{"tenant: 123", "victoriametrics"},
		{"debug: true", "victoriametrics"},
		{"interval: 1.5h", "victoriametrics"},
		{"interval: 90", "victoriametrics"},
		{"rules: [{alert: A, expr: vector(1), debug: true}]", "victoriametrics"},
		{"rules: [{record: a, expr: vector(1), update_entries_limit: 5}]", "victoriametrics"},
		{"rules: [{alert: A, expr: vector(1), for: 1.5m, keep_firing_for: 90}]", "victoriametrics"},
		{"rules: [{record: a, expr: vector(1), annotations: {a: b}, for: 1m}]", "victoriametrics"},
		{"rules: [{record: 'a b', expr: vector(1)}]", "prometheus mimir thanos victoriametrics"},
		{"rules: [{alert: A, expr: vector(1), labels: {'a.b': c}}]", "prometheus mimir thanos victoriametrics"},
		{"rules: [{alert: A, expr: 'sum(rate(x[5m])) by (a) default 0 keep_metric_names'}]", "victoriametrics loki"},
		{"rules: [{alert: A, expr: 'rate({a=\"b\"} |= \"c\" [5m]) > 1'}]", "loki"},
		{"{type: vlogs, rules: [{alert: A, expr: 'error | stats count() n'}]}", "victoriametrics"},
		{"rules: [{alert: A, expr: vector(1), annotations: {a: '{{ $value | humanizeTimestamp | nothing }}'}}]", "victoriametrics"},
		{"alert_limit: 5", ""},
		{"evaluation_interval: 1m", ""},
		{"rules: [{record: a}]", ""},
		{"rules: [{expr: vector(1)}]", ""},
		{"rules: [{alert: A, record: b, expr: vector(1)}]", ""},
		{"rules: [{alert: A, expr: vector(1), severity: page}]", ""},
	} {
		for dialect := range strings.FieldsSeq(all) {
			diags := judgeIn(t, dialect, groupWith(c.field))
			if wanted := slices.Contains(strings.Fields(c.dialects), dialect); wanted == diags.HasErrors() {
				t.Errorf("%s in %s: wanted is %v, and it is said: %v", c.field, dialect, wanted, diags)
			}
		}
	}
}

// TestDialectValues: what the program refuses in a field of its own is told at
// that field.
func TestDialectValues(t *testing.T) {
	for _, c := range []struct{ dialect, group, want string }{
		{"mimir", "source_tenants: a", "/source_tenants: source_tenants must be a list of strings"},
		{"mimir", "source_tenants: [{a: b}]", "/source_tenants: source_tenants must be a list of strings"},
		{"mimir", "align_evaluation_time_on_interval: 'yes'", "/align_evaluation_time_on_interval: align_evaluation_time_on_interval must be true or false"},
		{"mimir", "evaluation_delay: 1.5m", "/evaluation_delay: evaluation_delay must be a duration, such as 1m30s"},
		{"mimir", "remote_write: {url: x}", "/remote_write: remote_write must be a list of maps with a url"},
		{"thanos", "partial_response_strategy: maybe", "/partial_response_strategy: partial_response_strategy must be warn or abort"},
		{"victoriametrics", "type: Graphite", "/type: type must be prometheus, graphite or vlogs"},
		{"victoriametrics", "concurrency: -1", "/concurrency: concurrency must be a whole number that is not negative"},
		{"victoriametrics", "limit: 1.5", "/limit: limit must be a whole number that is not negative"},
		{"victoriametrics", "params: {a: b}", "/params: params must be a map of lists of strings"},
		{"victoriametrics", "headers: [a]", `/headers: headers must be a list of texts such as "name: value"`},
		{"victoriametrics", "interval: x", "/interval: interval must be a duration, such as 1m30s"},
		{"victoriametrics", "interval: -1m", "/interval: interval must not be negative"},
		{"victoriametrics", "eval_offset: 1m", "/eval_offset: eval_offset must not be more than the interval of the group, which has to be set"},
		{"victoriametrics", "{interval: 1h, eval_offset: 1m, eval_delay: 1m}", "/eval_delay: eval_offset cannot be used with eval_delay"},
		{"victoriametrics", "query_offset: 1m", `/query_offset: the dialect victoriametrics has no field "query_offset"`},
		{"victoriametrics", "rules: [{alert: A, expr: a}, {alert: A, expr: a, for: 5m}]", "/rules/1: the rule stands twice in its group, with the same name, expression and labels"},
		{"victoriametrics", "rules: [{alert: A, expr: a, for: soon}]", "/rules/0/for: for must be a duration, such as 1m30s"},
		{"victoriametrics", "rules: [{alert: A, expr: 'sum(rate(x[5m]) by (job)'}]", `/rules/0/expr: argList: unexpected token "by"; want ",", ")"`},
		{"victoriametrics", "rules: [{alert: A, expr: 'a b'}]", "/rules/0/expr: the expression ends before this"},
		{"victoriametrics", "rules: [{alert: A, expr: nothing(a)}]", `/rules/0/expr: unsupported function "nothing"`},
		{"loki", "rules: [{record: 'a b', expr: x}]", `/rules/0/record: the name of a recorded metric must be letters, digits, _ and :, and not "a b"`},
		{"loki", "rules: [{alert: A, expr: x, labels: {a.b: c}}]", `/rules/0/labels/a.b: a name must be letters, digits and _, and not "a.b"`},
	} {
		diags := judgeIn(t, c.dialect, groupWith(c.group))
		if len(diags) != 1 || diags[0].Pointer+": "+diags[0].Summary != c.want {
			t.Errorf("%s in %s: %v, want %s", c.group, c.dialect, diags, c.want)
		}
	}
}

// TestFeatures: a feature is a matter of every program that reads PromQL, and
// does not make an older Prometheus newer.
func TestFeatures(t *testing.T) {
	const feature = "promql-experimental-functions"
	group := groupWith("rules: [{record: 'a:b', expr: 'mad_over_time(x[5m])'}, {record: 'a:c', expr: 'rate(x[5m] anchored)'}]")
	for _, c := range []struct {
		dialect  string
		features []string
		want     int
	}{
		{"prometheus", nil, 2},
		{"prometheus", []string{feature}, 1},
		{"prometheus", []string{feature, "promql-extended-range-selectors"}, 0},
		{"mimir", []string{feature}, 1},
		{"thanos", nil, 2},
		{"prometheus@2.40", []string{feature, "promql-extended-range-selectors"}, 2},
		{"victoriametrics", nil, 1}, // MetricsQL has the function
	} {
		if diags := judgeIn(t, c.dialect, group, c.features...); len(diags) != c.want {
			t.Errorf("%s with %v: %d findings, want %d: %v", c.dialect, c.features, len(diags), c.want, diags)
		}
	}
}

func TestForeignFieldNamesItsDialect(t *testing.T) {
	for group, want := range map[string]string{
		"source_tenants: [a]": "it is a field of the dialect mimir: name the dialect if that program reads the rules",
		"remote_write: []":    "it is a field of the dialect mimir or loki: name the dialect if that program reads the rules",
		"rules: [{record: a, expr: up, update_entries_limit: 5}]": "it is a field of the dialect victoriametrics: name the dialect if that program reads the rules",
		"rules: [{record: a, expr: up, source_tenants: [a]}]":     "",
		"intervall: 1m": `did you mean "interval"?`,
	} {
		diags := judgeIn(t, "prometheus", groupWith(group))
		if len(diags) != 1 || diags[0].Hint != want {
			t.Errorf("%s: %v, want the hint %q", group, diags, want)
		}
	}
}

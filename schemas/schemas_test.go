package schemas_test

import (
	"io/fs"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/encoding/yaml"

	"github.com/monctl/monctl/schemas"
)

// load builds the package of all schemas.
func load(t *testing.T) cue.Value {
	t.Helper()
	names, err := fs.Glob(schemas.FS, "*.cue")
	if err != nil || len(names) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	instance := build.NewContext().NewInstance("", nil)
	for _, name := range names {
		source, err := schemas.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(name, source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if err := instance.AddSyntax(file); err != nil {
			t.Fatal(err)
		}
	}
	v := cuecontext.New().BuildInstance(instance)
	if err := v.Err(); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemas(t *testing.T) {
	all := load(t)
	for _, tc := range []struct {
		name, definition, yaml string
		ok                     bool
	}{
		{"empty project", "#Project", `{}`, true},
		{"project", "#Project", `{environments: {tokyo: {ext: {region: x}, targets: {a: {kind: server, url: 'https://a', select: ['rules/!~batch-.*']}}}}}`, true},
		{"misspelt field", "#Project", `{enviroments: {}}`, false},
		{"target without url", "#Project", `{environments: {tokyo: {targets: {a: {kind: server}}}}}`, false},
		{"unknown severity", "#Project", `{checks: {severity: {alert/for: loud}}}`, false},
		{"rules", "#RuleFile", `{groups: [{name: g, interval: 1h30m, rules: [{alert: A, expr: x > 1, for: 5m, labels: {n: 1}}, {record: 'a:b', expr: 1}]}]}`, true},
		{"rule of neither kind", "#RuleFile", `{groups: [{name: g, rules: [{expr: x}]}]}`, false},
		{"recording rule with for", "#RuleFile", `{groups: [{name: g, rules: [{record: a, expr: x, for: 5m}]}]}`, false},
		{"duration", "#RuleFile", `{groups: [{name: g, interval: soon, rules: []}]}`, false},
		{"alertmanager", "#Alertmanager", `{route: {receiver: a, routes: [{matchers: ['a="b"'], continue: true, routes: [{receiver: a}]}]}, receivers: [{name: a, slack_configs: [{channel: x}]}],
			time_intervals: [{name: n, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}]}`, true},
		{"matchers at the root", "#Alertmanager", `{route: {receiver: a, matchers: ['a="b"']}, receivers: []}`, false},
		{"unknown kind of receiver", "#Alertmanager", `{route: {receiver: a}, receivers: [{name: a, pager_configs: []}]}`, false},
		{"prometheus", "#Prometheus", `{global: {scrape_interval: 15s}, scrape_configs: [{job_name: a, static_configs: []}]}`, true},
		{"misspelt section", "#Prometheus", `{scrape_config: []}`, false},
		{"test file of promtool's", "#TestFile", `{rule_files: [a.yml], evaluation_interval: 1m, tests: [{interval: 1m, input_series: [{series: up, values: 0x5}],
			alert_rule_test: [{eval_time: 5m, alertname: A, exp_alerts: [{exp_labels: {a: 1}, exp_annotations: {b: c}}]}], promql_expr_test: [{expr: up, eval_time: 0, exp_samples: [{labels: up, value: 0}]}]}]}`, true},
		{"scenario", "#TestFile", `{alertmanager_file: am.yml, env: [a, 'b-*'], options: {nan_equals_nan: true}, fixtures: {x: [1]}, tests: [{start_timestamp: '2026-01-03T02:50:00Z',
			input_series: [[{series: up, values: 0x5, for_each: {instance: [a, b]}}]], silences: [{matchers: ['a="b"'], until: 1h}],
			alert_rule_test: [{alertname: A, eval_time: 1m, state: pending, match: subset}], route_test: [{labels: {a: b}, exp_receivers: [x], exp_muted: []}],
			notification_test: [{receiver: x, until: 5m, exp_notifications: [{at: 1m, status: firing, group_labels: {a: b}, alerts: [{status: firing, labels: {a: b}}], integrations: {slack/0: {title: x}}}]}],
			suppression_test: [{eval_time: 1m, labels: {a: b}, receiver: x, exp_by: [inhibition]}]}]}`, true},
		{"misspelt assertion", "#TestFile", `{tests: [{notifications_test: []}]}`, false},
		{"unknown state", "#TestFile", `{tests: [{alert_rule_test: [{alertname: A, state: fires}]}]}`, false},
		{"window without an end", "#TestFile", `{tests: [{notification_test: [{receiver: x}]}]}`, false},
		{"job without a name", "#Prometheus", `{scrape_configs: [{static_configs: []}]}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file, err := yaml.Extract("x.yaml", tc.yaml)
			if err != nil {
				t.Fatal(err)
			}
			value := cuecontext.New().BuildFile(file)
			err = all.LookupPath(cue.ParsePath(tc.definition)).Unify(value).Validate(cue.Concrete(true), cue.Final())
			if (err == nil) != tc.ok {
				t.Errorf("error = %v, want ok = %v", err, tc.ok)
			}
		})
	}
}

func TestEveryProjectFieldIsExplained(t *testing.T) {
	source, err := schemas.FS.ReadFile("project.cue")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile("project.cue", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Walk(file, func(n ast.Node) bool {
		f, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		name, _, err := ast.LabelName(f.Label)
		_, reference := f.Value.(*ast.Ident)
		if err == nil && !reference && !strings.HasPrefix(name, "#") && len(ast.Comments(f)) == 0 {
			t.Errorf("%s: the field %s has no comment", f.Pos(), name)
		}
		return true
	}, nil)
}

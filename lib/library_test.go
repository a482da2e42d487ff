package lib_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/lib"
)

// importer reads from the embedded library only, as a project without anything
// of its own does.
type importer struct{ contents map[string]jsonnet.Contents }

func (i *importer) Import(from, imported string) (jsonnet.Contents, string, error) {
	// A file of the library imports its neighbours by their bare names.
	for _, name := range []string{path.Join(path.Dir(from), imported), imported} {
		if c, ok := i.contents[name]; ok {
			return c, name, nil
		}
		b, err := fs.ReadFile(lib.FS, name)
		if err != nil {
			continue
		}
		i.contents[name] = jsonnet.MakeContents(string(b))
		return i.contents[name], name, nil
	}
	return jsonnet.Contents{}, "", fs.ErrNotExist
}

// evaluate runs a program that sees all files of the library as variables.
func evaluate(t *testing.T, program string) (string, error) {
	t.Helper()
	vm := jsonnet.MakeVM()
	vm.Importer(&importer{contents: map[string]jsonnet.Contents{}})
	vm.NativeFunction(&jsonnet.NativeFunction{
		Name:   "secret",
		Params: ast.Identifiers{"name"},
		Func:   func(args []any) (any, error) { return "https://secret.invalid/" + args[0].(string), nil },
	})
	var head strings.Builder
	for name, file := range map[string]string{
		"rules": "rules", "am": "alertmanager", "prometheus": "prometheus", "d": "dashboards", "mixin": "mixin", "check": "check", "test": "test",
	} {
		head.WriteString("local " + name + " = import 'monctl/" + file + ".libsonnet'; ")
	}
	return vm.EvaluateAnonymousSnippet("test.jsonnet", head.String()+program)
}

const alert = `local spec = { expr: 'up == 0', severity: 'critical', team: 't', summary: 's', description: 'd' }; `

// Each wrong input is answered with the object, the field, and what would be right.
func TestWrongInput(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ program, want string }{
		"unknown severity":          {alert + `rules.alert('A', spec { severity: 'criticl' })`, `monctl/rules: alert 'A': 'severity' must be one of critical, info, none, warning, got 'criticl'`},
		"missing team":              {`rules.alert('A', { expr: 'up', severity: 'info', summary: 's', description: 'd' })`, `monctl/rules: alert 'A': the field 'team' is missing`},
		"misspelt field":            {alert + `rules.alert('A', spec { sumary: 's' })`, `monctl/rules: alert 'A': unknown field 'sumary'; did you mean 'summary'?`},
		"unknown field":             {alert + `rules.alert('A', spec { threshold: 3 })`, `unknown field 'threshold'; allowed: annotations, description, expr,`},
		"unknown requirement":       {alert + `(rules { required: ['owner'] }).alert('A', spec)`, `monctl/rules: required: 'required' must be one of severity, team, summary, description, got 'owner'`},
		"missing summary":           {`rules.alert('A', { expr: 'up', severity: 'info', team: 't', description: 'd' })`, `the field 'summary' is missing`},
		"blank expression":          {alert + `rules.alert('A', spec { expr: ' ' })`, `'expr' must be a text that is not blank`},
		"wrong duration":            {alert + `rules.alert('A', spec { 'for': '5 minutes' })`, `'for' must be a duration like 30s, 5m or 1h30m, got '5 minutes'`},
		"units in the wrong order":  {alert + `rules.alert('A', spec { 'for': '5m1h' })`, `got '5m1h'`},
		"alert name":                {alert + `rules.alert('host down', spec)`, `the name may hold letters, digits and underscores only`},
		"severity as a label":       {alert + `rules.alert('A', spec { labels: { severity: 'x' } })`, `'severity' and 'team' are fields of their own, not labels`},
		"number as a label":         {alert + `rules.alert('A', spec { labels: { tier: 1 } })`, `'tier' must be of type string, got number`},
		"record name":               {`rules.record('cpu', { expr: 'up' })`, `the name must read level:metric:operations`},
		"no rule":                   {`rules.group('g', [{ expr: 'up' }])`, `group 'g': rules[0] is no rule`},
		"empty group":               {`rules.group('g', [])`, `a group needs at least one rule`},
		"group twice":               {alert + `local g = rules.group('g', [rules.alert('A', spec)]); rules.file([g, g])`, `group names must be unique, 'g' occurs more than once`},
		"misspelt part of a test":   {`test.case('n', [], { notification: [] })`, `monctl/test: case 'n': unknown field 'notification'; did you mean 'notifications'?`},
		"time of a test":            {`test.firing('A', '5 minutes', [])`, `monctl/test: alert 'A': 'at' must be a duration like 30s, 5m or 1h30m, got '5 minutes'`},
		"tests of one name":         {`test.file([test.case('n', [], {}), [test.case('n', [], {})]])`, `monctl/test: file: names of tests must be unique, 'n' occurs more than once`},
		"notification of a test":    {`test.notifications('r', '5m', [{ titel: 'x' }])`, `monctl/test: notifications to 'r': unknown field 'titel'; allowed: alerts, at,`},
		"suppressed by what":        {`test.suppressed({ a: 'b' }, 'r', '5m', ['silences'])`, `'by' must be one of inhibition, silence, time_interval, got 'silences'`},
		"missing receiver":          {`am.config({ route: am.route.root('x'), receivers: [am.receiver('y')] })`, `route: there is no receiver 'x'; there are y`},
		"missing interval":          {`am.config({ route: am.route.root('x', { routes: [am.route.match({ a: 'b' }, 'x', { mute_time_intervals: ['night'] })] }), receivers: [am.receiver('x')] })`, `route.routes[0]: there is no time interval 'night'`},
		"interval at the root":      {`am.route.root('x', { mute_time_intervals: ['night'] })`, `the root takes neither time intervals nor continue`},
		"severity of a route":       {`am.route.team('t', 'x', { fatal: {} })`, `'severity' must be one of critical, warning, info, none, got 'fatal'`},
		"matcher operator":          {`am.matcher('a', 'b', '==')`, `'op' must be one of =, !=, =~, !~`},
		"time range":                {`am.period({ times: ['09:00'] })`, `'times' must hold pairs like ['09:00', '18:00']`},
		"slack without channel":     {`am.slack({ chanel: '#x' })`, `unknown field 'chanel'; did you mean 'channel'?`},
		"job twice":                 {`local j = prometheus.job.static('a', ['x:1']); prometheus.config({ jobs: [j, j] })`, `job names must be unique, 'a' occurs more than once`},
		"probe without targets":     {`prometheus.job.blackbox('p', { prober: 'b:1', module: 'm' })`, `job 'p': a probe needs targets or files`},
		"scheme":                    {`prometheus.job.static('a', ['x:1'], { scheme: 'ftp' })`, `'scheme' must be one of http, https, got 'ftp'`},
		"uid":                       {`d.dashboard('My Board', { title: 'x', rows: [] })`, `the uid may have up to 40 of a-z, 0-9, - and _`},
		"no data source":            {`d.dashboard('x', { title: 'x', rows: [], variables: [] })`, `add variable.datasource() to 'variables'`},
		"falling thresholds":        {`d.thresholds('green', [[2, 'red'], [1, 'blue']])`, `the values of the steps must rise`},
		"panel option":              {`d.stat('S', [], { colourMode: 'value' })`, `stat 'S': unknown field 'colourMode'; did you mean 'colorMode'?`},
		"panel width":               {`d.stat('S', [], { width: 25 })`, `width must be 1…24, got 25`},
		"alert that does not exist": {alert + `mixin.dropAlerts(mixin.assemble({ alerts: [rules.group('g', [rules.alert('A', spec)])] }), ['B'])`, `dropAlerts: the mixin has no alert 'B'; it has A`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := evaluate(t, tt.program)
			if err == nil {
				t.Fatalf("no error, but %s", out)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n%s\ndoes not say\n%s", err, tt.want)
			}
		})
	}
}

// What builders return, in the cases where they do more than hand on a field.
func TestOutput(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ program, want string }{
		"alert": {
			alert + `(rules { defaults+: { runbookPrefix: 'https://r/' } }).alert('A', spec { 'for': '5m', labels: { tier: 'gold' } }) { severity:: 'info' }`,
			`{"alert": "A", "expr": "up == 0", "for": "5m", "labels": {"severity": "info", "team": "t", "tier": "gold"}, "annotations": {"summary": "s", "description": "d", "runbook_url": "https://r/A.md"}}`,
		},
		"alert without a runbook": {
			alert + `rules.alert('A', spec).annotations`,
			`{"summary": "s", "description": "d"}`,
		},
		"alert with fewer fields": {
			`(rules { required: ['severity'], severities+: { page: '' } }).alert('A', { expr: 'up', severity: 'page' })`,
			`{"alert": "A", "expr": "up", "labels": {"severity": "page"}}`,
		},
		"alert with none": {
			`(rules { required: [] }).alert('A', { expr: 'up', annotations: { message: 'm' } })`,
			`{"alert": "A", "expr": "up", "annotations": {"message": "m"}}`,
		},
		"text that is not stripped": {
			alert + `local r = rules { defaults+: { strip: false } }; [r.alert('A', spec { description: 'd\n' }).annotations.description, r.record('a:b:c', { expr: 'up\n' }).expr]`,
			`["d\n", "up\n"]`,
		},
		"no templates": {
			`std.objectFields(am.config({ route: am.route.root('a'), receivers: [am.receiver('a')], templates: null }))`,
			`["receivers", "route"]`,
		},
		"levels": {
			`[[a.labels.severity, a.expr] for a in rules.levels('A', { warning: 1, critical: 2 }, function(t) { expr: 'x > %d' % t, team: 't', summary: 's', description: 'd' })]`,
			`[["critical", "x > 2"], ["warning", "x > 1"]]`,
		},
		"selector":  {`rules.selector({ job: '=~a|b', env: '!=', dc: 'x"y' })`, `"dc=\"x\\\"y\", env!=\"\", job=~\"a|b\""`},
		"durations": {`[check.isDuration(d) for d in ['0', '5m', '1h30m', '1d', '500ms', '', '5', '5 m', 'm', '1s1h']]`, `[true, true, true, true, true, false, false, false, false, false]`},
		"seconds":   {`[prometheus.seconds(d) for d in ['0', '90s', '1m30s', '1d', '500ms']]`, `[0, 90, 90, 86400, 0.5]`},
		"probe": {
			`prometheus.job.blackbox('p', { prober: 'b:9115', module: 'm', targets: ['x'] })`,
			`{"job_name": "p", "metrics_path": "/probe", "params": {"module": ["m"]}, "static_configs": [{"targets": ["x"]}], "relabel_configs": [
				{"source_labels": ["__address__"], "target_label": "__param_target"},
				{"source_labels": ["__param_target"], "target_label": "instance"},
				{"source_labels": ["module"], "regex": "(.+)", "target_label": "__param_module"},
				{"target_label": "__address__", "replacement": "b:9115"}]}`,
		},
		"timeout below a short interval": {`prometheus.config({ jobs: [], scrape_interval: '5s' }).global`, `{"scrape_interval": "5s", "scrape_timeout": "5s", "evaluation_interval": "5s"}`},
		"team": {
			`am.route.team('t', 'chat', { critical: { receiver: 'pager' } })`,
			`{"matchers": ["team=\"t\""], "receiver": "chat", "routes": [{"matchers": ["severity=\"critical\""], "receiver": "pager"}]}`,
		},
		"receiver": {
			`am.receiver('x', [am.webhook({ url: am.secret('a/b') }), am.webhook({ url: 'http://c', send_resolved: false }), am.integration('opsgenie', {})])`,
			`{"name": "x", "webhook_configs": [{"url": "https://secret.invalid/a/b", "send_resolved": true}, {"url": "http://c", "send_resolved": false}], "opsgenie_configs": [{}]}`,
		},
		"layout": {
			`[[p.id, p.gridPos.x, p.gridPos.y, p.gridPos.w, p.gridPos.h] for p in d.dashboard('x', { title: 'x', rows: [
				d.row('a', [d.stat('', []), d.timeseries('', []), d.timeseries('', [])]),
				d.row('b', [d.stat('', [])], { collapsed: true }),
				d.row(null, [d.stat('', [])]),
			] }).panels]`,
			`[[1, 0, 0, 24, 1], [2, 0, 1, 6, 4], [3, 6, 1, 12, 8], [4, 0, 9, 12, 8], [5, 0, 17, 24, 1], [7, 0, 18, 6, 4]]`,
		},
		"test": {
			`test.file([test.case('n', [test.series('up', { job: 'a"b', instance: ['x', 'y'] }, '0x5'), [test.series('m', {}, 1)]], {
				alerts: [test.firing('A', '5m', [{ labels: { a: 'b' }, annotations: { s: 't' } }, { labels: 'c' }]), test.inactive('A', '9m')],
				routes: [test.route({ a: 'b' }, ['r'])],
				silences: [test.silence(['a="b"'], '1h')],
			})], { env: 'tokyo' })`,
			`{"rule_files": ["monctl:bundle"], "evaluation_interval": "1m", "env": "tokyo", "tests": [{
				"name": "n",
				"input_series": [{"series": "up{job=\"a\\\"b\"}", "for_each": {"instance": ["x", "y"]}, "values": "0x5"}, {"series": "m", "values": "1"}],
				"alert_rule_test": [
					{"alertname": "A", "eval_time": "5m", "state": "firing", "match": "subset", "exp_alerts": [{"exp_labels": {"a": "b"}, "exp_annotations": {"s": "t"}}, {"exp_labels": {"labels": "c"}}]},
					{"alertname": "A", "eval_time": "9m", "state": "inactive", "match": "subset", "exp_alerts": []}],
				"route_test": [{"labels": {"a": "b"}, "exp_receivers": ["r"]}],
				"silences": [{"matchers": ["a=\"b\""], "from": "0m", "until": "1h"}]}]}`,
		},
		"mixin": {
			alert + `local m = mixin.assemble({ alerts: [rules.group('g', [rules.alert('A', spec), rules.alert('B', spec)])], rules: [rules.group('r', [rules.record('a:b:c', { expr: 'up' })])] });
			[[r.expr] + (if 'alert' in r then [r.alert, r.labels.dc] else []) for g in mixin.groups(mixin.patchAlert(mixin.dropAlerts(mixin.label(m, { dc: 'x' }), ['B']), 'A', { expr: 'down' })) for r in g.rules]`,
			`[["up"], ["down", "A", "x"]]`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := evaluate(t, tt.program)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal([]byte(out), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

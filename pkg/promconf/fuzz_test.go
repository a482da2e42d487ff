package promconf_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promconf"
)

// decoded makes an object of the first document of a text, if it can be one.
func decoded(t *testing.T, ref bundle.Ref, data []byte) bundle.Object {
	t.Helper()
	docs, diags := bundle.DecodeYAML("f.yaml", data)
	if diags.HasErrors() || len(docs) == 0 {
		t.Skip("no YAML: its decoder has a fuzz target of its own")
	}
	o, err := bundle.NewObject(ref, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Skip("not valid UTF-8, so it cannot be an object")
	}
	return o
}

// FuzzJudgeRules: every rule group has a verdict in every dialect, and what is
// accepted can be read.
func FuzzJudgeRules(f *testing.F) {
	for _, seed := range []string{
		"name: g\nrules: [{record: 'a:b', expr: 'sum(x)'}]", "name: g\ninterval: 1m\nlimit: 1\nlabels: {a: b}\nrules: [{alert: A, expr: 'x[5m+1m]', for: 1m, annotations: {a: '{{ $value }}'}}]",
		"name: g\nsource_tenants: [a]\nrules: [{}]", "name: g\ntype: graphite\nconcurrency: x\nparams: 1\nrules: [{alert: A, expr: 'a b c', update_entries_limit: 1}]",
		"name: 1\nrules: x", "rules:\n- null\n- []\n- {expr: 1, record: 2, labels: [a]}", "name: g\nrules: [{alert: A, expr: '{\"a.b\", \"c d\"=\"e\"} </ 1 @ 3', keep_firing_for: 1m}]",
	} {
		f.Add([]byte(seed), uint8(0))
		f.Add([]byte(seed), uint8(4))
	}
	dialects := append(promconf.Dialects(), "prometheus@2.10", "prometheus@3.1")
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		d, _, err := promconf.ParseDialect(dialects[int(which)%len(dialects)])
		if err != nil {
			t.Fatal(err)
		}
		o := decoded(t, bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, data)
		diags, err := promconf.NewJudge(nil).RulesFor(t.Context(), d, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := promconf.ReadGroup(o); err != nil && !diags.HasErrors() && d.IsPrometheus() {
			t.Fatalf("accepted, but %v", err)
		}
	})
}

// FuzzJudgeFile: a rule file with one group has the verdict of Prometheus'
// loader, which reads the text as it is.
func FuzzJudgeFile(f *testing.F) {
	for _, seed := range []string{
		"groups:\n- name: g\n  interval: 1m\n  rules:\n  - record: a:b\n    expr: sum(x)\n", "groups: [{name: g, rules: [{alert: A, expr: up == 0, for: 5m, labels: {a: b, 'c d': '{{ $value }}'}, annotations: {e: '{{ .Labels.x }'}}]}]",
		"groups:\n- name: 1\n  limit: 0x10\n  rules:\n  - {alert: yes, expr: 1, for: 1d12h}\n", "groups: [{name: g, rules: [{record: 'a b', expr: &x 'y[5m]', labels: {<<: {a: b}}}]}]", "groups: [{name: ~, query_offset: 1m, labels: {a: 1.0}, rules: [{expr: *x}]}]",
		"groups:\n- name: g\n  rules:\n  - expr: |\n      sum(\n        x\n      )\n    record: !!str 1\n    keep_firing_for: 1m\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, diags := bundle.DecodeYAML("f.yaml", data)
		if diags.HasErrors() || len(docs) != 1 || len(docs[0].Value.Keys) != 1 || len(docs[0].Value.Array("groups")) != 1 {
			return
		}
		group := docs[0].Value.Array("groups")[0]
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, group, docs[0].Origin)
		if err != nil {
			return
		}
		diags, err = promconf.NewJudge(nil).Rules(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		_, refusal := rulefmt.Parse(data, false, model.UTF8Validation, expr.Features{}.Parser(), slog.New(slog.DiscardHandler))
		if diags.HasErrors() != (len(refusal) > 0) {
			t.Errorf("%q: Prometheus says %v, and we %v", data, refusal, diags)
		}
	})
}

// FuzzJudgeConfig: every configuration of Prometheus has the verdict of its
// loader, which reads the text as it is; an old Prometheus accepts no more.
func FuzzJudgeConfig(f *testing.F) {
	for _, seed := range []string{
		"scrape_configs: [{job_name: a, static_configs: [{targets: [x]}]}]", "global: {scrape_interval: 1x, external_labels: {a: b}}", "rule_files: x\nalerting: {alertmanagers: [{kubernetes_sd_configs: [{role: a}]}]}",
		"remote_write: [{url: 'http://x', write_relabel_configs: [{regex: '('}]}]", "{}", "[]", "storage: {tsdb: {out_of_order_time_window: 1h}}",
	} {
		f.Add([]byte(seed))
	}
	old, _, err := promconf.ParseDialect("prometheus@2.20")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := decoded(t, bundle.Ref{Kind: bundle.Prometheus}, data)
		diags, err := promconf.JudgeConfig(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		_, refusal := load(data)
		if refusal != nil && !diags.HasErrors() && bytes.ContainsRune(data, '!') {
			return // a tag that does not fit its scalar is left out of what is rendered
		}
		if docs, _ := bundle.DecodeYAML("f.yaml", data); len(docs) == 1 && diags.HasErrors() != (refusal != nil) {
			t.Errorf("%q: Prometheus says %v, and we %v", data, refusal, diags)
		}
		older, err := promconf.ConfigFor(t.Context(), old, o)
		if err != nil {
			t.Fatal(err)
		}
		if diags.HasErrors() && !older.HasErrors() {
			t.Errorf("%q: %s accepts it, and this Prometheus says %v", data, old, diags)
		}
	})
}

// load is Prometheus' loader; that it panics is a refusal, too.
func load(data []byte) (cfg *config.Config, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return config.Load(string(data), slog.New(slog.DiscardHandler))
}

// FuzzParseDialect: what a dialect is called reads back to it.
func FuzzParseDialect(f *testing.F) {
	for _, seed := range []string{"", "prometheus", "prometheus@2.53", "prometheus@v3.0.1", "mimir", "loki@1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d, _, err := promconf.ParseDialect(name)
		if err != nil {
			return
		}
		if back, _, err := promconf.ParseDialect(d.String()); err != nil || back.String() != d.String() {
			t.Fatalf("%q is %s, which is %s, %v", name, d, back, err)
		}
	})
}

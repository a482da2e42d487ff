package promconf_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
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

// FuzzJudgeConfig: every configuration of Prometheus has a verdict.
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
		if _, err := promconf.ConfigFor(t.Context(), old, decoded(t, bundle.Ref{Kind: bundle.Prometheus}, data)); err != nil {
			t.Fatal(err)
		}
	})
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

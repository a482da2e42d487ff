package bundle_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

func decode(t *testing.T, text string) bundle.Value {
	t.Helper()
	docs, diags := bundle.DecodeYAML("in.yaml", []byte(text))
	if len(diags) > 0 || len(docs) != 1 {
		t.Fatalf("decode %q: %d documents, %v", text, len(docs), diags)
	}
	return docs[0].Value
}

func TestScalarsStayAsWritten(t *testing.T) {
	for in, want := range map[string]string{
		"a: yes":                          `{"a": yes}`,
		"a: 'yes'":                        `{"a":"yes"}`,
		"a: true":                         `{"a":true}`,
		"a: 0777":                         `{"a": 0777}`,
		"a: 1.0":                          `{"a": 1.0}`,
		"a: 1.5":                          `{"a":1.5}`,
		"a: 5m":                           `{"a":"5m"}`,
		"a: 9007199254740993":             `{"a": 9007199254740993}`,
		"a: 2026-01-01":                   `{"a": 2026-01-01}`,
		"a: .inf":                         `{"a": .inf}`,
		"a: ~":                            `{"a":null}`,
		"a: [off, \"1\", 1:30]":           `{"a":[off,"1",1:30]}`,
		"b: 1\na: {d: 1, c: 2}":           `{"a":{"c":2,"d":1},"b":1}`,
		"a: &x {b: 1}\nc: *x":             `{"a":{"b":1},"c":{"b":1}}`,
		"a: &x {b: 1}\nc: {<<: *x, d: 2}": `{"a":{"b":1},"c":{"b":1,"d":2}}`,
		`{"a": 1e3, "b": 1.50}`:           `{"a": 1e3,"b": 1.50}`,
	} {
		got, err := bundle.Canonical(decode(t, in))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%q: canonical %s, want %s", in, got, want)
		}
		again, err := bundle.Canonical(decode(t, string(got)))
		if err != nil || string(again) != want {
			t.Errorf("%q: canonical form read back as %s (%v)", in, again, err)
		}
	}
}

func TestCanonicalJSONNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"1.0": "1", "1e3": "1000", "-0.0": "-0", "9007199254740993": "9007199254740993",
		"1e400": "1e400", "0.1": "0.1", "1e-7": "1e-07", "123456789012345680000": "123456789012345680000",
	} {
		v, err := bundle.DecodeJSON([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := bundle.Canonical(v); string(got) != want {
			t.Errorf("%s: canonical %s, want %s", in, got, want)
		}
	}
}

func TestBadDocuments(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"tab", "a:\n\tb: 1", "in.yaml:2: error[source/yaml]: found character that cannot start any token"},
		{"merged number", "a: {<<: 5}", `in.yaml:1:9: error[source/yaml]: << takes a mapping or a list of mappings`},
		{"merged nothing", "a:\n  <<:\n  b: 1", `in.yaml:2:6: error[source/yaml]: << takes a mapping or a list of mappings`},
		{"merged alias of a list", "l: &l [{b: 1}]\na: {<<: *l}", `in.yaml:2:9: error[source/yaml]: << takes a mapping or a list of mappings`},
		{"twice", "a: 1\na: 2", `in.yaml:2:1: error[source/yaml]: key "a" stands twice in one mapping`},
		{"key", "{[a]: 1}", "in.yaml:1:2: error[source/yaml]: a key must be a scalar"},
	} {
		_, diags := bundle.DecodeYAML("in.yaml", []byte(tc.in))
		if diff := cmp.Diff(tc.want, diags.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	for _, in := range []string{`{"a":1} 2`, `{"a":1,"a":2}`, `[1`, strings.Repeat("[", 5000)} {
		if v, err := bundle.DecodeJSON([]byte(in)); err == nil {
			t.Errorf("%.20s: accepted as %v", in, v)
		}
	}
}

func TestAliasesCannotExplode(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 10; i++ {
		n, p := string(rune('0'+i)), string(rune('0'+i-1))
		b.WriteString("a" + n + ": &a" + n + " [" + strings.TrimSuffix(strings.Repeat("*a"+p+",", 10), ",") + "]\n")
	}
	_, diags := bundle.DecodeYAML("bomb.yaml", []byte(b.String()))
	if !diags.HasErrors() {
		t.Error("a document of ten thousand million values was accepted")
	}
}

func TestOriginsPointIntoTheSource(t *testing.T) {
	docs, _ := bundle.DecodeYAML("r.yaml", []byte("groups:\n- name: g\n  rules:\n  - expr: up == 0\n"))
	o := docs[0].Origin
	for pointer, want := range map[string]string{
		"/groups/0/rules/0/expr":        "r.yaml:4:11",
		"/groups/0/rules/0/labels/team": "r.yaml:4:5",
		"/nowhere":                      "r.yaml:1:1",
	} {
		if got := o.At(pointer).String(); got != want {
			t.Errorf("At(%q) = %s, want %s", pointer, got, want)
		}
	}
	if got := bundle.SubOrigin(o, "/groups/0").At("/name").String(); got != "r.yaml:2:9" {
		t.Errorf("sub origin leads to %s", got)
	}
}

func TestYAMLReadsBackToTheSameValue(t *testing.T) {
	in := map[string]string{}
	for _, s := range []string{
		"", " ", "yes", "No", "y", "1", "1.0", "0777", "0x1f", "1:30", "null", "~", "true", "2026-01-01", "=", "<<", ".inf",
		"a\nb", "a\nb\n", "a\n\n", " lead\nx", "\nx", "tail \nx", "x:\ty", "a: b", "# no", "- no", "{{ $value }}", "ü\u2028x", "'\"", "\\n",
		"sum by (job) (\n  rate(x[5m])\n) > 0", "tab\n\tx", "@", "%x", "&a", "*a", "!t", "|", ">", "?", ":", "-", ",",
	} {
		in[s] = s
	}
	pairs := map[string]bundle.Value{}
	for k, s := range in {
		pairs["k"+k] = bundle.StringValue(s)
	}
	data, err := bundle.EncodeYAML(bundle.MapValue(pairs))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	if err := yaml.Unmarshal(data, &got); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	for k, s := range in {
		if got["k"+k] != s {
			t.Errorf("%q reads back as %#v", s, got["k"+k])
		}
	}
	back, diags := bundle.DecodeYAML("x", data)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want, _ := bundle.Canonical(bundle.MapValue(pairs))
	if again, _ := bundle.Canonical(back[0].Value); string(again) != string(want) {
		t.Errorf("canonical form changed by the way through YAML:\n%s\n%s", want, again)
	}
}

func TestRefsReadBack(t *testing.T) {
	for _, s := range []string{"rules/node/cpu/x", "alertmanager", "prometheus", "template/slack.tmpl", "dashboard/a%2Fb/uid", "file/prometheus/targets/node/a.yaml"} {
		r, err := bundle.ParseRef(s)
		if err != nil || r.String() != s {
			t.Errorf("%q reads back as %q (%v)", s, r, err)
		}
	}
	for _, s := range []string{"", "rules", "rules/x", "nothing/x/y", "alertmanager/x", "template/"} {
		if r, err := bundle.ParseRef(s); err == nil {
			t.Errorf("%q was accepted as %#v", s, r)
		}
	}
}

func object(t *testing.T, ref, text string) bundle.Object {
	t.Helper()
	r, err := bundle.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	origin := bundle.NewOrigin(diag.Span{File: ref}, nil)
	if r.Kind.IsRaw() {
		return bundle.NewRawObject(r, []byte(text), origin)
	}
	o, err := bundle.NewObject(r, decode(t, text), origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newBundle(t *testing.T, objs ...bundle.Object) *bundle.Bundle {
	t.Helper()
	b, diags := bundle.New("default", objs)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return b
}

func TestRevisionDependsOnContentAlone(t *testing.T) {
	a, b := object(t, "rules/a/g", "{name: g, rules: []}"), object(t, "rules/b/g", "{rules: [], name: g}")
	one, two := newBundle(t, a, b), newBundle(t, b, a)
	if one.Revision() != two.Revision() {
		t.Error("the order of objects changes the revision")
	}
	if three := newBundle(t, a, object(t, "rules/b/g", "{name: g, rules: [], interval: 1m}")); three.Revision() == one.Revision() {
		t.Error("an edited object does not change the revision")
	}
	if four := newBundle(t, a, object(t, "rules/c/g", "{name: g, rules: []}")); four.Revision() == one.Revision() {
		t.Error("a renamed object does not change the revision")
	}
	_, diags := bundle.New("default", []bundle.Object{a, b, a})
	want := `rules/a/g: error[source/duplicate]: rule group "g" in namespace "a" is defined twice`
	if diff := cmp.Diff(want, diags.String()); diff != "" {
		t.Errorf("duplicate (-want +got):\n%s", diff)
	}
}

func TestSecretsAreWholeScalars(t *testing.T) {
	b := newBundle(t, object(t, "alertmanager", `{url: "https://secret.invalid/slack/url", text: "see https://secret.invalid/slack/url", bad: "https://secret.invalid/../x", key: "https://secret.invalid/pd"}`))
	uses, err := b.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	want := []bundle.SecretUse{
		{Secret: "pd", Object: bundle.Ref{Kind: bundle.Alertmanager}, Pointer: "/key"},
		{Secret: "slack/url", Object: bundle.Ref{Kind: bundle.Alertmanager}, Pointer: "/url"},
	}
	if diff := cmp.Diff(want, uses); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
	r, err := b.Resolve(func(s bundle.SecretRef) (string, error) {
		if s == "pd" {
			return "", bundle.ErrKeepPlaceholder
		}
		return "123", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.YAML(bundle.Ref{Kind: bundle.Alertmanager})
	if err != nil {
		t.Fatal(err)
	}
	wantYAML := "bad: https://secret.invalid/../x\nkey: https://secret.invalid/pd\ntext: see https://secret.invalid/slack/url\nurl: \"123\"\n"
	if diff := cmp.Diff(wantYAML, string(got)); diff != "" {
		t.Errorf("resolved (-want +got):\n%s", diff)
	}
	_, err = b.Resolve(func(bundle.SecretRef) (string, error) { return "", errors.New("not set") })
	if err == nil || strings.Count(err.Error(), "not set") != 2 {
		t.Errorf("both failures ought to be reported, got %v", err)
	}
}

func TestWriteTree(t *testing.T) {
	dir := t.TempDir()
	first := newBundle(t, object(t, "rules/a/g", "{name: g}"), object(t, "rules/a/h", "{name: h}"), object(t, "dashboard/F/u", `{"title": "x"}`), object(t, "template/t.tmpl", "{{ x }}"))
	write := func(b *bundle.Bundle) []string {
		t.Helper()
		files, err := b.Tree()
		if err != nil {
			t.Fatal(err)
		}
		changes, err := bundle.WriteTree(dir, files, bundle.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			got = append(got, c.Action+" "+c.Path)
		}
		return got
	}
	if diff := cmp.Diff([]string{
		"add alertmanager/manifest.json", "add alertmanager/templates/t.tmpl", "add grafana/F/u.json",
		"add grafana/manifest.json", "add prometheus/manifest.json", "add prometheus/rules/a.yaml",
	}, write(first)); diff != "" {
		t.Errorf("first write (-want +got):\n%s", diff)
	}
	if got := write(first); len(got) > 0 {
		t.Errorf("the second write changed %v", got)
	}
	stranger := filepath.Join(dir, "grafana", "F", "mine.json")
	if err := os.WriteFile(stranger, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := newBundle(t, object(t, "rules/a/g", "{name: g}"))
	if diff := cmp.Diff([]string{
		"remove alertmanager/manifest.json", "remove alertmanager/templates/t.tmpl", "remove grafana/F/u.json",
		"remove grafana/manifest.json", "update prometheus/manifest.json", "update prometheus/rules/a.yaml",
	}, write(second)); diff != "" {
		t.Errorf("second write (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Errorf("a file that is not monctl's was removed: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "alertmanager")); !os.IsNotExist(err) {
		t.Errorf("the empty folder stayed: %v", err)
	}
}

func TestManifestCannotRemoveOutside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	outside := filepath.Join(dir, "..", "precious")
	if err := os.MkdirAll(filepath.Join(dir, "grafana"), 0o750); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		outside: "keep",
		filepath.Join(dir, "grafana", "manifest.json"): `{"format_version": 1, "files": {"../../precious": {}, "/etc/x": {}}}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bundle.WriteTree(dir, nil, bundle.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("a manifest led out of its folder: %v", err)
	}
}

func TestTargetTreeHoldsWhatDiffers(t *testing.T) {
	env := newBundle(t,
		object(t, "prometheus", "{global: {external_labels: {dc: x}}, rule_files: ['rules/*.yaml'], scrape_configs: [{job_name: n, file_sd_configs: [{files: ['targets/*.yaml']}]}]}"),
		object(t, "file/prometheus/targets/a.yaml", "[]"),
		object(t, "rules/a/g", "{name: g}"), object(t, "rules/b/g", "{name: g}"), object(t, "rules/b/h", "{name: h}"))
	target := env.Replace(object(t, "prometheus", "{global: {external_labels: {dc: x, replica: a}}, rule_files: ['rules/*.yaml'], scrape_configs: [{job_name: n, file_sd_configs: [{files: ['targets/*.yaml']}]}]}")).
		Select(func(o bundle.Object) bool { return o.Ref.String() != "rules/b/h" })
	shared, err := env.Tree()
	if err != nil {
		t.Fatal(err)
	}
	files, err := bundle.TargetTree(shared, target, "x-a")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		got[f.Path] = string(f.Data)
	}
	want := map[string]string{
		"x-a/prometheus/rules/b.yaml": "groups:\n  - name: g\n",
		"x-a/prometheus/prometheus.yml": `global:
  external_labels:
    dc: x
    replica: a
rule_files:
  - ../../prometheus/rules/a.yaml
  - rules/b.yaml
scrape_configs:
  - file_sd_configs:
      - files:
          - ../../prometheus/targets/*.yaml
    job_name: n
`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("target (-want +got):\n%s", diff)
	}
}

// A failed write leaves nothing of its own behind.
func TestFailedWriteLeavesNoTemporaryFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	if err := os.MkdirAll(filepath.Join(dir, "prometheus", "rules", "a.yaml", "in the way"), 0o750); err != nil {
		t.Fatal(err)
	}
	files, err := newBundle(t, object(t, "rules/a/g", "{name: g}")).Tree()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.WriteTree(dir, files, bundle.WriteOptions{}); err == nil {
		t.Fatal("a folder was overwritten by a file")
	}
	left, err := filepath.Glob(filepath.Join(dir, "prometheus", "rules", ".monctl-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestTreePath(t *testing.T) {
	for _, tc := range []struct {
		ref  bundle.Ref
		name string
		ok   bool
	}{
		{bundle.Ref{Kind: bundle.Rules, Space: "a.b", Name: "g/h"}, "prometheus/rules/a.b.yaml", true},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "A b/ü", Name: "u"}, "grafana/A b/ü/u.json", true},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "F", Name: "a/b"}, "grafana/F/a/b.json", false},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "F", Name: "../u"}, "grafana/F/../u.json", false},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "..", Name: "u"}, "grafana/../u.json", false},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "a//b", Name: "u"}, "grafana/a//b/u.json", false},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "manifest.json", Name: "u"}, "grafana/manifest.json/u.json", false},
		{bundle.Ref{Kind: bundle.Dashboard, Space: "F", Name: "a\nb"}, "grafana/F/a\nb.json", false},
		{bundle.Ref{Kind: bundle.File, Space: "prometheus/targets", Name: "manifest.json"}, "prometheus/targets/manifest.json", true},
		{bundle.Ref{Kind: bundle.Prometheus}, "prometheus/prometheus.yml", true},
	} {
		if name, ok := tc.ref.TreePath(); name != tc.name || ok != tc.ok {
			t.Errorf("%v: got %q, %t, want %q, %t", tc.ref, name, ok, tc.name, tc.ok)
		}
	}
}

package jsonnet_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/jsonnet"
)

func request(t *testing.T, entry string, files map[string]string) jsonnet.Request {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library := fstest.MapFS{"monctl/rules.libsonnet": {Data: []byte("{ alert(name, expr): { alert: name, expr: expr } + (import 'more.libsonnet') }")}, "monctl/more.libsonnet": {Data: []byte("{ more: true }")}}
	return jsonnet.Request{File: entry, Importer: jsonnet.NewImporter(dir, []string{"lib", "vendor"}, library)}
}

// engines runs a test on each engine.
func engines(t *testing.T, f func(t *testing.T, e jsonnet.Engine)) {
	t.Helper()
	t.Run("upstream", func(t *testing.T) { f(t, jsonnet.Upstream()) })
	t.Run("own", func(t *testing.T) { f(t, jsonnet.Own()) })
}

func evaluate(t *testing.T, e jsonnet.Engine, req jsonnet.Request) *jsonnet.Result {
	t.Helper()
	r, diags, err := e.Evaluate(t.Context(), req)
	if err != nil || len(diags) > 0 {
		t.Fatal(err, diags)
	}
	return r
}

func compact(b []byte) string { return strings.Join(strings.Fields(string(b)), "") }

func TestImportsInOrder(t *testing.T) { engines(t, testImportsInOrder) }

func testImportsInOrder(t *testing.T, e jsonnet.Engine) {
	t.Helper()
	req := request(t, "rules/a.jsonnet", map[string]string{
		"rules/a.jsonnet":     "[import 'x.libsonnet', import 'y.libsonnet', import 'z.libsonnet', (import 'monctl/rules.libsonnet').alert('A', 'up').more, std.thisFile]",
		"rules/x.libsonnet":   "'beside'",
		"lib/x.libsonnet":     "'lib'",
		"lib/y.libsonnet":     "'lib'",
		"vendor/y.libsonnet":  "'vendor'",
		"vendor/z.libsonnet":  "'vendor'",
		"vendor/z2.libsonnet": "error 'never read'",
	})
	if got, want := compact(evaluate(t, e, req).JSON), `["beside","lib","vendor",true,"rules/a.jsonnet"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []string{
		"lib/monctl/rules.libsonnet", "lib/y.libsonnet", "lib/z.libsonnet", "rules/a.jsonnet", "rules/monctl/rules.libsonnet",
		"rules/x.libsonnet", "rules/y.libsonnet", "rules/z.libsonnet", "vendor/monctl/rules.libsonnet", "vendor/z.libsonnet",
	}
	if diff := cmp.Diff(want, req.Importer.Looked()); diff != "" {
		t.Errorf("looked for (-want +got):\n%s", diff)
	}
}

func TestVariablesArgumentsAndTransform(t *testing.T) { engines(t, testVariablesArgumentsAndTransform) }

func testVariablesArgumentsAndTransform(t *testing.T, e jsonnet.Engine) {
	t.Helper()
	req := request(t, "a.jsonnet", map[string]string{
		"a.jsonnet": "local x = 1; function(n, missing='default') { e: std.extVar('e'), c: std.extVar('c'), n: n, m: missing, hidden:: 7, native: std.native('up')('x') }",
	})
	req.Ext = map[string]jsonnet.Arg{"e": {Text: "1"}, "c": {Code: true, Text: "1"}}
	req.TLA = map[string]jsonnet.Arg{"n": {Code: true, Text: "[2]"}, "unknown": {Text: "x"}}
	req.Transform = "function(v) v { hidden::: super.hidden }"
	req.Natives = []jsonnet.Native{{Name: "up", Params: []string{"s"}, Func: func(a []any) (any, error) { return strings.ToUpper(a[0].(string)), nil }}}
	if got, want := compact(evaluate(t, e, req).JSON), `{"c":1,"e":"1","hidden":7,"m":"default","n":[2],"native":"X"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMistakes(t *testing.T) { engines(t, testMistakes) }

func testMistakes(t *testing.T, e jsonnet.Engine) {
	t.Helper()
	for _, tc := range []struct{ name, in, want string }{
		{"syntax", "{\n  a: 1\n  b: 2\n}", "a.jsonnet:3:3: error[jsonnet/syntax]: expected a comma before next field"},
		{"after wide runes", "{ 'ü日': x }", "a.jsonnet:1:9: error[jsonnet/syntax]: unknown variable: x"},
		{"runtime", "{\n  a: {}.nope,\n}", "a.jsonnet:2:6: error[jsonnet/runtime]: Field does not exist: nope"},
		{"assertion", "{\n  assert false : 'no team',\n}", "a.jsonnet:2:3: error[jsonnet/runtime]: no team"},
		{"error in a function", "local f(x) = error 'bad ' + x;\n{ a: f('y') }", "a.jsonnet:1:14: error[jsonnet/runtime]: bad y"},
		{"import", "import 'gone.libsonnet'", "a.jsonnet:1:1: error[jsonnet/import]: cannot find \"gone.libsonnet\"; looked for gone.libsonnet, lib/gone.libsonnet, vendor/gone.libsonnet, <library>/gone.libsonnet"},
		{"syntax in an import", "{ x: import 'bad.libsonnet' }", "bad.libsonnet:2:1: error[jsonnet/syntax]: unexpected end of file"},
		{"import of a directory", "import 'folder'", "a.jsonnet:1:1: error[jsonnet/import]: read \"folder\": is a directory"},
		{"ext var", "std.extVar('nope')", "a.jsonnet:1:1: error[jsonnet/runtime]: Undefined external variable: nope"},
		{"recursion", "local f(x) = 1 + f(x);\nf(1)", "a.jsonnet:1:18: error[jsonnet/runtime]: max stack frames exceeded"},
		{"function", "function(x) x", "a.jsonnet: error[jsonnet/runtime]: Missing argument: x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req := request(t, "a.jsonnet", map[string]string{"a.jsonnet": tc.in, "bad.libsonnet": "{ a:\n", "folder/x": ""})
			_, diags, err := e.Evaluate(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, diags.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	req := request(t, "a.jsonnet", map[string]string{"a.jsonnet": "std.foldl(function(a, b) a + b, std.range(1, 3000000), 0)"})
	req.Limits.Timeout = 10 * time.Millisecond
	_, diags, err := jsonnet.Upstream().Evaluate(t.Context(), req)
	if err != nil || diags.String() != "a.jsonnet: error[jsonnet/timeout]: the evaluation takes longer than 10ms" {
		t.Errorf("%v %v", diags, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := jsonnet.Upstream().Evaluate(ctx, req); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

package jsonnet_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/jsonnet"
)

// watched evaluates entry.jsonnet in sessions with a native function that tells
// which parts were evaluated.
type watched struct {
	project
	session *jsonnet.Session
	seen    []string
	// taken is how many calls of the function a fresh engine makes more.
	taken int
}

func (w *watched) evaluate(e jsonnet.Engine) (*jsonnet.Result, string) {
	w.t.Helper()
	w.seen = nil
	see := jsonnet.Native{Name: "see", Params: []string{"name", "value"}, Func: func(args []any) (any, error) {
		w.seen = append(w.seen, fmt.Sprint(args[0]))
		return args[1], nil
	}}
	r, diags, err := e.Evaluate(w.t.Context(), jsonnet.Request{
		File: "entry.jsonnet", Importer: jsonnet.NewImporter(w.dir, nil, nil), Natives: []jsonnet.Native{see},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(w.seen)
	return r, diags.String()
}

// check compares the session with a fresh engine, in the text, the diagnostics
// and all places.
func (w *watched) check(what string) {
	w.t.Helper()
	got, gotDiags := w.evaluate(w.session)
	seen := w.seen
	want, wantDiags := w.evaluate(jsonnet.Own())
	w.seen, w.taken = seen, len(w.seen)-len(seen)
	if diff := cmp.Diff(places(w.t, want, wantDiags), places(w.t, got, gotDiags)); diff != "" {
		w.t.Fatalf("%s (-fresh +session):\n%s", what, diff)
	}
}

// places lists the values of a result with where they come from.
func places(t *testing.T, r *jsonnet.Result, diags string) []string {
	t.Helper()
	if r == nil {
		return []string{diags}
	}
	var v any
	if err := json.Unmarshal(r.JSON, &v); err != nil {
		t.Fatal(err)
	}
	out := []string{string(r.JSON)}
	var walk func(pointer string, v any)
	walk = func(pointer string, v any) {
		out = append(out, fmt.Sprint(pointer, " ", r.Origin.At(pointer)))
		switch v := v.(type) {
		case []any:
			for i, el := range v {
				walk(fmt.Sprint(pointer, "/", i), el)
			}
		case map[string]any:
			for name, field := range v {
				walk(pointer+"/"+name, field)
			}
		}
	}
	walk("", v)
	slices.Sort(out)
	return out
}

func TestSessionTakesPartsOver(t *testing.T) {
	w := &watched{project: project{t, t.TempDir()}, session: jsonnet.NewSession()}
	files := map[string]string{
		"lib.libsonnet": "{\n  pad:: std.repeat('x', 600),\n  part(name, value):: { value: std.native('see')(name, value), pad: $.pad },\n  unused(x):: x,\n}\n",
		"config.libsonnet": `{
  _config+:: {
    used: 1,
    other: 2,
    both: self.used + 10,
  },
}
`,
		"one.libsonnet": `local lib = import 'lib.libsonnet';
local text = importstr 'text.txt';
{
  local top = 'top',
  parts+: {
    one: lib.part('one', $._config.used),
    list: [
      lib.part('first', 1),
      lib.part('second', $._config.other),
    ],
    text: lib.part('text', text),
    top: lib.part('top', top),
  },
}
`,
		"two.libsonnet": `local lib = import 'lib.libsonnet';
{
  parts+: {
    checked: { assert $._config.used < 5 : 'too much', value: lib.part('checked', 0) },
    two: lib.part('two', $._config.both),
    [k]: lib.part(k, $._config.other) for k in ['key']
  },
}
`,
		"text.txt":      "text",
		"entry.jsonnet": "(import 'one.libsonnet') + (import 'two.libsonnet') + (import 'config.libsonnet')\n",
	}
	// An object with a comprehension has no other fields.
	files["two.libsonnet"] = strings.Replace(files["two.libsonnet"], "    [k]: lib.part(k, $._config.other) for k in ['key']\n", "    keys: { [k]: lib.part(k, $._config.other) for k in ['key'] },\n", 1)
	for name, text := range files {
		w.write(name, text)
	}
	w.check("cold")
	const all = "checked first key one second text top two"
	if got := strings.Join(w.seen, " "); got != all {
		t.Fatalf("cold: evaluated %s", got)
	}
	for _, step := range []struct{ name, file, was, is, seen string }{
		{"a blank line at the end", "config.libsonnet", "  },\n}\n", "  },\n}\n\n", ""},
		{"a comment that moves all", "one.libsonnet", "local lib", "// a comment\nlocal lib", ""},
		{"a value of one part", "one.libsonnet", "'first', 1", "'first', 100", "first second"},
		{"the same and a move", "one.libsonnet", "'first', 100", "'first',\n 10", "first second"},
		{"a key that two parts read", "config.libsonnet", "other: 2", "other: 20", "key second"},
		{"a key that another one reads", "config.libsonnet", "self.used + 10", "self.used + 11", "two"},
		{"a key and an assertion", "config.libsonnet", "used: 1", "used: 3", "checked one two"},
		{"a text", "text.txt", "text", "other", "text"},
		{"a local", "one.libsonnet", "'top'", "'bottom'", "top"},
		{"an element more", "one.libsonnet", "    list: [\n", "    list: [\n      lib.part('new', 0),\n", "first new second"},
		{"what nobody needs", "lib.libsonnet", "unused(x):: x", "unused(x):: x + 1", ""},
		{"what all need", "lib.libsonnet", "600", "601", "checked first key new one second text top two"},
		{"a field more", "two.libsonnet", "  parts+: {\n", "  parts+: {\n    a: lib.part('a', 0),\n", "a checked first key new one second text top two"},
		{"a failing assertion", "config.libsonnet", "used: 3", "used: 7", ""},
		{"repaired", "config.libsonnet", "used: 7", "used: 2", "checked one two"},
	} {
		text := strings.Replace(files[step.file], step.was, step.is, 1)
		if text == files[step.file] {
			t.Fatalf("%s: no edit", step.name)
		}
		files[step.file] = text
		w.write(step.file, text)
		w.check(step.name)
		if got := strings.Join(w.seen, " "); got != step.seen && step.name != "a failing assertion" {
			t.Errorf("%s: evaluated %q, want %q", step.name, got, step.seen)
		}
	}
}

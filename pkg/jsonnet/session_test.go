package jsonnet_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/jsonnet"
)

// project is a directory whose files a test edits.
type project struct {
	t   *testing.T
	dir string
}

func (p project) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// run evaluates an entry on the files as they are now; what std.trace printed
// tells which files were evaluated.
func (p project) run(e jsonnet.Engine, entry string, ext map[string]jsonnet.Arg) (result, traced string) {
	p.t.Helper()
	var files []string
	r, diags, err := e.Evaluate(p.t.Context(), jsonnet.Request{
		File: entry, Importer: jsonnet.NewImporter(p.dir, []string{"lib"}, nil), Trace: func(t jsonnet.Trace) { files = append(files, t.Message) }, Ext: ext,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if r == nil {
		return diags.String(), strings.Join(files, " ")
	}
	return compact(r.JSON), strings.Join(files, " ")
}

func TestSessionEvaluatesWhatAnEditReaches(t *testing.T) {
	p := project{t, t.TempDir()}
	p.write("a.jsonnet", "std.trace('a', { b: import 'b.libsonnet', c: import 'c.libsonnet', t: importstr 't.txt' })")
	p.write("b.libsonnet", "std.trace('b', { d: import 'd.libsonnet', gone: 1 })")
	p.write("c.libsonnet", "std.trace('c', { assert self.x < 5 : 'x is too large', x: 1, lazy:: import 'nowhere.libsonnet' })")
	p.write("d.libsonnet", "std.trace('d', 4)")
	p.write("t.txt", "text")
	s := jsonnet.NewSession()
	const first = `{"b":{"d":4,"gone":1},"c":{"x":1},"t":"text"}`
	for _, step := range []struct{ name, file, text, want, traced string }{
		{"cold", "", "", first, "a b d c"},
		{"nothing changed", "", "", first, ""},
		{"a leaf", "d.libsonnet", "std.trace('d', 5)", strings.Replace(first, `"d":4`, `"d":5`, 1), "a b d"},
		{"back again", "d.libsonnet", "std.trace('d', 4)", first, "a b d"},
		{"the entry", "a.jsonnet", "std.trace('a', { b: import 'b.libsonnet' })", `{"b":{"d":4,"gone":1}}`, "a"},
		{"the entry again", "a.jsonnet", "std.trace('a', { b: import 'b.libsonnet', c: import 'c.libsonnet', t: importstr 't.txt' })", first, "a"},
		{"a text", "t.txt", "other", strings.Replace(first, `"text"`, `"other"`, 1), "a"},
		{"text back", "t.txt", "text", first, "a"},
		{"a failing assertion", "c.libsonnet", "std.trace('c', { assert self.x < 5 : 'x is too large', x: 7 })", "c.libsonnet:1:18: error[jsonnet/runtime]: x is too large", "a c"},
		{"fails again", "", "", "c.libsonnet:1:18: error[jsonnet/runtime]: x is too large", ""},
		{"a mistake", "c.libsonnet", "{", "c.libsonnet:1:2: error[jsonnet/syntax]: unexpected: end of file while parsing field definition", "a"},
		{"the same mistake", "", "", "c.libsonnet:1:2: error[jsonnet/syntax]: unexpected: end of file while parsing field definition", ""},
		{"repaired", "c.libsonnet", "std.trace('c', { x: 1 })", first, "a c"},
		{"one that comes before another", "lib", "", first, ""},
	} {
		if step.file == "lib" {
			if err := os.Mkdir(filepath.Join(p.dir, "lib"), 0o750); err != nil {
				t.Fatal(err)
			}
		} else if step.file != "" {
			p.write(step.file, step.text)
		}
		got, traced := p.run(s, "a.jsonnet", nil)
		if diff := cmp.Diff([]string{step.want, step.traced}, []string{got, traced}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
		if fresh, _ := p.run(jsonnet.Own(), "a.jsonnet", nil); fresh != got {
			t.Errorf("%s: the session says %s, a fresh engine %s", step.name, got, fresh)
		}
	}
}

func TestSessionFindsWhatWasNotThere(t *testing.T) {
	p := project{t, t.TempDir()}
	p.write("a.jsonnet", "(import 'b.libsonnet') + { a: 1 }")
	p.write("x.libsonnet", "'beside'")
	s := jsonnet.NewSession()
	if got, _ := p.run(s, "a.jsonnet", nil); !strings.Contains(got, `cannot find "b.libsonnet"`) {
		t.Error(got)
	}
	if err := os.Mkdir(filepath.Join(p.dir, "lib"), 0o750); err != nil {
		t.Fatal(err)
	}
	p.write("lib/b.libsonnet", "{ b: 'lib' }")
	if got, _ := p.run(s, "a.jsonnet", nil); got != `{"a":1,"b":"lib"}` {
		t.Error(got)
	}
	p.write("b.libsonnet", "{ b: 'beside' }")
	if got, _ := p.run(s, "a.jsonnet", nil); got != `{"a":1,"b":"beside"}` {
		t.Error(got)
	}
	if err := os.Remove(filepath.Join(p.dir, "b.libsonnet")); err != nil {
		t.Fatal(err)
	}
	if got, _ := p.run(s, "a.jsonnet", nil); got != `{"a":1,"b":"lib"}` {
		t.Error(got)
	}
}

// A file that nobody imports for a while may change meanwhile.
func TestSessionSeesWhatChangedUnimported(t *testing.T) {
	p := project{t, t.TempDir()}
	p.write("a.jsonnet", "import 'b.libsonnet'")
	p.write("b.libsonnet", "import 'c.libsonnet'")
	s := jsonnet.NewSession()
	for _, step := range []struct{ b, c, want string }{
		{"import 'c.libsonnet'", "1", "1"}, {"0", "1", "0"}, {"0", "2", "0"}, {"import 'c.libsonnet'", "2", "2"},
	} {
		p.write("b.libsonnet", step.b)
		p.write("c.libsonnet", step.c)
		if got, _ := p.run(s, "a.jsonnet", nil); got != step.want {
			t.Errorf("b is %s, c is %s: got %s, want %s", step.b, step.c, got, step.want)
		}
	}
}

func TestSessionKeepsExternalVariablesApart(t *testing.T) {
	p := project{t, t.TempDir()}
	p.write("a.jsonnet", "import 'b.libsonnet'")
	p.write("b.libsonnet", "{ e: std.extVar('e') }")
	p.write("c.libsonnet", "1")
	s := jsonnet.NewSession()
	for _, tc := range []struct{ code, file, want string }{
		{"1", "", `{"e":1}`},
		{"2", "", `{"e":2}`},
		{"1", "", `{"e":1}`},
		{"import 'c.libsonnet'", "", `{"e":1}`},
		{"import 'c.libsonnet'", "3", `{"e":3}`},
		{"import 'c.libsonnet'", "4", `{"e":4}`},
	} {
		if tc.file != "" {
			p.write("c.libsonnet", tc.file)
		}
		if got, _ := p.run(s, "a.jsonnet", map[string]jsonnet.Arg{"e": {Code: true, Text: tc.code}}); got != tc.want {
			t.Errorf("%s %s: got %s, want %s", tc.code, tc.file, got, tc.want)
		}
	}
}

func TestSessionInParallel(t *testing.T) {
	p := project{t, t.TempDir()}
	p.write("lib.libsonnet", "{ f(x): { y: std.format('%s-%d', [x, std.length(x)]), z: [i * i for i in std.range(1, 20)], ['k' + x]: self.y } }")
	for i := range 8 {
		p.write(fmt.Sprintf("e%d.jsonnet", i), fmt.Sprintf("local l = import 'lib.libsonnet'; { [x]: l.f(x) for x in ['a', 'b', 'c%d', std.extVar('env')] }", i))
	}
	s := jsonnet.NewSession()
	for range 3 {
		importer := jsonnet.NewImporter(p.dir, nil, nil)
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				req := jsonnet.Request{File: fmt.Sprintf("e%d.jsonnet", i%8), Importer: importer, Ext: map[string]jsonnet.Arg{"env": {Text: fmt.Sprint("env", i%3)}}}
				r, diags, err := s.Evaluate(t.Context(), req)
				if err != nil || len(diags) > 0 {
					t.Error(diags, err)
					return
				}
				want, _, _ := jsonnet.Upstream().Evaluate(t.Context(), req)
				if diff := cmp.Diff(string(want.JSON), string(r.JSON)); diff != "" {
					t.Error(diff)
				}
			})
		}
		wg.Wait()
		p.write("lib.libsonnet", "{ f(x): { y: x, z: [i + i for i in std.range(1, 20)], ['k' + x]: self.y } }")
	}
}

func TestSessionOfOnePass(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.jsonnet": "(import 'lib.libsonnet') + { a: 1, file: std.thisFile }", "b.jsonnet": "(import 'a.jsonnet') + { b: 2 }", "lib.libsonnet": "{ l: 0 }"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, importer := jsonnet.NewSession(), jsonnet.NewImporter(dir, nil, nil)
	s.Once()
	for _, file := range []string{"a.jsonnet", "b.jsonnet", "a.jsonnet"} {
		req := jsonnet.Request{File: file, Importer: importer, Transform: "function(v) v { length: std.length(v) }"}
		got, _, err := s.Evaluate(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := jsonnet.Own().Evaluate(t.Context(), req)
		if err != nil || got == nil || string(got.JSON) != string(want.JSON) {
			t.Errorf("%s: %v, %v", file, got, err)
		}
	}
}

func TestSessionKeepsResults(t *testing.T) {
	p := project{t, t.TempDir()}
	p.write("a.jsonnet", "import 'lib.libsonnet'")
	p.write("b.jsonnet", "{ b: std.extVar('env') }")
	p.write("lib.libsonnet", "{ l: 0 }")
	s := jsonnet.NewSession()
	run := func(file string) *jsonnet.Result {
		t.Helper()
		r, diags, err := s.Evaluate(t.Context(), jsonnet.Request{File: file, Importer: jsonnet.NewImporter(p.dir, nil, nil), Ext: map[string]jsonnet.Arg{"env": {Text: "x"}}})
		if err != nil || len(diags) > 0 {
			t.Fatal(diags, err)
		}
		return r
	}
	a, b := run("a.jsonnet"), run("b.jsonnet")
	p.write("lib.libsonnet", "{ l: 1 }")
	if again := run("b.jsonnet"); again != b {
		t.Error("b was evaluated again, and does not import what has changed")
	}
	if again := run("a.jsonnet"); again == a || compact(again.JSON) != `{"l":1}` {
		t.Errorf("a has the result %s", again.JSON)
	}
}

// TestSessionIsNeverStale edits, adds and removes files at random: the session
// says what a fresh engine says.
func TestSessionIsNeverStale(t *testing.T) {
	kept := 0
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := project{t, t.TempDir()}
		if err := os.Mkdir(filepath.Join(p.dir, "lib"), 0o750); err != nil {
			t.Fatal(err)
		}
		// A file imports some of those after it, of which one may lie in two places.
		const files = 8
		name := func(i int) string { return fmt.Sprintf("f%d.libsonnet", i) }
		edit := func(i int) {
			text := fmt.Sprintf("{ v: %d, local e = std.extVar('e')", r.IntN(4))
			for j := i + 1; j < files; j++ {
				switch r.IntN(6) {
				case 0:
					text += fmt.Sprintf(", f%d: import '%s'", j, name(j))
				case 1:
					text += fmt.Sprintf(", s%d: importstr '%s', h%d:: import 'nowhere'", j, name(j), j)
				case 2:
					text += fmt.Sprintf(", x%d: (import '%s').v + e", j, name(j))
				}
			}
			p.write([]string{"", "lib/"}[r.IntN(2)]+name(i), text+" }")
		}
		for i := range files {
			edit(i)
			p.write(fmt.Sprintf("e%d.jsonnet", i), fmt.Sprintf("(import '%s') + { e: %d }", name(i%3), i))
		}
		s := jsonnet.NewSession()
		last := map[string]*jsonnet.Result{}
		for step := range 25 {
			importer := jsonnet.NewImporter(p.dir, []string{"lib"}, nil)
			for i := range 2 * files {
				req := jsonnet.Request{File: fmt.Sprintf("e%d.jsonnet", i%files), Importer: importer, Ext: map[string]jsonnet.Arg{"e": {Code: true, Text: fmt.Sprint(i / files)}}}
				got, gotDiags, err := s.Evaluate(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				want, wantDiags, err := jsonnet.Own().Evaluate(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				if key := fmt.Sprint(i); got != nil && got == last[key] {
					kept++
				} else {
					last[key] = got
				}
				if diff := cmp.Diff(describe(want, wantDiags.String()), describe(got, gotDiags.String())); diff != "" {
					t.Fatalf("seed %d, step %d, %s (-fresh +session):\n%s", seed, step, req.File, diff)
				}
			}
			if i := r.IntN(files); r.IntN(5) > 0 {
				edit(i)
			} else if err := os.Remove(filepath.Join(p.dir, "lib", name(i))); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	if kept == 0 {
		t.Error("no result was kept: nothing was compared")
	}
}

// describe is a result with some of its places, or what is wrong.
func describe(r *jsonnet.Result, diags string) string {
	if r == nil {
		return diags
	}
	return fmt.Sprint(string(r.JSON), r.Origin.At("/v"), r.Origin.At("/x3"), r.Origin.At("/f2/v"))
}

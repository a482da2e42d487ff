package vm_test

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// outcome is a document or the message of an error.
type outcome struct{ JSON, Error, Trace string }

// engines evaluates the same expressions with go-jsonnet and with this
// package.
type engines struct {
	machine *vm.Machine
	natives []vm.NativeFunction
}

func newEngines() *engines {
	return &engines{
		machine: vm.NewMachine(func(_ ast.DiagnosticFileName, fileName, text string) (ast.Node, error) {
			return jsonnet.SnippetToAST(fileName, text)
		}),
		natives: []vm.NativeFunction{
			{Name: "add", Params: []string{"a", "b"}, Func: func(a []any) (any, error) { return []any{a[1], a[0]}, nil }},
			{Name: "fail", Func: func([]any) (any, error) { return nil, errors.New("native failure") }},
		},
	}
}

const entry = "case.jsonnet"

func (en *engines) upstream(t *testing.T, expr string) (out outcome) {
	t.Helper()
	var trace strings.Builder
	m := jsonnet.MakeVM()
	m.SetTraceOut(&trace)
	m.ExtVar("x", "ext")
	for _, n := range en.natives {
		nf := &jsonnet.NativeFunction{Name: n.Name, Func: n.Func}
		for _, p := range n.Params {
			nf.Params = append(nf.Params, ast.Identifier(p))
		}
		m.NativeFunction(nf)
	}
	node, err := jsonnet.SnippetToAST(entry, expr)
	if err != nil {
		t.Errorf("%s: %v", expr, err)
		return outcome{}
	}
	defer func() {
		if r := recover(); r != nil { // upstream crashes on some mistakes
			out = outcome{Error: "crash"}
		}
	}()
	text, err := m.Evaluate(node)
	if err != nil {
		var re jsonnet.RuntimeError
		if !errors.As(err, &re) {
			return outcome{Error: "crash"}
		}
		return outcome{Error: re.Msg, Trace: trace.String()}
	}
	return outcome{JSON: strings.TrimSuffix(text, "\n"), Trace: trace.String()}
}

// traceLines writes messages as upstream does.
func traceLines(w io.Writer) func(ast.LocationRange, string) {
	return func(at ast.LocationRange, text string) {
		fmt.Fprintf(w, "TRACE: %s:%d %s\n", at.File.DiagnosticFileName, at.Begin.Line, text)
	}
}

func (en *engines) own(t *testing.T, expr string) outcome {
	t.Helper()
	var trace strings.Builder
	e := en.machine.New(vm.Options{Natives: en.natives, ExtVars: map[string]vm.Arg{"x": {Text: "ext"}}, Trace: traceLines(&trace)})
	v, err := e.File(t.Context(), entry, []byte(expr))
	if err == nil {
		if _, ok := v.Parameters(); ok {
			v, err = e.CallTop(t.Context(), v, nil)
		}
	}
	var text []byte
	if err == nil {
		text, _, err = e.JSON(t.Context(), v)
	}
	if err != nil {
		var re *vm.Error
		if !errors.As(err, &re) {
			return outcome{Error: "no *vm.Error: " + err.Error()}
		}
		return outcome{Error: re.Msg, Trace: trace.String()}
	}
	return outcome{JSON: string(text), Trace: trace.String()}
}

func (en *engines) compare(t *testing.T, expr string) {
	t.Helper()
	report(t, expr, en.upstream(t, expr), en.own(t, expr))
}

func report(t *testing.T, expr string, want, got outcome) {
	t.Helper()
	if want.Error == "crash" && got.Error != "" && !strings.HasPrefix(got.Error, "no *vm.Error") {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-go-jsonnet +own):\n%s", expr, diff)
	}
}

func TestStandardLibrary(t *testing.T) {
	en := newEngines()
	n := 0
	for _, about := range slices.Sorted(maps.Keys(stdCases)) {
		t.Run(about, func(t *testing.T) {
			for _, expr := range stdCases[about] {
				en.compare(t, expr)
				n++
			}
		})
	}
	t.Logf("%d expressions", n)
}

// stdArguments are what the functions are called with: everything that might
// be treated in its own way.
var stdArguments = []string{
	"null", "true", "false", "0", "-0", "1", "-1", "2", "1.5", "7", "1e15", "1e300", "-1e-9", "300",
	"''", "'a'", "'abc'", "'aXbXc'", "'-12'", "'ff'", "'777'", "'añ😀b'", "' a\\n'", "'%s'", "'%5.2f|%-3d'", "'%(a)s'", "'X'", "'a/b'", "'\\u0000\\u007f\\u0085\"'",
	"'{\"a\": [1, null]}'", "'a: 1\\nb: [x]'", "'YWJj'",
	"[]", "[1]", "[1, 2, 3]", "[3, 1, 2, 1]", "['a', 'b']", "['b', null, 'a']", "[[1], [2, 3]]", "[[], ['x']]", "[true, false]", "[{ a: 1 }, { a: 2 }]", "[97, 98]", "['p', { x: 1 }, ['q', 'r']]",
	"[error 'in array']", "[1, error 'second']", "[null, {}, [], [null]]", "[0, -0, 1.5]",
	"{}", "{ a: 1, b:: 2, c::: 3 }", "{ b: 'x', a: { c: null, d: [] } }", "{ a: error 'in object' }", "{ a: self.b, b: 5 }", "{ a: 1, assert false : 'asserted' }", "{ sections: { s: { k: ['v', 1] } }, main: { m: 1 } }", "{ 'no bare': 1, '12': 2, 'on': [[1, [2]], {}] }",
	"(function(x) x)", "(function(x, y) [x, y])", "(function(x) x == 1)", "(function(x) [x])", "(function() 1)", "(function(x, y=2) y)", "(function(x) error 'called')",
	"error 'argument'", "std.length", "std.toString",
}

// signature is a function of the library.
type signature struct {
	name   string
	params []string
}

// stdSignatures lists all functions of go-jsonnet's library.
func stdSignatures(t *testing.T) []signature {
	t.Helper()
	var out []signature
	names := newEngines().upstream(t, "std.join(' ', [n for n in std.objectFieldsAll(std) if std.isFunction(std[n])])").JSON
	for name := range strings.FieldsSeq(strings.Trim(names, `"`)) {
		switch name {
		case "trace", "native", "extVar", "$flatMapArray", "$objectFlatMerge", "thisFile", "md5", "sha1", "sha256", "sha512", "sha3":
			continue
		}
		arity := 0
		for ; arity < 5; arity++ { // the error for too many says how many there may be
			if got := newEngines().upstream(t, fmt.Sprintf("std['%s'](%s)", name, strings.TrimSuffix(strings.Repeat("null, ", arity+1), ", "))); strings.Contains(got.Error, "positional argument(s)") && !strings.Contains(got.Error, "calls") {
				break
			}
		}
		out = append(out, signature{name: name, params: make([]string, arity)})
	}
	return out
}

// draws is for longer runs than those of CI.
var draws = flag.Int("draws", 30, "calls of each function with several parameters")

// TestArguments calls every function with combinations of arguments. They are
// drawn at random, the same in every run.
func TestArguments(t *testing.T) {
	perFunction := *draws
	en := newEngines()
	n := 0
	for _, f := range stdSignatures(t) {
		r := draw(f.name)
		calls := perFunction
		if len(f.params) == 1 {
			calls = len(stdArguments)
		}
		for i := range calls {
			args := make([]string, len(f.params))
			for j := range args {
				args[j] = stdArguments[r.IntN(len(stdArguments))]
				if len(args) == 1 {
					args[j] = stdArguments[i]
				}
			}
			en.compare(t, fmt.Sprintf("std['%s'](%s)", f.name, strings.Join(args, ", ")))
			n++
		}
	}
	t.Logf("%d calls", n)
}

// draw is a source of numbers that are the same in every run.
func draw(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(1, h.Sum64())) //nolint:gosec // tests are to be repeatable
}

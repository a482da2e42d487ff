package jsonnet_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

func TestOwnOrigins(t *testing.T) {
	req := request(t, "a.jsonnet", map[string]string{
		"a.jsonnet": `local m = import 'monctl/rules.libsonnet';
local other = import 'other.libsonnet';
{
  groups: [
    {
      name: 'g',
      rules: [
        m.alert('HostDown', 'up == 0'),
        m.alert('Computed', 'up < %d' % 3) + { 'for': '5m' },
      ] + [
        { alert: 'Plain' + i, expr: 'vector(1)' + i }
        for i in [1, 2]
      ] + other.rules,
    } + { [std.toString(x)]: x for x in [1] } + { name+: 'h' },
  ],
  sorted: std.sort(['b', 'a']),
  mapped: std.map(function(x) x, [true]),
  merged: std.mergePatch({ a: 1 }, { b: null, c: 2 }),
}
`,
		"other.libsonnet": "{\n  rules: [\n    { record: 'a' + ':b',\n      expr: 1 + 1 },\n  ],\n}\n",
	})
	req.Transform = "function(v) if std.isObject(v) then v"
	o := evaluate(t, jsonnet.Own(), req).Origin
	for pointer, want := range map[string]string{
		"/groups/0/rules/0/expr":  "a.jsonnet:8:29", // through the library's function
		"/groups/0/rules/0/alert": "a.jsonnet:8:17",
		"/groups/0/rules/0/more":  "a.jsonnet:8:9", // made by the library: the element
		"/groups/0/rules/0":       "a.jsonnet:8:9",
		"/groups/0/rules/1/for":   "a.jsonnet:9:55",
		"/groups/0/rules/1/expr":  "a.jsonnet:9:29",
		"/groups/0/rules/1":       "a.jsonnet:9:9",
		"/groups/0/rules/2/expr":  "a.jsonnet:11:37",
		"/groups/0/rules/3/alert": "a.jsonnet:11:18",
		"/groups/0/rules/3":       "a.jsonnet:11:9",
		"/groups/0/rules/4/expr":  "other.libsonnet:4:13",
		"/groups/0/rules/4":       "other.libsonnet:3:5",
		"/groups/0/name":          "a.jsonnet:14:58",
		"/groups/0/1":             "a.jsonnet:14:42",
		"/sorted/0":               "a.jsonnet:16:26",
		"/mapped/0":               "a.jsonnet:17:35",
		"/merged/a":               "a.jsonnet:18:31",
		"/merged/c":               "a.jsonnet:18:50",
		"/nope":                   "a.jsonnet:3:1",
		"":                        "a.jsonnet:3:1",
	} {
		if got := o.At(pointer).String(); got != want {
			t.Errorf("At(%q) = %s, want %s", pointer, got, want)
		}
	}
	for pointer, want := range map[string]string{
		"/groups/0/name":         "a.jsonnet:14:51",
		"/groups/0/rules/0/expr": "", // only the library names it
		"/nope":                  "",
	} {
		if got := o.(interface{ Named(string) diag.Span }).Named(pointer).String(); got != want {
			t.Errorf("Named(%q) = %s, want %s", pointer, got, want)
		}
	}
}

func TestOwnLimits(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		limits   jsonnet.Limits
		want     string
	}{
		{"time", "local f(n) = if n == 0 then 0 else f(n - 1) tailstrict;\n{ a: f(1e15) }", jsonnet.Limits{Timeout: 10 * time.Millisecond}, "error[jsonnet/timeout]: the evaluation takes longer than 10ms"},
		{"steps", "local f(n) = if n == 0 then 0 else f(n - 1) tailstrict;\nf(1e15)", jsonnet.Limits{MaxSteps: 1e5}, "error[jsonnet/timeout]: the evaluation takes more than 100000 steps"},
		{"array", "std.length(std.makeArray(1e9, function(i) i))", jsonnet.Limits{MaxMemory: 100 << 20}, "a.jsonnet:1:12: error[jsonnet/memory]: the evaluation needs more than 100 MiB of memory"},
		{"string", "local f(s, n) = if n == 0 then s else f(s + s, n - 1) tailstrict;\nstd.length(f('xy', 100))", jsonnet.Limits{MaxMemory: 100 << 20}, "error[jsonnet/memory]: "},
		{"array doubled", "local f(s, n) = if n == 0 then s else f(s + s, n - 1) tailstrict;\nf([1], 60)", jsonnet.Limits{MaxMemory: 100 << 20}, "error[jsonnet/memory]: the evaluation needs more than 100 MiB"},
		{"repeated", "std.repeat('abc', 1e9)", jsonnet.Limits{MaxMemory: 100 << 20}, "error[jsonnet/memory]: the evaluation needs more than 100 MiB"},
		{"output", "local f(n) = if n == 0 then 'x' else local a = f(n - 1); [a, a];\nf(40)", jsonnet.Limits{MaxMemory: 100 << 20}, "error[jsonnet/memory]: the evaluation needs more than 100 MiB"},
		{"stack", "local f(n) = 1 + f(n + 1);\nf(1)", jsonnet.Limits{MaxStack: 1 << 40}, "a.jsonnet:1:18: error[jsonnet/runtime]: max stack frames exceeded"},
		{"nested values", "local f(n) = if n == 0 then [] else [f(n - 1)];\nf(1e9)", jsonnet.Limits{MaxStack: 1 << 40, MaxMemory: 200 << 20}, "error[jsonnet/memory]: the evaluation needs more than 200 MiB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req := request(t, "a.jsonnet", map[string]string{"a.jsonnet": tc.in})
			req.Limits = tc.limits
			_, diags, err := jsonnet.Own().Evaluate(t.Context(), req)
			if err != nil || !strings.Contains(diags.String(), tc.want) {
				t.Errorf("%v %v, want %s", diags, err, tc.want)
			}
		})
	}
}

func TestOwnIsCancelled(t *testing.T) {
	req := request(t, "a.jsonnet", map[string]string{"a.jsonnet": "local f(n) = if n == 0 then 0 else f(n - 1) tailstrict; f(1e15)"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := jsonnet.Own().Evaluate(ctx, req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestVerify(t *testing.T) {
	e := jsonnet.Verify(jsonnet.Own(), jsonnet.Upstream())
	req := request(t, "a.jsonnet", map[string]string{"a.jsonnet": "{ a: 1 }", "b.jsonnet": "{ a: error 'x' }"})
	if got := compact(evaluate(t, e, req).JSON); got != `{"a":1}` {
		t.Errorf("got %s", got)
	}
	req.File = "b.jsonnet"
	_, diags, err := e.Evaluate(t.Context(), req)
	if err != nil || diags.String() != "b.jsonnet:1:6: error[jsonnet/runtime]: x" {
		t.Errorf("%v %v", diags, err)
	}
	functions := request(t, "a.jsonnet", map[string]string{"a.jsonnet": "{ a: [{ 'b/c': function(x) x }] }"})
	_, diags, err = e.Evaluate(t.Context(), functions) // upstream knows no place
	if err != nil || diags.String() != "a.jsonnet:1:9: error[jsonnet/runtime]: couldn't manifest function as JSON" || diags[0].Pointer != "/a/0/b~1c" {
		t.Errorf("%v %v", diags, err)
	}
	e = jsonnet.Verify(jsonnet.Own(), other{jsonnet.Own()})
	_, diags, err = e.Evaluate(t.Context(), req)
	if diff := cmp.Diff("b.jsonnet: error[jsonnet/verify]: the engines disagree: only the first fails: b.jsonnet:1:6: error[jsonnet/runtime]: x", strings.SplitN(diags.String(), "\n", 2)[len(strings.Split(diags.String(), "\n"))-1]); diff != "" || err != nil {
		t.Errorf("%v %v", diags, err)
	}
}

// other is an engine that is wrong.
type other struct{ jsonnet.Engine }

func (o other) Evaluate(ctx context.Context, req jsonnet.Request) (*jsonnet.Result, diag.List, error) {
	req.File = "a.jsonnet"
	return o.Engine.Evaluate(ctx, req)
}

func TestTracesAreThoseOfUpstream(t *testing.T) {
	req := request(t, "a: 7 b.jsonnet", map[string]string{
		"a: 7 b.jsonnet": "// a name with a colon\nlocal x = std.trace('one: 2 three', 1);\n[x, std.trace('two\nlines', 2)]",
	})
	var traces [2][]jsonnet.Trace
	for i, e := range []jsonnet.Engine{jsonnet.Own(), jsonnet.Upstream()} {
		req.Trace = func(tr jsonnet.Trace) { traces[i] = append(traces[i], tr) }
		evaluate(t, e, req)
	}
	var lines [2][]string
	for i := range traces {
		for _, tr := range traces[i] {
			lines[i] = append(lines[i], tr.String())
		}
	}
	if diff := cmp.Diff(lines[1], lines[0]); diff != "" || len(lines[0]) != 2 {
		t.Errorf("traces (-upstream +own):\n%s", diff)
	}
	var diags diag.List
	traces[0][1].AddTo(&diags)
	if d := diags[0]; d.Summary != "two" || d.Detail != "two\nlines" || d.Span.Start.Line != 3 || d.Severity != diag.Info {
		t.Errorf("finding %+v", d)
	}
}

func TestProfile(t *testing.T) {
	req := request(t, "a.jsonnet", map[string]string{
		"a.jsonnet":     "local b = import 'b.libsonnet'; local light(n) = n; { heavy: b.heavy(14), light: light(1) }",
		"b.libsonnet":   "{ heavy(n): if n < 2 then 1 else $.heavy(n - 1) + $.heavy(n - 2) }",
		"none.jsonnet":  "1",
		"other.jsonnet": "1",
	})
	req.Profile = vm.NewProfile()
	evaluate(t, jsonnet.Own(), req)
	lines, files := req.Profile.Lines(), req.Profile.Files()
	if len(lines) == 0 || lines[0].File != "b.libsonnet" || lines[0].Total < lines[0].Self || lines[0].SelfBytes == 0 {
		t.Errorf("lines %+v", lines)
	}
	if len(files) == 0 || files[0].File != "b.libsonnet" {
		t.Errorf("files %+v", files)
	}
}

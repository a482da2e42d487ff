package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/jsonnet"
)

// runaways are programs that never end, or that would need all of the memory.
// Each must end in one diagnostic whose summary holds one of the words, or
// whose code is jsonnet/word. Some end earlier, in upstream's own bounds.
var runaways = map[string]struct {
	program string
	words   []string
	stack   int
}{
	"recursion":                  {program: "local f(n) = 1 + f(n + 1); f(0)", words: []string{"max stack frames exceeded"}},
	"recursion, no stack limit":  {program: "local f(n) = 1 + f(n + 1); f(0)", words: []string{"stack", "memory"}, stack: 1 << 40},
	"recursion through fields":   {program: "{ a: self.b, b: self.c, c: self.a }", words: []string{"max stack frames exceeded"}},
	"recursion through arrays":   {program: "local a = [a[0] + 1]; a", words: []string{"max stack frames exceeded"}},
	"recursion through assert":   {program: "{ assert self.a == 1, a: self.a }", words: []string{"max stack frames exceeded"}},
	"self as a field":            {program: "{ a: self }", words: []string{"max stack frames exceeded"}},
	"self, no stack limit":       {program: "{ a: self }", words: []string{"stack", "memory"}, stack: 1 << 40},
	"endless tail call":          {program: "local f(n) = f(n + 1) tailstrict; f(0)", words: []string{"timeout"}},
	"endless list by tail calls": {program: "local f(a) = f([a]) tailstrict; f([])", words: []string{"timeout", "memory"}},
	"large array":                {program: "std.makeArray(1e9, function(i) i)", words: []string{"memory"}},
	"large array, length only":   {program: "std.length(std.makeArray(1e9, function(i) i))", words: []string{"memory"}},
	"large range":                {program: "std.range(1, 1e9)", words: []string{"memory"}},
	"large repetition":           {program: "std.repeat('x', 1e9)", words: []string{"memory"}},
	"repetition of arrays":       {program: "std.repeat([1], 1e9)", words: []string{"memory"}},
	"wide format":                {program: "'%1000000000d' % 1", words: []string{"memory", "max stack frames exceeded"}},
	"precise format":             {program: "'%.1000000000f' % 1", words: []string{"memory", "Overflow"}},
	"doubling strings":           {program: "local f(s, n) = if n == 0 then s else f(s + s, n - 1) tailstrict; std.length(f('x', 60))", words: []string{"memory"}},
	"doubling by foldl":          {program: "std.length(std.foldl(function(s, i) s + s, std.range(1, 60), 'x'))", words: []string{"memory"}},
	"doubling arrays":            {program: "std.length(std.foldl(function(a, i) a + a, std.range(1, 60), [1]))", words: []string{"memory"}},
	"doubling by join":           {program: "std.length(std.foldl(function(s, i) std.join(s, [s, s, s]), std.range(1, 40), 'x'))", words: []string{"memory", "timeout"}},
	"doubling by replace":        {program: "std.length(std.foldl(function(s, i) std.strReplace(s, 'x', 'xx'), std.range(1, 60), 'x'))", words: []string{"memory"}},
	"doubling by escape":         {program: "std.length(std.foldl(function(s, i) std.escapeStringJson(s), std.range(1, 60), '\"'))", words: []string{"memory", "timeout"}},
	"doubling by manifestation":  {program: "local o = std.foldl(function(o, i) { a: o, b: o }, std.range(1, 60), {}); std.manifestJson(o)", words: []string{"memory", "timeout"}},
	"shared tree at the end":     {program: "std.foldl(function(o, i) { a: o, b: o }, std.range(1, 60), {})", words: []string{"memory", "timeout"}},
	"shared tree compared":       {program: "local t(x) = std.foldl(function(o, i) [o, o], std.range(1, 60), [x]); t(1) == t(1)", words: []string{"timeout"}},
	"shared tree flattened":      {program: "std.length(std.flattenDeepArray(std.foldl(function(o, i) [o, o], std.range(1, 60), 1)))", words: []string{"timeout", "memory"}},
	"exponential calls":          {program: "local f(n) = if n == 0 then 1 else f(n - 1) + f(n - 1); f(60)", words: []string{"timeout", "memory"}},
	"exponential comprehension":  {program: "std.length([1 for a in std.range(1, 1e4) for b in std.range(1, 1e4) for c in std.range(1, 1e4)])", words: []string{"timeout", "memory"}},
	"object of a million fields": {program: "local f(o, n) = f(o + { ['k' + n]: 1 }, n + 1) tailstrict; f({}, 0)", words: []string{"timeout", "memory"}},
	"endless filter":             {program: "local f(n) = f(std.length(std.filter(function(x) x > n, std.range(1, 1000)))) tailstrict; f(0)", words: []string{"timeout", "memory"}},
	"sort of a large array":      {program: "std.length(std.sort(std.makeArray(3e7, function(i) -i)))", words: []string{"timeout", "memory"}},
	"cyclic imports":             {program: "import 'cycle.libsonnet'", words: []string{"max stack frames exceeded"}},
	"deep parsing of JSON":       {program: "std.parseJson(std.repeat('[', 1e6) + std.repeat(']', 1e6))", words: []string{"max stack", "exceeded max depth", "depth", "memory"}},
	"deep YAML":                  {program: "std.parseYaml(std.repeat('[', 1e5) + std.repeat(']', 1e5))", words: []string{"depth", "max stack", "memory", "timeout"}},
}

// bounds of a runaway program: a second and 256 MiB, with room above both for
// a machine that does other things.
func bounds() jsonnet.Limits {
	return jsonnet.Limits{Timeout: time.Second, MaxMemory: 256 << 20}
}

// TestRunaways runs the programs on the own engine: upstream's cannot be
// bounded, and some of them would end this process.
func TestRunaways(t *testing.T) {
	own := jsonnet.Own()
	for name, c := range runaways {
		t.Run(name, func(t *testing.T) {
			r := request(t, c.program)
			r.Limits = bounds()
			r.Limits.MaxStack = c.stack
			result, diags, err := own.Evaluate(t.Context(), r)
			if err != nil || result != nil || len(diags) != 1 {
				t.Fatalf("result %v, diagnostics %v, error %v: want one diagnostic", result != nil, diags, err)
			}
			for _, word := range c.words {
				if strings.Contains(diags[0].Summary, word) || diags[0].Code == "jsonnet/"+word || word == "memory" && diags[0].Code == "jsonnet/timeout" {
					return
				}
			}
			t.Errorf("%v: none of %q", diags, c.words)
		})
	}
	// The engine is as good as before.
	if got := answer(t, own, "1 + 1"); got != "=> 2" {
		t.Errorf("after all that, 1 + 1 is %s", got)
	}
}

// TestDeepNesting has values as deep as the stack allows, and deeper.
func TestDeepNesting(t *testing.T) {
	own := jsonnet.Own()
	for _, depth := range []int{10, 100, 5000, 200000} {
		for _, program := range []string{
			"local f(n) = if n == 0 then 1 else [f(n - 1)]; f(%d)",
			"local f(n) = if n == 0 then 1 else { a: f(n - 1) }; f(%d)",
			"std.length(std.manifestJsonMinified(std.foldl(function(a, i) [a], std.range(1, %d), 1)))",
			"std.length(std.toString(std.foldl(function(a, i) { a: a }, std.range(1, %d), 1)))",
			"std.foldl(function(a, i) [a], std.range(1, %[1]d), 1) == std.foldl(function(a, i) [a], std.range(1, %[1]d), 1)",
			"std.foldl(function(a, i) a + 1, std.range(1, %d), 0)",
			"std.foldl(function(o, i) o + { a: super.a + 1 }, std.range(1, %d), { a: 0 }).a",
		} {
			r := request(t, fmt.Sprintf(program, depth))
			r.Limits = jsonnet.Limits{MaxStack: 1 << 30, Timeout: 5 * time.Minute, MaxMemory: 256 << 20}
			if _, diags, err := own.Evaluate(t.Context(), r); err != nil {
				t.Errorf("%s, %d deep: %v %v", program, depth, diags, err)
			}
		}
	}
}

// TestDeepPrograms has program text that is nested more deeply than a person
// would write; the parser must not overflow its stack.
func TestDeepPrograms(t *testing.T) {
	own := jsonnet.Own()
	for _, n := range []int{100, 100000} {
		for name, program := range map[string]string{
			"arrays":      strings.Repeat("[", n) + strings.Repeat("]", n),
			"parentheses": strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
			"unary":       strings.Repeat("!", n) + "true",
			"objects":     strings.Repeat("{a:", n) + "1" + strings.Repeat("}", n),
			"functions":   strings.Repeat("function(x) ", n) + "1",
			"sum":         "1" + strings.Repeat(" + 1", n),
			"unclosed":    strings.Repeat("[", n),
		} {
			r := request(t, program)
			r.Limits = jsonnet.Limits{Timeout: 5 * time.Minute, MaxMemory: 2 << 30}
			if _, _, err := own.Evaluate(t.Context(), r); err != nil {
				t.Errorf("%s, %d deep: %v", name, n, err)
			}
		}
	}
}

func TestCancellation(t *testing.T) {
	own := jsonnet.Own()
	before := runtime.NumGoroutine()
	for _, name := range []string{"endless tail call", "exponential calls", "exponential comprehension", "shared tree compared"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("enough of it")
		done := make(chan error, 1)
		go func() {
			_, _, err := own.Evaluate(ctx, request(t, runaways[name].program))
			done <- err
		}()
		time.Sleep(10 * time.Millisecond) // let it begin; nothing depends on it
		cancel(cause)
		select {
		case err := <-done:
			if !errors.Is(err, cause) {
				t.Errorf("%s: error %v, want the cause of the cancellation", name, err)
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("%s goes on after its cancellation", name)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

// TestParallel evaluates the same programs many times at once, in one engine
// and through one importer, beside others that are stopped by their limits.
// It is meant for the race detector.
func TestParallel(t *testing.T) {
	own := jsonnet.Own()
	var texts []string
	for seed := range uint64(40) {
		texts = append(texts, generate(seed).String())
	}
	texts = append(texts,
		"(import 'sub/up.libsonnet') + { l: import 'lib.libsonnet', t: importstr 'text.txt', b: importbin 'bytes.bin' }",
		"local v = import 'value.libsonnet'; [v { v: i }.v for i in std.range(1, 100)]",
		"std.manifestYamlDoc({ a: [1, 2, { b: 'c' }], s: std.sort([3, 1, 2]), f: '%05.2f' % 1.5 })",
	)
	want := make([]string, len(texts))
	importer := jsonnet.NewImporter(filepath.Join("testdata", "imports"), []string{"lib"}, nil)
	shared := func(i int) jsonnet.Request {
		r := limited(t, texts[i])
		name := fmt.Sprintf("program%d.jsonnet", i)
		importer.Provide(name, []byte(texts[i]))
		r.File, r.Importer = name, importer
		return r
	}
	for i := range texts {
		want[i] = answerTo(t.Context(), jsonnet.Own(), shared(i))
	}
	var wait sync.WaitGroup
	for worker := range 16 {
		wait.Go(func() {
			if worker%8 == 0 {
				r := request(t, runaways["doubling strings"].program)
				r.Limits = jsonnet.Limits{Timeout: time.Second, MaxMemory: 16 << 20}
				if _, diags, err := own.Evaluate(t.Context(), r); err != nil || len(diags) != 1 {
					t.Errorf("runaway: %v %v", diags, err)
				}
			}
			for round := range 3 {
				for j := range texts {
					i := (j + worker*7 + round) % len(texts)
					if got := answerTo(t.Context(), own, shared(i)); got != want[i] && !strings.Contains(got, "max stack") {
						t.Errorf("worker %d:\n%s\nwant %s\ngot  %s", worker, texts[i], want[i], got)
					}
				}
			}
		})
	}
	wait.Wait()
}

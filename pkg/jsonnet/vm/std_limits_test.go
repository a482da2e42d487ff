package vm_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// TestStandardLibraryLimits runs programs that never end, or want more than there is, within
// loops and recursions in Go.
func TestStandardLibraryLimits(t *testing.T) {
	en := newEngines()
	const dag = "local dag = std.foldl(function(x, _) [x, x], std.range(1, 60), []); "
	const loop = "local loop = [loop]; local ring = { a: ring }; "
	const text = "local text = std.repeat('ab', 1e6); local list = std.range(1, 1e5); "
	for _, tc := range []struct {
		limit vm.Limit
		exprs []string
	}{
		{vm.LimitMemory, []string{
			"std.makeArray(2e9, function(i) i)", "std.makeArray(1e8, function(i) [i])", "std.range(1, 2e9)", "std.repeat('abc', 2e9)", "std.repeat([1, 2], 2e9)", "std.repeat(std.repeat('a', 2e7), 2e9)",
			"std.length(std.foldl(function(s, _) s + s, std.range(1, 45), 'ab')[0])", "std.length(std.foldl(function(s, _) s + s, std.range(1, 70), 'ab'))",
			"std.foldl(function(s, _) '%s%s' % [s, s], std.range(1, 60), 'ab')", "std.foldl(function(s, _) std.join('', [s, s]), std.range(1, 60), 'ab')", "std.foldl(function(s, _) std.strReplace(s, 'a', 'aa'), std.range(1, 60), 'ab')",
			"std.foldl(function(a, _) a + a, std.range(1, 60), [1])", "std.foldl(function(a, _) std.flattenArrays([a, a]), std.range(1, 60), [1])", "std.foldl(function(a, _) std.join([], [a, a]), std.range(1, 60), [1])", "std.foldl(function(a, _) std.flatMap(function(x) [x, x], a), std.range(1, 60), [1])", "std.foldl(function(s, _) std.flatMap(function(x) x + x, s), std.range(1, 60), 'ab')", "std.foldl(function(s, _) std.escapeStringJson(s), std.range(1, 60), '\"')", "std.foldl(function(s, _) std.base64(s), std.range(1, 90), 'ab')",
			dag + "dag", dag + "std.manifestJsonEx(dag, '')", dag + "std.manifestYamlDoc(dag)", dag + "std.manifestToml({ a: dag })", strings.Replace(dag, "60", "22", 1) + "std.manifestPython(dag)", dag + "'' + dag", strings.Replace(dag, "[])", "[[1]])", 1) + "std.flattenDeepArray(dag)", strings.Replace(dag, "[])", "['ab'])", 1) + "std.deepJoin(dag)", strings.Replace(dag, "[])", "[[1]])", 1) + "std.prune(dag)",
			text + "std.map(function(x) std.split(text, 'a'), list)", text + "std.map(function(x) std.stringChars(text), list)", text + "std.map(function(x) std.encodeUTF8(text), list)", text + "std.map(function(x) std.asciiUpper(text), list)", text + "std.map(function(x) std.findSubstr('a', text), list)", text + "std.map(function(x) std.sort(list), list)", text + "std.map(function(x) std.setUnion(list, list), list)", text + "std.map(function(x) std.reverse(list), list)", text + "std.map(function(x) list[1:], list)", text + "std.map(function(x) text[1:], list)", text + "std.map(function(x) std.map(function(x) x, list), list)", text + "std.map(function(x) std.filter(function(x) true, list), list)", text + "std.map(function(x) std.mapWithIndex(function(i, x) i, list), list)",
		}},
		{vm.LimitStack, []string{
			dag + "std.manifestPython(dag)", // as upstream, whose function takes several places a level
			loop + "loop", loop + "ring", loop + "'' + ring", loop + "std.prune(ring)", loop + "std.prune(loop)", loop + "std.flattenDeepArray(loop)", loop + "std.deepJoin(loop)", loop + "loop == [loop]", loop + "ring == { a: ring }", loop + "loop < [loop]",
			"local f(x) = std.map(f, [x])[0]; f(1)", "local f(x) = std.foldl(function(a, b) f(b), [x], 0); f(1)", "local f(x) = std.sort([1, 2], f); f(1)", "local f(x) = std.filter(f, [x]); f(1)", "local f(x) = '%s' % f(x); f(1)", "local f(x) = std.format('%s', [f(x)]); f(1)", "local a = std.length(a); a",
		}},
	} {
		for _, expr := range tc.exprs {
			runtime.GC() // what other programs have left is not counted
			e := en.machine.New(vm.Options{MaxMemory: 24 << 20})
			v, err := e.File(t.Context(), entry, []byte(expr))
			if err == nil {
				_, _, err = e.JSON(t.Context(), v)
			}
			var re *vm.Error
			if !errors.As(err, &re) || re.Limit != tc.limit {
				t.Errorf("%s: %v, want limit %s", expr, err, tc.limit)
			}
		}
	}
}

// TestStandardLibraryCancel ends programs that run for long in Go.
func TestStandardLibraryCancel(t *testing.T) {
	en := newEngines()
	const list = "local list = std.range(1, 1e5); "
	for _, expr := range []string{
		list + "[std.sort(list, function(x) -x) for x in list]", list + "[std.count(list, x) for x in list]", list + "[std.member(list, 0) for x in list]", list + "[std.find(0, list) for x in list]",
		list + "[std.setInter(list, list) for x in list]", list + "[std.uniq(list)[0] for x in list]", list + "[std.sum(list) for x in list]", list + "[std.minArray(list) for x in list]", list + "[std.prune(list)[0] for x in list]",
		list + "[list == std.reverse(std.reverse(list)) for x in list]", list + "[std.all(std.map(function(x) true, list)) for x in list]", list + "[std.length(std.join('', std.map(std.toString, list))) for x in list]",
		list + "[std.length(std.manifestJson(list)) for x in list]", list + "[std.length(std.stripChars(std.repeat(' ', 1e5), ' ')) for x in list]", list + "[std.length('%s' % [list]) for x in list]",
		list + "[std.mergePatch({ [std.toString(x)]: x for x in list }, { a: 1 }).a for x in list]", list + "std.foldl(function(a, x) a + 1, std.makeArray(1e7, function(i) i), 0)",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		e := en.machine.New(vm.Options{})
		v, err := e.File(ctx, entry, []byte(expr))
		if err == nil {
			_, _, err = e.JSON(ctx, v)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", expr, err)
		}
		cancel()
	}
}

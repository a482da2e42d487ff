package vm_test

import (
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// TestStandardLibraryOrigins follows values through functions that keep them:
// the string 'here' is made where it stands in the program.
func TestStandardLibraryOrigins(t *testing.T) {
	en := newEngines()
	for expr, path := range map[string]string{
		"std.map(function(x) x, ['here'])":                                          "0",
		"std.map(function(x) { a: x }, ['here'])":                                   "0/a",
		"std.map(function(x) 'here', [1])":                                          "0",
		"std.mapWithIndex(function(i, x) x, ['here'])":                              "0",
		"std.mapWithKey(function(k, v) v, { a: 'here' })":                           "a",
		"std.filter(function(x) true, ['here'])":                                    "0",
		"std.filterMap(function(x) true, function(x) x, ['here'])":                  "0",
		"std.flatMap(function(x) [x], ['here'])":                                    "0",
		"[y for x in [['here']] for y in x]":                                        "0",
		"std.foldl(function(a, x) a + [x], ['here'], [])":                           "0",
		"std.foldr(function(x, a) a + { a: x }, ['here'], {})":                      "a",
		"std.sort(['z', 'here'])":                                                   "0",
		"std.set(['z', 'here'])":                                                    "0",
		"std.uniq(['here', 'z'])":                                                   "0",
		"std.setUnion(['here'], ['z'])":                                             "0",
		"std.setInter(['here'], [std.substr('here', 0, 4)])":                        "0",
		"std.setDiff(['here'], ['z'])":                                              "0",
		"std.reverse(['z', 'here'])":                                                "0",
		"['z', 'here'][1:]":                                                         "0",
		"std.flattenArrays([['here']])":                                             "0",
		"std.flattenDeepArray([[['here']]])":                                        "0",
		"std.join([1], [['here'], [2]])":                                            "0",
		"std.repeat(['here'], 2)":                                                   "1",
		"std.removeAt(['z', 'here'], 0)":                                            "0",
		"[std.minArray(['z', 'here'])]":                                             "0",
		"[std.get({ a: 'here' }, 'a'), std.get({}, 'a', 1)]":                        "0",
		"std.get({}, 'a', ['here'])":                                                "0",
		"[std.stripChars('here', 'e')]":                                             "0",
		"std.objectValues({ a: 'here' })":                                           "0",
		"std.objectKeysValues({ a: 'here' })":                                       "0/value",
		"std.prune({ a: ['here', null], b: {} })":                                   "a/0",
		"std.prune([{ a: 'here', b: null }])":                                       "0/a",
		"std.mergePatch({ a: { b: 'here' }, c: 1 }, { a: { d: 1 } })":               "a/b",
		"std.mergePatch({ a: { b: 1 }, c: 1 }, { a: { d: 'here' } })":               "a/d",
		"std.mergePatch({ a: 1 }, { a: 'here' })":                                   "a",
		"std.objectRemoveKey({ a: 1, b: 'here' }, 'a')":                             "b",
		"[std.trace('x', 'here')]":                                                  "0",
		"[std.toString('here'), std.max(1, 2)]":                                     "0",
		"{ a: { b+: { c: 'here' } } + { b+: { d: 1 } } }":                           "a/b/c",
		"local f(x) = { [k]: x[k] for k in std.objectFields(x) }; f({ a: 'here' })": "a",
	} {
		e := en.machine.New(vm.Options{})
		v, err := e.File(t.Context(), entry, []byte(expr))
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		_, origins, err := e.JSON(t.Context(), v)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		steps := strings.Split(path, "/")
		found := origins.Lookup(steps)
		if len(found) != len(steps)+1 {
			t.Errorf("%s: no value at %s", expr, path)
			continue
		}
		want := strings.Index(expr, "'here'") + 1
		if got := found[len(found)-1].Made.Begin.Column; got != want {
			t.Errorf("%s: /%s was made in column %d, want %d", expr, path, got, want)
		}
	}
}

package vm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tracedArguments print a line when they are evaluated, and so do their parts.
var tracedArguments = []string{
	"null", "true", "1", "-1", "2", "'a'", "'abc'", "''", "'%s-%d'",
	"[]", "[std.trace('e0', 1), std.trace('e1', 2), std.trace('e2', 3)]", "[std.trace('e0', 'b'), std.trace('e1', 'a')]", "[std.trace('e0', [std.trace('e00', 1)]), std.trace('e1', [2])]", "[std.trace('e0', true), std.trace('e1', false)]", "[std.trace('e0', { a: std.trace('e0a', 1) })]", "[std.trace('e0', 1), std.trace('e1', 'a')]", "[std.trace('e0', null), std.trace('e1', {})]",
	"{}", "{ a: std.trace('fa', 1), b:: std.trace('fb', 2), c: std.trace('fc', null) }", "{ a: std.trace('fa', { b: std.trace('fab', null), d: std.trace('fad', 1) }) }", "{ a: std.trace('fa', 1), assert std.trace('assert', true) }",
	"(function(x) x)", "(function(x, y) x)", "(function(x, y) y)", "(function(x) true)", "(function(x) [x, 1])", "(function(x, y=std.trace('default', 1)) 5)",
}

// TestOrder compares what is evaluated, and in which order.
func TestOrder(t *testing.T) {
	en := newEngines()
	n := 0
	for _, f := range stdSignatures(t) {
		r := draw(f.name)
		for range *draws {
			args := make([]string, len(f.params))
			for j := range args {
				args[j] = fmt.Sprintf("std.trace('argument %d', %s)", j, tracedArguments[r.IntN(len(tracedArguments))])
			}
			expr := fmt.Sprintf("std['%s'](%s)", f.name, strings.Join(args, ", "))
			want, got := en.upstream(t, expr), en.own(t, expr)
			switch f.name {
			case "setInter", "setDiff", "mergePatch": // upstream evaluates tailstrict arguments in random order
				want.Trace, got.Trace = sortLines(want.Trace), sortLines(got.Trace)
			}
			report(t, expr, want, got)
			n++
		}
	}
	t.Logf("%d calls", n)
}

func sortLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestFormats formats random values with random formats.
func TestFormats(t *testing.T) {
	en := newEngines()
	r := draw("format")
	values := []string{
		"0", "-0", "1", "-1", "0.5", "-0.5", "1.5", "2.5", "0.05", "9.995", "99.95", "1e-5", "0.0001", "123456.789", "1e15", "1e16", "1e21", "1e100", "-1e300", "5e-324", "1e-300", "3.14159265358979", "51", "-51", "1000", "0.1", "1 / 3", "9007199254740993", "999999.5", "0.999999999",
		"'a'", "''", "'äö'", "'longer than wide'", "null", "true", "[1, 'x']", "{ a: 1 }", "65", "128512", "'😀'", "(function() 1)",
	}
	for range 40 * *draws {
		var format strings.Builder
		var args []string
		for range 1 + r.IntN(3) {
			format.WriteString(pick(r, "", "x", "ä ", "100%% "))
			format.WriteString("%" + pick(r, "", "", "", "", "(a)") + pick(r, "", "#", "0", "-", " ", "+", "0+", "#0", "-0", "+ ") + pick(r, "", "", "3", "8", "12", "*", "05") + pick(r, "", "", ".", ".0", ".1", ".3", ".10", ".*") + pick(r, "", "", "l", "h") + pick(r, "d", "i", "u", "o", "x", "X", "e", "E", "f", "F", "g", "G", "c", "s", "%", "s", "d", "f", "z", ""))
			for range 1 + strings.Count(format.String(), "*") - strings.Count(strings.Join(args, ""), "\n") {
				args = append(args, values[r.IntN(len(values))])
			}
		}
		arg := "[" + strings.Join(args, ", ") + "]"
		switch r.IntN(6) {
		case 0:
			arg = "{ a: " + args[0] + " }"
		case 1:
			arg = args[0]
		}
		en.compare(t, pick(r, "std.mod(", "std.format(")+strconv.Quote(format.String())+", "+arg+")")
	}
}

// TestManifests writes random values in every format.
func TestManifests(t *testing.T) {
	en := newEngines()
	r := draw("manifest")
	for range 4 * *draws {
		v := randomValue(r, 4)
		for _, f := range []string{
			"x", "'' + x", "std.manifestJson(x)", "std.manifestJsonMinified(x)", "std.manifestJsonEx(x, '\t', '\r\n', ' = ')",
			"std.manifestYamlDoc(x)", "std.manifestYamlDoc(x, true, false)", "std.manifestYamlDoc(x, quote_keys=false)", "std.manifestYamlStream(x)", "std.manifestYamlStream([x, x], true, false, false)",
			"std.manifestToml(x)", "std.manifestTomlEx({ a: x, b: { c: x } }, '    ')", "std.manifestPython(x)", "std.manifestPythonVars(x)", "std.manifestIni({ main: x, sections: { s: x } })",
			"std.prune(x)", "std.mergePatch(x, x)", "std.flattenDeepArray(x)", "std.parseJson(std.manifestJson(x)) == x", "std.parseYaml(std.manifestYamlDoc(x))", "x == x", "std.manifestXmlJsonml(x)",
		} {
			en.compare(t, "local x = "+v+"; "+f)
		}
	}
}

func randomValue(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(3) == 0 {
		return pick(r, "null", "true", "false", "0", "-0", "1.5", "1e20", "0.1", "-1e-10", "''", "'a'", "'two\\nlines'", "'ends\\n'", "'\\n'", "'a\\n\\nb\\n'", "'ü \"q\" \\\\ \\u2028\\u007f\\u0085'", "'yes'", "'- a'", "[]", "{}")
	}
	var parts, keys []string
	array := r.IntN(2) == 0
	for i := range r.IntN(4) {
		part := randomValue(r, depth-1)
		if !array {
			key := pick(r, "a", "b c", "0x1f", "0b1", "2020-01-01", "12", "1e3", "on", "-", "---", "a/b.c-d_e", "ä", "\"", "", ".inf", "NULL", "1_0", "-0b1", "x0xf", "1-2", "n", "h", "0b12", "1__", "-.inf", "0x", "infinity", "nan", "0x1p-2", "+1", "1.", "0o7")
			if slices.Contains(keys, key) {
				key += " " + strconv.Itoa(i)
			}
			keys = append(keys, key)
			part = "'" + key + "'" + pick(r, ":", ":", ":", "::") + " " + part
		}
		parts = append(parts, part)
	}
	if array {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

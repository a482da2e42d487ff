package jsonnet_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/jsonnet"
)

// TestSessionOfLateBoundFiles edits files that are added up to one object, whose
// fields read each other through self, super and $, at random: by another
// expression, another order of lines, comments, blank lines and mistakes. The
// session says what a fresh engine says, with the same places.
func TestSessionOfLateBoundFiles(t *testing.T) {
	taken := 0
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 11))
		w := &watched{project: project{t, t.TempDir()}, session: jsonnet.NewSession()}
		const files = 3
		var sum []string
		texts := make([][]string, files)
		for i := range files {
			for range 7 {
				texts[i] = append(texts[i], fieldLine(r))
			}
			sum = append(sum, fmt.Sprintf("(import 'f%d.libsonnet')", i))
		}
		save := func(i int) {
			w.write(fmt.Sprintf("f%d.libsonnet", i), strings.Join(slices.Concat([]string{
				"local top = " + fmt.Sprint(len(texts[i])) + ", twice(x, y=x) = [x, y];", "{", "  local here = self,",
			}, texts[i], []string{"}", ""}), "\n"))
		}
		for i := range files {
			save(i)
		}
		w.write("text.txt", "a text")
		w.write("base.libsonnet", "{ pad:: std.repeat('-', 600), "+
			strings.Join([]string{"a: 1", "b: 2", "c: { x: 3 }", "d: [4]", "e:: 5"}, ", ")+" }")
		w.write("entry.jsonnet", "(import 'base.libsonnet') + "+strings.Join(sum, " + "))
		w.check("cold")
		for step := range 40 {
			i := r.IntN(files)
			lines := texts[i]
			at := r.IntN(len(lines))
			switch r.IntN(12) {
			case 0:
				texts[i] = slices.Insert(lines, at, "  // a comment")
			case 1:
				texts[i] = slices.Insert(lines, at, "")
			case 2:
				if len(lines) > 2 {
					texts[i] = slices.Delete(lines, at, at+1)
				}
			case 3:
				w.write("text.txt", fmt.Sprint("text ", step))
			case 4:
				lines[at] = fieldLine(r)
			case 5, 6, 7, 8, 9:
				lines[at] = otherDigit(r, lines[at])
			default: // the same names
				lines[at] = fieldsOf(lines[at], fieldLine(r))
			}
			save(i)
			w.check(fmt.Sprintf("seed %d, step %d: f%d is\n%s", seed, step, i, strings.Join(texts[i], "\n")))
			taken += w.taken
		}
	}
	if taken < 500 {
		t.Errorf("hardly anything was taken over: %d values", taken)
	}
}

// otherDigit changes a digit of a line's values.
func otherDigit(r *rand.Rand, line string) string {
	name, value, _ := strings.Cut(line, ": ")
	for range 20 {
		if at := r.IntN(len(value) + 1); at < len(value) && '0' <= value[at] && value[at] < '9' {
			return name + ": " + value[:at] + string(value[at]+1) + value[at+1:]
		}
	}
	return line
}

// fieldsOf gives a line the fields of another one.
func fieldsOf(line, value string) string {
	name, _, ok := strings.Cut(line, ": ")
	_, value, found := strings.Cut(value, ": ")
	if !ok || !found || strings.Contains(line, "\n") != strings.Contains(value, "\n") {
		return line
	}
	return name + ": " + value
}

// fieldLine is a field of an object, or a few, on one line.
func fieldLine(r *rand.Rand) string {
	name := func() string { return string("abcde"[r.IntN(5)]) }
	see := func(v string) string {
		return fmt.Sprintf("{ v: std.native('see')('%d', %s), pad: $.pad }", r.IntN(1000), v)
	}
	var value func(depth int) string
	value = func(depth int) string {
		if depth == 0 {
			return fmt.Sprint(r.IntN(9))
		}
		in := func() string { return value(depth - 1) }
		switch r.IntN(16) {
		case 0:
			return "$." + name()
		case 1:
			return "here." + name()
		case 2:
			return fmt.Sprintf("local l = %s; [l, %s]", in(), in())
		case 3:
			return fmt.Sprintf("[i + top for i in std.range(0, %d)]", r.IntN(3))
		case 4:
			return fmt.Sprintf("twice(%s)", in())
		case 5:
			return fmt.Sprintf("twice(y=%s, x=top)[%d]", in(), r.IntN(2))
		case 6:
			return "importstr 'text.txt'"
		case 7:
			return fmt.Sprintf("{ assert std.length(std.toString(here.%s)) < 4000, p: %s, q: self.p }", name(), in())
		case 8:
			return fmt.Sprintf("{ [k]: %s for k in ['k%d', 'm'] }", in(), r.IntN(3))
		case 9:
			return fmt.Sprintf("if std.type($.%s) == 'number' then %s else %s", name(), in(), in())
		case 10:
			return fmt.Sprintf("{ local n = %s, o: n, p+: %s } + { p+: [self.o] }", in(), "[1]")
		case 11:
			return fmt.Sprintf("std.map(function(x) [x, %s], [1, 2])", in())
		case 12:
			return fmt.Sprintf("'%%s-%d' %% std.toString($.%s)", r.IntN(9), name())
		case 13:
			return fmt.Sprintf("if '%s' in super then super.%[1]s else %s", name(), in())
		default:
			return see(in())
		}
	}
	hide := []string{":", ":", ":", "::", ":::"}[r.IntN(5)]
	return fmt.Sprintf("  %s%d%s %s,", name(), r.IntN(1000), hide, see(value(2))) +
		[]string{"", "", fmt.Sprintf("\n  %s: %s,", name(), value(1))}[r.IntN(3)]
}

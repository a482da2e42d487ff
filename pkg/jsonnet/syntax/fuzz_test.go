package syntax_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-jsonnet"
)

// FuzzParse checks that both parsers yield the same tree, or the same error.
func FuzzParse(f *testing.F) {
	for _, feature := range features {
		for _, text := range append(feature.well, feature.ill...) {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return // upstream takes the square of the depth
		}
		_ = compare(t, "fuzz", text)
	})
}

// pieces are what mutations insert.
var pieces = strings.Fields(`( ) [ ] { } , ; : :: ::: + - ! ~ +: = == != < <= << in * / % & && | || ||| ||| $ . ..
	self super std a b 1 0 1e3 'a' "b" @'c' '\n' local if then else error assert function for import importstr null true tailstrict
	local~a=1; [x~for~x~in function(a) {[x]:1~for~x~in super.a a:: a: if~a~then error~'a' assert~a: {a:1}.a
	# // /* */ \ " ' ~ ~`)

// mutate changes a program in one place.
func mutate(r *rand.Rand, text string, others []string) string {
	if text == "" {
		return pieces[r.IntN(len(pieces))]
	}
	i := r.IntN(len(text) + 1)
	j := min(len(text), i+r.IntN(8))
	piece := strings.ReplaceAll(pieces[r.IntN(len(pieces))], "~", " ")
	switch r.IntN(7) {
	case 0:
		return text[:i] + text[j:]
	case 1:
		return text[:i] + piece + text[i:]
	case 2:
		return text[:i] + piece + text[j:]
	case 3:
		return text[:i] + text[i:j] + " " + text[i:]
	case 4:
		return text[:i] + "(" + others[r.IntN(len(others))] + ")" + text[j:]
	case 5:
		return text[:i] + others[r.IntN(len(others))] + text[i:]
	default:
		k := r.IntN(len(text) + 1)
		return text[:min(i, k)] + text[max(i, k):]
	}
}

// TestMutations compares on many small changes of programs.
func TestMutations(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 4
	}
	var well []string
	for _, f := range features {
		well = append(well, f.well...)
	}
	r := rand.New(rand.NewPCG(1, 2))
	n, accepted := 0, 0
	for range rounds {
		for _, text := range well {
			for range 1 + r.IntN(4) {
				text = mutate(r, text, well)
				n++
				if compare(t, "mutation", text) == nil {
					accepted++
				}
				if t.Failed() {
					t.Fatalf("the program is %q", text)
				}
			}
		}
	}
	t.Logf("%d programs, %d of them accepted", n, accepted)
}

// TestLibraryMutations compares on changes of the repository's library.
func TestLibraryMutations(t *testing.T) {
	files, err := filepath.Glob("../../../lib/*/*.libsonnet")
	if err != nil || len(files) == 0 {
		t.Fatalf("no library: %v", err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			text := mutate(r, string(data), []string{"a", "{ a: 1 }", "[1]"})
			_ = compare(t, file, text)
			if t.Failed() {
				t.Fatalf("the program is %q", text)
			}
		}
	}
}

// TestDifference checks that the comparison sees what it is to see.
func TestDifference(t *testing.T) {
	const program = "local a(x) = [x { b+: 1 }]; { [c]: a(c) for c in ['d'] }"
	for _, other := range []string{
		" " + program,
		strings.Replace(program, "b+", "b", 1),
		strings.Replace(program, "+:", "::", 1),
		strings.Replace(program, "1", "2", 1),
		strings.Replace(program, "]; ", "] ; ", 1),
		strings.NewReplacer("[c]", "[e]", "(c)", "(e)", "for c", "for e").Replace(program),
		strings.Replace(program, "[x {", "[a {", 1),
		strings.Replace(program, "'d'", "@'d'", 1),
		program + "\n",
	} {
		want, err := jsonnet.SnippetToAST("name", program)
		if err != nil {
			t.Fatal(err)
		}
		got, err := jsonnet.SnippetToAST("name", other)
		if err != nil {
			t.Fatalf("%s: %v", other, err)
		}
		if difference(got, want) == "" {
			t.Errorf("no difference between %q and %q", program, other)
		}
	}
}

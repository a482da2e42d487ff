package conformance_test

import (
	"context"
	"flag"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/jsonnet"
)

var programs = flag.Int("programs", 1500, "how many generated programs to compare")

// limited is a request with limits that a small program keeps.
func limited(t testing.TB, text string) jsonnet.Request {
	r := request(t, text)
	r.Limits = jsonnet.Limits{MaxStack: 150, Timeout: 5 * time.Minute, MaxSteps: 20e6, MaxMemory: 1 << 30}
	return r
}

// pair evaluates with the reference and with the engine that is judged, and
// says how they differ, "" if they do not.
func pair(t testing.TB, own jsonnet.Engine, text string) string {
	t.Helper()
	got := answerTo(t.Context(), own, limited(t, text))
	if isLimit(got) {
		return ""
	}
	want := answerTo(t.Context(), jsonnet.Upstream(), limited(t, text))
	if isLimit(want) || meets("own", got, want) {
		return ""
	}
	// Of two mistakes upstream reports now one, now the other: it goes through
	// the fields of an object in no order.
	for range 12 {
		if meets("own", got, answerTo(t.Context(), jsonnet.Upstream(), limited(t, text))) {
			return ""
		}
	}
	// A function of std as a callback of another: upstream blames the call that
	// asked for the value, own the call that the callback was given to.
	if message := func(a string) string { m, _, _ := strings.Cut(a, " @ "); return m }; message(got) == message(want) && passed.MatchString(text) {
		return ""
	}
	// Where the stack is full depends on what else is on it.
	const full = errorMark + "max stack frames exceeded"
	if strings.HasPrefix(got, full) && strings.HasPrefix(want, full) {
		return ""
	}
	return "go-jsonnet " + want + "\nown        " + got
}

// passed recognises functions of std that are not called but passed on.
var passed = regexp.MustCompile(`std\.\w+[^\w(]`)

// isLimit recognises answers that say nothing about the program.
func isLimit(answer string) bool {
	for _, word := range []string{"the evaluation takes longer than", "the evaluation needs more than", "more than 20000000 steps"} {
		if strings.Contains(answer, word) {
			return true
		}
	}
	return false
}

// kindOf is for shrinking: the same kind of difference, not another one.
func kindOf(difference string) string {
	first, second, _ := strings.Cut(difference, "\n")
	mark := func(s string) string { return strings.Join(strings.Fields(s)[:2], " ") }
	if difference == "" {
		return ""
	}
	return mark(first) + mark(second)
}

// TestGenerated compares the engines on generated programs.
func TestGenerated(t *testing.T) {
	own := jsonnet.Own()
	n := *programs
	if testing.Short() {
		n /= 10
	}
	failures, values := 0, 0
	for seed := range uint64(n) {
		tree := generate(seed)
		d := pair(t, own, tree.String())
		if d == "" {
			if strings.HasPrefix(answerTo(t.Context(), own, limited(t, tree.String())), valueMark) {
				values++
			}
			continue
		}
		small := shrink(tree, func(text string) bool { return kindOf(pair(t, own, text)) == kindOf(d) })
		t.Errorf("seed %d:\n%s\n%s", seed, small, pair(t, own, small.String()))
		if failures++; failures == 20 {
			t.Fatal("enough")
		}
	}
	t.Logf("%d programs, %d of them come to a value", n, values)
	if values < n/5 && failures == 0 {
		t.Errorf("only %d of %d programs come to a value: the generator makes too many that fail", values, n)
	}
}

// shrink makes a program smaller as long as keep says that it still shows the
// same.
func shrink(root *node, keep func(string) bool) *node {
	deadline := time.Now().Add(30 * time.Second)
	for changed := true; changed && time.Now().Before(deadline); {
		changed = false
		for _, n := range nodes(root) {
			before := *n
			for _, candidate := range smaller(&before) {
				*n = candidate
				if len(root.String()) < len(render(root, n, &before)) && keep(root.String()) {
					changed = true
					break
				}
				*n = before
			}
		}
	}
	return root
}

// render is the program as it was with before in the place of n.
func render(root, n, before *node) string {
	now := *n
	*n = *before
	text := root.String()
	*n = now
	return text
}

func nodes(n *node) []*node {
	out := []*node{n}
	for _, c := range n.children {
		out = append(out, nodes(c)...)
	}
	return out
}

// smaller are what a node may be replaced by.
func smaller(n *node) []node {
	var out []node
	for _, c := range n.children {
		if !n.list || n.separator != ", " || !strings.HasPrefix(n.format, "{") {
			out = append(out, *c)
		}
	}
	if n.list {
		for i := range n.children {
			fewer := append(append([]*node{}, n.children[:i]...), n.children[i+1:]...)
			out = append(out, node{format: n.format, separator: n.separator, list: true, children: fewer})
		}
	}
	for _, constant := range []string{"1", "null", "{}", "[]", "''", "true"} {
		if len(n.format) > len(constant) || len(n.children) > 0 {
			out = append(out, node{format: constant})
		}
	}
	return out
}

// FuzzGenerated takes the seed of a generated program.
func FuzzGenerated(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	own := jsonnet.Own()
	f.Fuzz(func(t *testing.T, seed uint64) {
		tree := generate(seed)
		if d := pair(t, own, tree.String()); d != "" {
			t.Errorf("%s\n%s", tree, d)
		}
	})
}

// FuzzText takes the text of a program: whatever it is, the evaluation ends,
// in bounds, and what is not cut short is what go-jsonnet says.
func FuzzText(f *testing.F) {
	for _, c := range allCases(f) {
		f.Add(c.program)
	}
	own := jsonnet.Own()
	f.Fuzz(func(t *testing.T, text string) {
		r := request(t, text)
		r.Limits = jsonnet.Limits{MaxStack: 100, Timeout: 5 * time.Second, MaxSteps: 200000, MaxMemory: 32 << 20}
		got := answerTo(t.Context(), own, r)
		if strings.HasPrefix(got, "FAILED") {
			t.Fatalf("%q\n%s", text, got)
		}
		if strings.Contains(got, "the evaluation ") || strings.Contains(got, " steps") {
			return // go-jsonnet has no such bounds
		}
		want := answerTo(t.Context(), jsonnet.Upstream(), r)
		if !isLimit(want) && !meets("own", got, want) && !strings.Contains(got+want, "max stack frames exceeded") {
			t.Errorf("%q\ngo-jsonnet %s\nown        %s", text, want, got)
		}
	})
}

func answerTo(ctx context.Context, e jsonnet.Engine, r jsonnet.Request) string {
	return describe(e.Evaluate(ctx, r))
}

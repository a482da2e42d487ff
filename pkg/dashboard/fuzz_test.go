package dashboard_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
)

// FuzzJudge: every dashboard has a verdict.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`{"title": "a", "panels": [{"type": "graph", "id": 1, "targets": [{"expr": "up"}]}], "schemaVersion": 14}`, `{"rows": [{"panels": [{"span": 4}]}]}`,
		`{"templating": {"list": [{"name": "a", "type": "query", "query": {"query": "x"}}]}, "schemaVersion": "x"}`, `{"apiVersion": "dashboard.grafana.app/v2beta1", "spec": {"elements": {"a": {"kind": "Panel"}}}}`,
		`{"panels": [{"type": "row", "collapsed": true, "panels": [{}]}], "time": 1, "tags": "a"}`, "[]", "{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, diags := bundle.DecodeYAML("f.yaml", data)
		if diags.HasErrors() || len(docs) == 0 {
			t.Skip("no YAML: its decoder has a fuzz target of its own")
		}
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Dashboard, Space: "f", Name: "d"}, docs[0].Value, docs[0].Origin)
		if err != nil {
			t.Skip("not valid UTF-8, so it cannot be an object")
		}
		if _, err := dashboard.Judge(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	})
}

// variableSyntax is the expression by which Grafana recognises variables.
var variableSyntax = regexp.MustCompile(`\$(\w+)|\[\[(\w+)(?::\w+)?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}`)

func references(text string) []string {
	var names []string
	for _, m := range variableSyntax.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1]+m[2]+m[3])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// FuzzReferences holds what finds variables against that expression.
func FuzzReferences(f *testing.F) {
	for _, seed := range []string{
		"$a ${b} [[c]]", "$$a", "${a.b:c}", "${a.}", "${a:}", "${a:b:c}", "[[a:b]]", "[[a:]]", "[[[a]]", "$[[a]]", "${a", "[[a]", "$", "[[", "${", "${a.b", "${.b}", "${a.b.c}", "$é", "${a.\xff}", "[[a]]]]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := dashboard.References(text), references(text); !slices.Equal(got, want) {
			t.Errorf("References(%q) = %q, want %q", text, got, want)
		}
	})
}

// TestReferencesAtRandom does the same with texts that are made of what matters.
func TestReferencesAtRandom(t *testing.T) {
	parts := []string{"$", "[", "[[", "]", "]]", "${", "{", "}", ".", ":", "a", "bc", "_", "1", " ", "\n", "é", "\xff"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		if got, want := dashboard.References(b.String()), references(b.String()); !slices.Equal(got, want) {
			t.Fatalf("References(%q) = %q, want %q", b.String(), got, want)
		}
	}
}

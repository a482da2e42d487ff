package expr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/expr"
)

// TestEnabled holds Enabled against upstream's parser with all sets of
// features.
func TestEnabled(t *testing.T) {
	names := expr.FeatureNames()
	for text, feature := range map[string]string{
		"up":                             "",
		"rate(up[5m + 1m])":              "",
		"limitk(1, up)":                  "promql-experimental-functions",
		"1 + mad_over_time(up[5m])":      "promql-experimental-functions",
		"up > start()":                   "promql-experimental-functions",
		"rate(up[5m] anchored)":          "promql-extended-range-selectors",
		"rate(up[5m] smoothed)":          "promql-extended-range-selectors",
		"a + fill(0) b":                  "promql-binop-fill-modifiers",
		"a + fill_left(0) limitk(1, up)": "promql-experimental-functions", // and another one, of which is told next
	} {
		e, err := expr.Parse(text)
		if err != nil {
			t.Errorf("%s does not parse: %v", text, err)
			continue
		}
		for set := range 1 << len(names) {
			var f expr.Features
			for i, name := range names {
				if set&(1<<i) != 0 {
					f.Enable(name)
				}
			}
			_, want := f.Parser().ParseExpr(text)
			got := e.Enabled(f)
			if (got == nil) != (want == nil) {
				t.Errorf("%s with %v: %v, upstream says %v", text, f.Names(), got, want)
			}
		}
		var syntax *expr.SyntaxError
		if errors.As(e.Enabled(expr.Features{}), &syntax) != (feature != "") {
			t.Errorf("%s: %v", text, syntax)
		} else if syntax != nil && !strings.Contains(syntax.Hint, "--enable-feature="+feature+";") {
			t.Errorf("%s: hint %q", text, syntax.Hint)
		}
	}
}

func TestFeaturesWith(t *testing.T) {
	a := expr.Features{ExperimentalFunctions: true}
	b := expr.Features{DelayedNameRemoval: true}
	if diff := cmp.Diff([]string{"promql-delayed-name-removal", "promql-experimental-functions"}, a.With(b).Names()); diff != "" {
		t.Error(diff)
	}
	if a.Enable("promql-negative-offset") || len(a.Names()) != 1 {
		t.Errorf("an unknown name enabled something: %v", a.Names())
	}
	if len(expr.AllFeatures().Names()) != len(expr.FeatureNames()) {
		t.Error("not all features are on")
	}
}

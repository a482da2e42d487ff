package lint_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
)

// TestPlacesInExpressions: a finding points into an expression that stands in
// the source as it is, and shows the place in the detail otherwise.
func TestPlacesInExpressions(t *testing.T) {
	for name, tc := range map[string]struct {
		source         string
		open           bool
		span, detail   string
		related        string
		relatedMessage string
	}{
		"literal": {
			"name: g\nrules:\n- record: a:b\n  expr: x - sum by (pod) (sum(y))\n", true,
			"f:4:13-4:34", "", "f:4:27-4:33", `"pod" is dropped here`,
		},
		"block": {
			"name: g\nrules:\n- record: a:b\n  expr: |\n    x -\n      sum by (pod) (sum(y))\n", true,
			"f:6:7-6:28", "", "f:6:21-6:27", `"pod" is dropped here`,
		},
		"folded": {
			"name: g\nrules:\n- record: a:b\n  expr: >-\n    x -\n    sum by (pod) (sum(y))\n", true,
			"f:6:5-6:26", "", "f:6:19-6:25", `"pod" is dropped here`,
		},
		"no source": {
			"name: g\nrules:\n- record: a:b\n  expr: x - sum by (pod) (sum(y))\n", false,
			"f:4:9-4:34", "x - sum by (pod) (sum(y))\n    ^^^^^^^^^^^^^^^^^^^^^", "<expression>:1:19-1:25", `"pod" is dropped here`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			docs, diags := bundle.DecodeYAML("f", []byte(tc.source))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "n", Name: "g"}, docs[0].Value, docs[0].Origin)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := bundle.New("default", []bundle.Object{o})
			opts := lint.Options{Open: func(string) ([]byte, error) { return nil, errors.New("gone") }}
			if tc.open {
				opts.Open = func(string) ([]byte, error) { return []byte(tc.source), nil }
			}
			diags, err = lint.Run(t.Context(), b, opts)
			if err != nil {
				t.Fatal(err)
			}
			var got *diag.Diagnostic
			for i := range diags {
				if strings.HasPrefix(diags[i].Code, "promql/impossible") {
					got = &diags[i]
				}
			}
			if got == nil || len(got.Related) != 1 {
				t.Fatalf("findings: %v", diags)
			}
			want := []string{tc.span, tc.detail, tc.related, tc.relatedMessage}
			if diff := cmp.Diff(want, []string{exact(got.Span), got.Detail, exact(got.Related[0].Span), got.Related[0].Message}); diff != "" {
				t.Errorf("place (-want +got):\n%s", diff)
			}
		})
	}
}

func exact(s diag.Span) string {
	if s.End.Line == 0 {
		return s.String()
	}
	return s.String() + "-" + strings.TrimPrefix(diag.Span{File: "x", Start: s.End}.String(), "x:")
}

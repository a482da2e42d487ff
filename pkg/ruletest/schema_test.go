package ruletest_test

import (
	"fmt"
	"slices"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/schemas"
)

// TestSchema puts every field of schemas/tests.cue where its definition stands,
// and a field that there is not: the first is known, the other is not.
func TestSchema(t *testing.T) {
	places := map[string]string{
		"#TestFile":             "%s: null",
		"#Test":                 "tests: [{%s: null}]",
		"#InputSeries":          "tests: [{input_series: [{%s: null}]}]",
		"#AlertTest":            "tests: [{alert_rule_test: [{%s: null}]}]",
		"#ExprTest":             "tests: [{promql_expr_test: [{%s: null}]}]",
		"#TestSilence":          "tests: [{silences: [{%s: null}]}]",
		"#RouteTest":            "tests: [{route_test: [{%s: null}]}]",
		"#NotificationTest":     "tests: [{notification_test: [{%s: null}]}]",
		"#ExpectedNotification": "tests: [{notification_test: [{exp_notifications: [{%s: null}]}]}]",
		"#SuppressionTest":      "tests: [{suppression_test: [{%s: null}]}]",
	}
	source, err := schemas.FS.ReadFile("tests.cue")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile("tests.cue", source)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, decl := range file.Decls {
		definition, ok := decl.(*ast.Field)
		if !ok {
			continue
		}
		name, _, err := ast.LabelName(definition.Label)
		place, known := places[name]
		if err != nil || !known {
			t.Errorf("definition %s has no place in this test", name)
			continue
		}
		seen++
		for _, elt := range definition.Value.(*ast.StructLit).Elts {
			if f, ok := elt.(*ast.Field); ok {
				field, _, _ := ast.LabelName(f.Label)
				if unknown(fmt.Sprintf(place, field)) {
					t.Errorf("%s of %s is no key of a test file", field, name)
				}
			}
		}
		if !unknown(fmt.Sprintf(place, "nonesuch")) {
			t.Errorf("%s takes any key", name)
		}
	}
	if seen != len(places) {
		t.Errorf("%d definitions, want %d", seen, len(places))
	}
}

func unknown(file string) bool {
	diags := ruletest.Judge(ruletest.Suite{File: "t.yml", Data: []byte(file)}, expr.Features{})
	return slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == "test/unknown-key" })
}

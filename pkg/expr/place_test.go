package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

func TestLocate(t *testing.T) {
	for name, tc := range map[string]struct {
		text, part, source string
		whole              diag.Position
		want               string
	}{
		"plain":                {`sum(x) > 1`, `sum(x)`, "- alert: A\n  expr: sum(x) > 1\n", diag.Position{Line: 2, Column: 9}, "2:9-2:15"},
		"quoted":               {`x{a="é"} > 1`, `1`, "- alert: A\n  expr: 'x{a=\"é\"} > 1'\n", diag.Position{Line: 2, Column: 9}, "2:21-2:22"},
		"block":                {"sum(x)\n  > 1\n", `1`, "expr: |\n  sum(x)\n    > 1\n", diag.Position{Line: 1, Column: 7}, "3:7-3:8"},
		"over two lines":       {"sum(\nx)", "sum(\nx)", "expr: |\n  sum(\n  x)\n", diag.Position{Line: 1, Column: 7}, "2:3-3:5"},
		"text block":           {"sum(x)\n  > 1\n", `sum(x)`, "{\n  expr: |||\n    sum(x)\n      > 1\n  |||,\n}\n", diag.Position{Line: 2, Column: 9}, "3:5-3:11"},
		"escaped":              {`x{a="b"}`, `x{a="b"}`, `expr: "x{a=\"b\"}"`, diag.Position{Line: 1, Column: 7}, "1:8-1:18"},
		"escaped backslash":    {`x{a=~"\\."} > 1`, `1`, `expr: "x{a=~\"\\\\.\"} > 1"`, diag.Position{Line: 1, Column: 7}, "1:26-1:27"},
		"escaped line break":   {"sum(x)\n  > 1", `1`, `expr: 'sum(x)\n  > 1'`, diag.Position{Line: 1, Column: 7}, "1:20-1:21"},
		"doubled quotes":       {`x{a='é'} > 1`, `1`, `expr: 'x{a=''é''} > 1'`, diag.Position{Line: 1, Column: 7}, "1:21-1:22"},
		"plain over lines":     {`sum(x) > 1`, `1`, "expr: sum(x)\n  > 1\nfor: 1m\n", diag.Position{Line: 1, Column: 7}, "2:5-2:6"},
		"quoted over lines":    {`sum(x) > 1`, `sum(x) > 1`, "expr: \"sum(x)\n  > 1\"\n", diag.Position{Line: 1, Column: 7}, "1:8-2:6"},
		"folded with a gap":    {"sum(x)\n> 1\n", `1`, "expr: >  # why\n  sum(x)\n\n  > 1\n", diag.Position{Line: 1, Column: 7}, "4:5-4:6"},
		"something else":       {`sum(x) > 1`, `1`, "expr: >-\n  sum(y)\n  > 1\n", diag.Position{Line: 1, Column: 7}, "no"},
		"pieces":               {`sum(x) > 1`, `1`, `expr: 'sum(x) > ' + '1'`, diag.Position{Line: 1, Column: 7}, "no"},
		"cut off":              {`sum(x) > 1`, `1`, "expr: >-\n  sum(x)\n  >", diag.Position{Line: 1, Column: 7}, "no"},
		"put together":         {`x{a="b"}`, `x{a="b"}`, `expr: 'x{%s}' % $.selector`, diag.Position{Line: 1, Column: 7}, "no"},
		"folded":               {"sum(x) > 1", `1`, "expr: >-\n  sum(x)\n  > 1\n", diag.Position{Line: 1, Column: 7}, "3:5-3:6"},
		"not before its place": {`up`, `up`, `up: up`, diag.Position{Line: 1, Column: 3}, "1:5-1:7"},
		"without a place":      {`up`, `up`, `up: up`, diag.Position{}, "no"},
	} {
		e, err := expr.Parse(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		for _, n := range e.Nodes() {
			if e.TextOf(n) != strings.TrimSpace(tc.part) {
				continue
			}
			got = "no"
			if s, ok := e.Locate([]byte(tc.source), diag.Span{File: "f", Start: tc.whole}, n); ok {
				got = fmt.Sprintf("%d:%d-%d:%d", s.Start.Line, s.Start.Column, s.End.Line, s.End.Column)
			}
			break
		}
		if got != tc.want {
			t.Errorf("%s: at %s, want %s", name, got, tc.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	e, err := expr.Parse("up\nand sum(\n  x) > 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range e.Nodes() {
		if strings.HasPrefix(e.TextOf(n), "sum") && !strings.Contains(e.TextOf(n), ">") {
			if got, want := e.Excerpt(n), "and sum(\n    ^^^^"; got != want {
				t.Errorf("excerpt:\n%s\nwant:\n%s", got, want)
			}
		}
	}
}

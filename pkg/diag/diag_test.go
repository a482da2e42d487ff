package diag_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
)

func TestListSortsByPlaceAndDropsRepetitions(t *testing.T) {
	var l diag.List
	at := func(line int) diag.Span {
		return diag.Span{File: "a.jsonnet", Start: diag.Position{Line: line, Column: 1}}
	}
	l.Warnf("x/y", at(9), "later")
	l.Errorf("x/y", at(2), "earlier")
	l.Warnf("x/y", at(9), "later")
	l = l.Sort()
	want := "a.jsonnet:2:1: error[x/y]: earlier\na.jsonnet:9:1: warning[x/y]: later"
	if diff := cmp.Diff(want, l.String()); diff != "" {
		t.Errorf("sorted list (-want +got):\n%s", diff)
	}
	if !l.HasErrors() || l.Count(diag.Warning) != 1 || !l.Any(diag.Info) {
		t.Errorf("counts are wrong: %v", l)
	}
}

func TestDiagnosticJSON(t *testing.T) {
	d := diag.Diagnostic{Code: "promql/syntax", Severity: diag.Warning, Summary: "s", Span: diag.Span{File: "f", Start: diag.Position{Line: 1}}}
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"code":"promql/syntax","severity":"warning","summary":"s","span":{"file":"f","start":{"line":1}}}`
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	var back diag.Diagnostic
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
}

func TestCut(t *testing.T) {
	span := func(l1, c1, l2, c2 int) diag.Span {
		return diag.Span{File: "f", Start: diag.Position{Line: l1, Column: c1}, End: diag.Position{Line: l2, Column: c2}}
	}
	for _, tc := range []struct {
		name, content string
		span          diag.Span
		want          diag.Excerpt
		ok            bool
	}{
		{"middle", "one\ntwo three\n", span(2, 5, 2, 10), diag.Excerpt{Line: 2, Text: "two three", From: 4, To: 9}, true},
		{"point at the end", "one", span(1, 4, 0, 0), diag.Excerpt{Line: 1, Text: "one", From: 3, To: 4}, true},
		{"several lines", "{\n  a\n}", span(1, 1, 3, 2), diag.Excerpt{Line: 1, Text: "{", From: 0, To: 1}, true},
		{"tab and wide runes", "\té日x", span(1, 3, 1, 4), diag.Excerpt{Line: 1, Text: " é日x", From: 2, To: 3}, true},
		{"carriage return", "ab\r\ncd", span(1, 1, 1, 9), diag.Excerpt{Line: 1, Text: "ab", From: 0, To: 2}, true},
		{"line is gone", "one", span(7, 1, 0, 0), diag.Excerpt{}, false},
		{"whole file", "one", span(0, 0, 0, 0), diag.Excerpt{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := diag.Cut([]byte(tc.content), tc.span)
			if ok != tc.ok {
				t.Fatalf("ok = %v, want %v", ok, tc.ok)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("excerpt (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCutKeepsTheUnderlinedPartOfALongLine(t *testing.T) {
	line := make([]byte, 1000)
	for i := range line {
		line[i] = 'a' + byte(i%26)
	}
	for _, column := range []int{1, 30, 500, 999, 1000} {
		span := diag.Span{File: "f", Start: diag.Position{Line: 1, Column: column}, End: diag.Position{Line: 1, Column: column + 1}}
		e, ok := diag.Cut(line, span)
		if !ok || len(e.Text) > 200 || e.To <= e.From || e.Text[e.From] != line[column-1] {
			t.Errorf("column %d: excerpt %+v does not show it", column, e)
		}
	}
}

func TestSuggest(t *testing.T) {
	candidates := []string{"environments", "sources", "policies", "jsonnet"}
	for word, want := range map[string]string{
		"enviroments": "environments", "source": "sources", "polices": "policies", "Jsonnet": "jsonnet", "checks": "",
	} {
		if got := diag.Suggest(word, candidates); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}

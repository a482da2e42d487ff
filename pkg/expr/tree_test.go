package expr_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/expr"
)

// TestTreePlaces takes the text of every node by its place, in code points.
func TestTreePlaces(t *testing.T) {
	e, err := expr.Parse(`sum by (j) (rate({"é", a="日"}[5m])) > bool -1`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, el := range v {
				walk(el)
			}
		case map[string]any:
			if kind, ok := v["type"].(string); ok && v["start"] != nil {
				start, _ := v["start"].(float64)
				end, _ := v["end"].(float64)
				got[kind] = string([]rune(e.Text)[int(start):int(end)])
			}
			for _, el := range v {
				walk(el)
			}
		}
	}
	walk(e.Tree())
	want := map[string]string{
		"binaryExpr":     e.Text,
		"aggregation":    `sum by (j) (rate({"é", a="日"}[5m]))`,
		"call":           `rate({"é", a="日"}[5m])`,
		"matrixSelector": `{"é", a="日"}[5m]`,
		"numberLiteral":  "-1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts by type (-want +got):\n%s", diff)
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1h30m": 90 * time.Minute, "0": 0, "15ms": 15 * time.Millisecond, "1y": 365 * 24 * time.Hour,
	} {
		if got, err := expr.ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "1m1h", "-5m", "1.5h", "5 m", "400y"} {
		if got, err := expr.ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

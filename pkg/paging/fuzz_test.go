package paging_test

import (
	"bytes"
	"testing"

	"github.com/monctl/monctl/pkg/paging"
)

// FuzzReadTests: the label sets of a test file stand in it.
func FuzzReadTests(f *testing.F) {
	for _, seed := range []string{
		"tests: [{alert_rule_test: [{alertname: A, exp_alerts: [{exp_labels: {a: b}}, {}]}]}]", "tests: [{route_test: [{labels: {alertname: A, a: 1}}, {labels: x}]}]", "tests: x", "- route_test: [{labels: {a: [b]}}]", "tests: [{alert_rule_test: {}, route_test: [1]}]", "tests: &a [{route_test: [{labels: &l {a: b}}, {labels: *l}]}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.ContainsAny(data, "\r\u0085\u2028\u2029") {
			t.Skip("YAML has more ends of lines than are counted here")
		}
		for _, s := range paging.ReadTests("t.yaml", data) {
			if lines := bytes.Count(data, []byte("\n")) + 1; s.Span.Start.Line < 1 || s.Span.Start.Line > lines {
				t.Errorf("%q: %v stands on line %d", data, s.Labels, s.Span.Start.Line)
			}
			if s.Labels == nil {
				t.Errorf("%q: a label set that is none", data)
			}
		}
	})
}

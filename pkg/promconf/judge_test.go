package promconf_test

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promconf"
)

// TestJudgeRemembersOnlyWhatIsFine: the answers of a judge that has seen other
// groups are those of a new one, for groups that are read without upstream's
// decoder and for groups that are not.
func TestJudgeRemembersOnlyWhatIsFine(t *testing.T) {
	groups := []string{
		`{name: g, rules: [{alert: A, expr: x > 1, annotations: {summary: '{{ $labels.a }}'}}]}`,
		`{name: g, rules: [{alert: A, expr: x > 1, annotations: {summary: '{{ $labels.a }'}}]}`,
		`{name: g, rules: [{alert: A, expr: x > 1, labels: {summary: '{{ $labels.a }'}}]}`,
		`{name: g, rules: [{record: a, expr: x, labels: {summary: '{{ $labels.a }'}}]}`,
		`{name: g, rules: [{record: a, expr: x, annotations: {summary: b}}]}`,
		`{name: g, rules: [{record: a, alert: b, expr: x}]}`,
		`{name: g, rules: [{record: 'a{', expr: x}]}`,
		`{name: g, rules: [{record: a, expr: x, for: 5m}]}`,
		`{name: g, rules: [{record: a, expr: sum(}]}`,
		`{name: g, rules: [{record: a}]}`,
		`{name: g, rules: [{expr: x}]}`,
		`{name: g, rules: [{record: a, expr: 1}]}`,
		`{name: g, rules: [{record: a, expr: x, labels: {__name__: b}}]}`,
		`{name: g, rules: [{record: a, expr: x, labels: {'': b}}]}`,
		`{name: g, rules: [{record: a, expr: x, labels: {n: 1}}]}`,
		`{name: g, rules: [{record: a, expr: x, labels: [n]}]}`,
		`{name: g, rules: [{record: a, expr: x, extra: b}]}`,
		`{name: g, rules: [{alert: A, expr: x, for: soon}]}`,
		`{name: g, rules: [{alert: A, expr: x, for: ''}]}`,
		`{name: g, interval: 1m, query_offset: 30s, limit: 3, labels: {a: b}, rules: []}`,
		`{name: g, interval: 1m, query_offset: 30s, rules: [{record: a, expr: x}]}`,
		`{name: g, labels: {__name__: b}, rules: []}`,
		`{name: '', rules: []}`,
		`{rules: []}`,
		`{name: g}`,
		`{name: g, rules: 3}`,
		`{name: yes, rules: [{record: yes, expr: x}]}`,
		`{name: g, rules: [{alert: A, expr: x, annotations: {summary: "del \x7f, nel \x85"}}]}`,
		`{name: g, rules: [{alert: A, expr: x, annotations: {summary: "c1 \x9f"}}]}`,
		`{name: g, rules: [{alert: A, expr: x, annotations: {summary: "null \0"}}]}`,
	}
	judge := promconf.NewJudge(nil)
	for range 2 {
		for _, text := range groups {
			o := object(t, bundle.Ref{Kind: bundle.Rules, Space: "n", Name: "g"}, text)
			file := slices.Concat([]byte(`{"groups":[`), o.Body.Bytes(), []byte(`]}`))
			_, errs := rulefmt.Parse(file, false, model.UTF8Validation, expr.Features{}.Parser(), slog.New(slog.DiscardHandler))
			got, err := judge.Rules(t.Context(), o)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got.HasErrors() != (len(errs) > 0) {
				t.Errorf("%s: %v; rulefmt says %v", text, got, errs)
			}
			fresh, err := promconf.JudgeRules(t.Context(), o)
			if err != nil || fresh.String() != got.String() {
				t.Errorf("%s: %v; a new judge says %v", text, got, fresh)
			}
		}
	}
}

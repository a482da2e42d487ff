package pipeline_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/schema"
)

// manyRules makes a bundle of n rules, ten a group: nine alerts and a recording
// rule, all of them different.
func manyRules(b *testing.B, n int) *bundle.Bundle {
	b.Helper()
	var objects []bundle.Object
	for g := range n / 10 {
		var text strings.Builder
		fmt.Fprintf(&text, "name: g%d\nrules:\n- record: job:m%d:rate5m\n  expr: sum by (job) (rate(m%d_total{job=\"j%d\"}[5m]))\n", g, g, g, g)
		for a := range 9 {
			fmt.Fprintf(&text, `- alert: Alert%dX%d
  expr: |
    100 * sum by (job, instance) (rate(m%d_errors_total{job="j%d", code=~"5..", part="%d"}[5m]))
      / sum by (job, instance) (rate(m%d_requests_total{job="j%d"}[5m])) > %d
  for: 10m
  labels: {severity: warning, team: t%d}
  annotations:
    summary: 'Errors on {{ $labels.instance }} of {{ $labels.job }}'
    description: '{{ $value | humanize }}%% of the requests to {{ $labels.instance }} fail.'
    runbook_url: https://example.org/runbooks/Alert%dX%d.md
`, g, a, g, g, a, g, g, a, a, g, a)
		}
		docs, diags := bundle.DecodeYAML("rules.yaml", []byte(text.String()))
		if diags.HasErrors() {
			b.Fatal(diags)
		}
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "n", Name: fmt.Sprintf("g%d", g)}, docs[0].Value, docs[0].Origin)
		if err != nil {
			b.Fatal(err)
		}
		objects = append(objects, o)
	}
	out, diags := bundle.New("default", objects)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	return out
}

// BenchmarkJudge judges rules by the loaders (schema), by the checks (lint),
// and as a pass does (both), which parses each expression once.
func BenchmarkJudge(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			rules := manyRules(b, n)
			b.Run("schema", func(b *testing.B) {
				for b.Loop() {
					if diags, err := schema.Validate(b.Context(), rules); err != nil || diags.HasErrors() {
						b.Fatal(diags, err)
					}
				}
			})
			b.Run("lint", func(b *testing.B) {
				for b.Loop() {
					if _, err := lint.Run(b.Context(), rules, lint.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("both", func(b *testing.B) {
				for b.Loop() {
					var parsed expr.Cache
					if diags, err := schema.NewMemory(promconf.NewJudge(&parsed)).Validate(b.Context(), rules); err != nil || diags.HasErrors() {
						b.Fatal(diags, err)
					}
					if _, err := lint.Run(b.Context(), rules, lint.Options{Parsed: &parsed}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

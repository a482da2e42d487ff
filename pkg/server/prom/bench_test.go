package prom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/monctl/monctl/pkg/server/prom"
)

// BenchmarkActivate switches between revisions of 10 000 rules.
func BenchmarkActivate(b *testing.B) {
	revision := func(edited string) prom.Input {
		in := prom.Input{Config: []byte("global: {evaluation_interval: 1h}\n")}
		for i := range 500 {
			var rules strings.Builder
			for j := range 20 {
				fmt.Fprintf(&rules, "- {alert: A%d, expr: 'sum by (job) (rate(demo{i=\"%d\"}[5m])) > %d', for: 5m, labels: {severity: page}, annotations: {summary: '{{ $labels.job }}%s'}}\n", j, i, j, edited)
			}
			in.Groups = append(in.Groups, group("ns", fmt.Sprintf("g%d", i), "rules:\n"+rules.String()))
			edited = ""
		}
		return in
	}
	for name, revisions := range map[string][2]prom.Input{
		"unchanged": {revision(""), revision("")},
		"one group": {revision(""), revision("!")},
	} {
		b.Run(name, func(b *testing.B) {
			server, err := prom.Open(b.Context(), options(b.TempDir(), prometheus.NewRegistry()))
			if err != nil {
				b.Fatal(err)
			}
			defer server.Close(b.Context())
			i := 0
			activate := func() {
				p, list, err := server.Prepare(b.Context(), revisions[i%2])
				if err != nil || list.HasErrors() {
					b.Fatal(err, list)
				}
				if err := p.Commit(b.Context()); err != nil {
					b.Fatal(err)
				}
				i++
			}
			activate()
			for b.Loop() {
				activate()
			}
		})
	}
}

package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/lint"
)

func TestPromqlUnknownMetric(t *testing.T) {
	in := rules(
		`{record: 'job:requests:rate5m', expr: 'sum by (job) (rate(requests_total[5m]))'}`,
		`{alert: Typo, expr: 'request_total > 1 and request_total < 5'}`,
		`{alert: Known, expr: 'latency_seconds_bucket + latency_seconds_sum + duration_seconds + job:requests:rate5m + up + ALERTS'}`,
		`{alert: Suffix, expr: 'temperature_bucket'}`,
		`{alert: Absent, expr: 'absent(nosuch) or absent_over_time(nosuch[5m])'}`,
		`{alert: Alternative, expr: 'sum(nosuch_v1 or requests_total) > 1'}`,
		`{alert: Neither, expr: 'nosuch_v1 or nosuch_v2'}`,
		`{alert: Regexp, expr: '{__name__=~"latency.*_bucket"} + {__name__=~"nosuch.*"} + {__name__=~"x|requests_total"} + {job="a"}'}`,
		`{alert: Gone, expr: 'job:gone:sum > 1'}`,
	)
	checkWith(t, "promql/unknown-metric", known(t), in,
		`/rules/1/expr: metric "request_total" is neither in the catalogue nor recorded by a rule`,
		`/rules/3/expr: metric "temperature_bucket" is neither in the catalogue nor recorded by a rule`,
		`/rules/6/expr: metric "nosuch_v1" is neither in the catalogue nor recorded by a rule`,
		`/rules/6/expr: metric "nosuch_v2" is neither in the catalogue nor recorded by a rule`,
		`/rules/7/expr: no metric in the catalogue and no recording rule matches __name__=~"nosuch.*"`,
		`/rules/8/expr: metric "job:gone:sum" is recorded by a rule that is not part of this project any more`,
	)
	check(t, "promql/unknown-metric", in) // nothing is known without a catalogue
}

func TestPromqlUnknownMetricHintsAndContext(t *testing.T) {
	opts := known(t)
	in := newBundle(t, rules(`{alert: A, expr: 'request_total > 1'}`, `{alert: B, expr: 'their:metric > 1'}`))
	opts.Context = []*bundle.Bundle{newBundle(t, rules(`{record: 'their:metric', expr: 'nosuch'}`))}
	diags, err := lint.Run(t.Context(), in, opts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diags {
		if d.Code == "promql/unknown-metric" {
			got = append(got, d.Hint)
		}
	}
	if diff := cmp.Diff([]string{`did you mean "requests_total"?`}, got); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}

package lint_test

import "testing"

func TestPromqlUnknownLabel(t *testing.T) {
	checkWith(t, "promql/unknown-label", known(t), map[string]string{
		"prometheus": "global: {external_labels: {dc: tokyo}}\n",
		"rules/n/g": group(
			`{record: a, expr: 'requests_total{cod="500"}'}`,
			`{record: b, expr: 'requests_total{cod!="500", dc="tokyo"} + odd{x="y"} + latency_seconds_bucket{le="1"}'}`,
			`{record: c, expr: 'latency_seconds_sum{le="1"}'}`,
			`{record: d, expr: 'sum by (cod, job, cluster) (rate(requests_total[5m]))'}`,
			`{record: e, expr: 'sum by (cod) (label_replace(requests_total, "cod", "$1", "code", "(.*)"))'}`,
			`{record: f, expr: 'a{nosuch="x"} + requests_total{__type__="counter"}'}`,
		),
		"dashboard/f/d": `{title: B, uid: d, panels: [{title: P, type: stat, targets: [{refId: A, expr: 'requests_total{cod="500"} + requests_total{$filters} + requests_total{cluster=~"$cluster"}'}]}]}`,
	},
		`/panels/0/targets/0/expr: query A of panel "P": metric "requests_total" never has the label "cod", so that this selects nothing`,
		`/rules/0/expr: metric "requests_total" never has the label "cod", so that this selects nothing`,
		`/rules/2/expr: metric "latency_seconds_sum" never has the label "le", so that this selects nothing`,
		`info /rules/3/expr: metric "requests_total" never has the label "cod", by which this groups`,
	)
}

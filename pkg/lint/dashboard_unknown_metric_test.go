package lint_test

import "testing"

func TestDashboardUnknownMetric(t *testing.T) {
	checkWith(t, "dashboard/unknown-metric", known(t), map[string]string{
		"rules/n/g": group(`{record: 'job:requests:rate5m', expr: 'requests_total'}`),
		"dashboard/f/d": `
title: Board
uid: d
panels:
- title: P
  type: timeseries
  targets:
  - {refId: A, expr: 'rate(request_total{job="$job"}[$__rate_interval])'}
  - {refId: B, expr: 'job:requests:${range} + rate($metric[5m]) + {__name__=~"$x.*"} + odd'}
  - {refId: C, expr: 'nosuch', datasource: {type: loki}}
templating: {list: [{name: job, type: query, query: 'label_values(uq, job)'}]}
annotations: {list: [{name: deploys, expr: 'deployed'}]}
`,
	},
		`/panels/0/targets/0/expr: query A of panel "P": metric "request_total" is neither in the catalogue nor recorded by a rule`,
		`/templating/list/0/query: variable "job": metric "uq" is neither in the catalogue nor recorded by a rule`,
		`/annotations/list/0/expr: annotation "deploys": metric "deployed" is neither in the catalogue nor recorded by a rule`,
	)
}

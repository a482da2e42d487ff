package lint

import (
	"regexp"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/dashboard"
)

// rateRange finds the ranges of rates: the function and what stands between
// the brackets, which may hold variables and so is no PromQL yet.
var rateRange = regexp.MustCompile(`\b(rate|irate|increase)\s*\([^()\[\]]*\[\s*([^\]:]*?)\s*\]`)

// deliberate is from which length on a fixed range is taken to be meant: "the
// errors of the last day".
const deliberate = time.Hour

// dashboardRateInterval finds rates whose range does not go with the
// resolution of the graph and the interval of the scrapes.
func dashboardRateInterval(p *Pass) {
	for _, b := range p.dashboards {
		for _, panel := range b.Panels {
			if !overTime(panel.Type) {
				continue
			}
			for _, q := range panel.Queries {
				if b.DatasourceType(q.Datasource) == "loki" {
					continue
				}
				for _, m := range rateRange.FindAllStringSubmatch(q.Expr, -1) {
					if p.rateInterval(b, panel, q, m[1], m[2]) {
						break // one finding a query
					}
				}
			}
		}
	}
}

func (p *Pass) rateInterval(b board, panel dashboard.Panel, q dashboard.Query, function, window string) bool {
	pointer := q.Pointer + "/expr"
	hint := "write $__rate_interval, which is at least four scrapes and grows with the graph"
	if function == "irate" { // it reads two samples, however long the range
		hint = "write rate over $__rate_interval, which is at least four scrapes and grows with the graph"
	}
	switch window {
	case "$__interval", "${__interval}":
		if panel.Spec.Str("interval") != "" || q.Interval != "" {
			return false // it is never shorter than that
		}
		d := p.Reportf(b.object, pointer, "%s over $__interval: zoomed in, that is less than two scrapes, and the graph is empty", function)
		d.Hint = hint
		return true
	}
	fixed, err := model.ParseDuration(window)
	if err != nil || time.Duration(fixed) >= deliberate {
		return false
	}
	d := p.Reportf(b.object, pointer, "%s over a fixed [%s]: zoomed out, the graph skips what lies between its points", function, window)
	d.Hint = hint
	return true
}

// overTime reports whether a panel draws a value at every step.
func overTime(panelType string) bool {
	return panelType == "timeseries" || panelType == "graph" || panelType == "heatmap"
}

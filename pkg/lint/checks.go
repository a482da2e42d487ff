package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// row is a line of a table of checks.
type row struct {
	code     string
	severity diag.Severity
	summary  string
	run      func(*Pass)
}

// Checks returns all checks, by code.
func Checks() []Check {
	var out []Check
	for _, r := range usual() {
		out = append(out, Check{Code: r.code, Severity: r.severity, Summary: r.summary, Run: r.run})
	}
	for _, r := range optIn() {
		out = append(out, Check{Code: r.code, Severity: r.severity, Summary: r.summary, Run: r.run, OptIn: true})
	}
	slices.SortFunc(out, func(a, b Check) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// optIn are the checks that a project has to ask for.
func optIn() []row {
	return []row{
		{"alert/flapping", diag.Info, "alert that a single sample ends", alertFlapping},
		{"dashboard/counter", diag.Info, "panel with the absolute value of a counter", dashboardCounter},
		{"dashboard/editable", diag.Info, "dashboard that can be edited in Grafana", dashboardEditable},
		{"dashboard/label-matcher", diag.Info, "query that does not select by job or instance", dashboardLabelMatcher},
		{"dashboard/label-variable", diag.Info, "dashboard without a variable for job or instance", dashboardLabelVariable},
		{"dashboard/panel-description", diag.Info, "panel without description", dashboardPanelDescription},
		{"dashboard/panel-unit", diag.Info, "panel without a unit", dashboardPanelUnit},
	}
}

// usual are the checks that run unless a project switches them off.
func usual() []row {
	return []row{
		{"alert/annotations", diag.Warning, "alert without summary and description", alertAnnotations},
		{"alert/for", diag.Info, "alert that a single sample fires, or whose for does not fit", alertFor},
		{"alert/humanize", diag.Info, "annotation with a fraction in all its digits", alertHumanize},
		{"alert/label-value", diag.Warning, "alert with its value in a label", alertLabelValue},
		{"alert/name", diag.Info, "alert not named in camel case", alertName},
		{"alert/runbook", diag.Info, "alert without runbook", alertRunbook},
		{"alert/severity", diag.Warning, "alert without severity, or with one that the project does not have", alertSeverity},
		{"alert/template", diag.Warning, "template that names a label the expression drops", alertTemplate},
		{"dashboard/datasource", diag.Info, "query bound to one installation's data source", dashboardDatasource},
		{"dashboard/duplicate-title", diag.Warning, "two dashboards of one title in a folder", dashboardDuplicateTitle},
		{"dashboard/link", diag.Info, "link to a dashboard that the bundle does not have", dashboardLink},
		{"dashboard/no-query", diag.Warning, "panel that shows nothing", dashboardNoQuery},
		{"dashboard/panel-id", diag.Warning, "two panels of one id", dashboardPanelID},
		{"dashboard/panel-title", diag.Info, "panel without title", dashboardPanelTitle},
		{"dashboard/panel-type", diag.Info, "panel that needs a plugin, or that Grafana has replaced", dashboardPanelType},
		{"dashboard/query", diag.Warning, "panel query that is no PromQL", dashboardQuery},
		{"dashboard/rate-interval", diag.Info, "rate whose range does not go with the graph", dashboardRateInterval},
		{"dashboard/unit", diag.Info, "numbers without their unit, or with one that does not exist", dashboardUnit},
		{"dashboard/unknown-metric", diag.Warning, "panel or variable that uses a metric nobody makes", dashboardUnknownMetric},
		{"dashboard/variable", diag.Warning, "query with a variable that does not exist", dashboardVariable},
		{"dashboard/variable-query", diag.Warning, "variable whose query is none", dashboardVariableQuery},
		{"dashboard/variable-refresh", diag.Info, "variable that never asks for its values again", dashboardVariableRefresh},
		{"dashboard/variable-unused", diag.Info, "variable that nothing uses", dashboardVariableUnused},
		{"inhibit/equal", diag.Warning, "inhibition rule whose equal labels nothing has, or are never equal", inhibitEqual},
		{"inhibit/no-alert", diag.Info, "inhibition rule without a source or a target", inhibitNoAlert},
		{"inhibit/self", diag.Warning, "inhibition rule whose sources are its targets", inhibitSelf},
		{"prometheus/targets", diag.Warning, "file discovery of files that are not there", prometheusTargets},
		{"promql/aggregation", diag.Warning, "rule that keeps or drops other labels than agreed", promqlAggregation},
		{"promql/comparison", diag.Warning, "alert that compares with nothing", promqlComparison},
		{"promql/counter", diag.Warning, "alert on the absolute value of a counter", promqlCounter},
		{"promql/fragile", diag.Warning, "alert whose labels or value depend on chance", promqlFragile},
		{"promql/histogram", diag.Warning, "quantile of a histogram without its buckets", promqlHistogram},
		{"promql/impossible", diag.Warning, "part of an expression that can have no result or no effect", promqlImpossible},
		{"promql/metric-type", diag.Warning, "function that does not suit the type of its metric", promqlMetricType},
		{"promql/name-regex", diag.Info, "metrics that are looked for by a regular expression", promqlNameRegex},
		{"promql/nan", diag.Warning, "aggregation that one idle member makes NaN", promqlNaN},
		{"promql/offset", diag.Warning, "modifier that makes no sense in a rule", promqlOffset},
		{"promql/range-query", diag.Warning, "range or offset beyond what Prometheus keeps", promqlRangeQuery},
		{"promql/rate", diag.Warning, "counter function on what is no counter, or over too short a range", promqlRate},
		{"promql/regexp", diag.Info, "regular expression that is none", promqlRegexp},
		{"promql/result-type", diag.Warning, "rule whose result cannot be samples", promqlResultType},
		{"promql/subquery", diag.Info, "subquery that is none, or that has too few steps", promqlSubquery},
		{"promql/unknown-label", diag.Warning, "label that a metric never has", promqlUnknownLabel},
		{"promql/unknown-metric", diag.Warning, "rule that uses a metric nobody makes", promqlUnknownMetric},
		{"promql/unselective", diag.Info, "selector that reads all series", promqlUnselective},
		{"promql/vector-matching", diag.Warning, "operation whose sides can never match", promqlVectorMatching},
		{"record/name", diag.Warning, "recording rule not named level:metric:operations", recordName},
		{"record/template", diag.Warning, "template in a label of a recording rule", recordTemplate},
		{"record/unused", diag.Info, "recording rule that nobody uses", recordUnused},
		{"route/continue", diag.Info, "continue without effect", routeContinue},
		{"route/default-only", diag.Info, "alert that only reaches the default receiver", routeDefault},
		{"route/mute", diag.Warning, "time interval that mutes nothing", routeMute},
		{"route/no-alert", diag.Info, "route that no alert of the bundle can match", routeNoAlert},
		{"route/receiver", diag.Info, "receiver that no route names", routeReceiver},
		{"route/template", diag.Warning, "notification that names what its alerts do not have", routeTemplate},
		{"route/timing", diag.Warning, "waiting time that delays a page, or is not what happens", routeTiming},
		{"route/unreachable", diag.Warning, "route that no alert gets to", routeUnreachable},
		{"rules/cycle", diag.Warning, "recording rules that need their own result", rulesCycle},
		{"rules/duplicate", diag.Warning, "rule that stands twice", rulesDuplicate},
		{"rules/external-label", diag.Warning, "label of a rule that hides an external label", rulesExternalLabel},
		{"rules/interval", diag.Warning, "group that is evaluated too seldom", rulesInterval},
		{"rules/order", diag.Warning, "rule that reads what is recorded after it", rulesOrder},
	}
}

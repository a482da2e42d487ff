package lint

import "github.com/monctl/monctl/pkg/diag"

// Checks returns all checks, by code.
func Checks() []Check {
	return []Check{
		{"alert/annotations", diag.Warning, "alert without summary and description", alertAnnotations},
		{"alert/for", diag.Info, "alert that a single sample fires", alertFor},
		{"alert/runbook", diag.Info, "alert without runbook", alertRunbook},
		{"alert/severity", diag.Warning, "alert without severity", alertSeverity},
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
		{"dashboard/unit", diag.Info, "numbers without a unit, or with one that does not exist", dashboardUnit},
		{"dashboard/unknown-metric", diag.Warning, "panel or variable that uses a metric nobody makes", dashboardUnknownMetric},
		{"dashboard/variable", diag.Warning, "query with a variable that does not exist", dashboardVariable},
		{"dashboard/variable-query", diag.Warning, "variable whose query is none", dashboardVariableQuery},
		{"dashboard/variable-refresh", diag.Info, "variable that never asks for its values again", dashboardVariableRefresh},
		{"dashboard/variable-unused", diag.Info, "variable that nothing uses", dashboardVariableUnused},
		{"prometheus/targets", diag.Warning, "file discovery of files that are not there", prometheusTargets},
		{"promql/comparison", diag.Warning, "alert that compares with nothing", promqlComparison},
		{"promql/metric-type", diag.Warning, "function that does not suit the type of its metric", promqlMetricType},
		{"promql/rate", diag.Warning, "counter function on what is no counter", promqlRate},
		{"promql/regexp", diag.Info, "regular expression that is none", promqlRegexp},
		{"promql/unknown-label", diag.Warning, "label that a metric never has", promqlUnknownLabel},
		{"promql/unknown-metric", diag.Warning, "rule that uses a metric nobody makes", promqlUnknownMetric},
		{"record/name", diag.Warning, "recording rule not named level:metric:operations", recordName},
		{"record/unused", diag.Info, "recording rule that nobody uses", recordUnused},
		{"route/default-only", diag.Info, "alert that only reaches the default receiver", routeDefault},
		{"route/receiver", diag.Info, "receiver that no route names", routeReceiver},
		{"route/unreachable", diag.Warning, "route that no alert gets to", routeUnreachable},
		{"rules/cycle", diag.Warning, "recording rules that need their own result", rulesCycle},
		{"rules/duplicate", diag.Warning, "rule that stands twice", rulesDuplicate},
		{"rules/order", diag.Warning, "rule that reads what is recorded after it", rulesOrder},
	}
}

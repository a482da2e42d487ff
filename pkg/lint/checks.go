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
		{"dashboard/query", diag.Warning, "panel query that is no PromQL", dashboardQuery},
		{"dashboard/variable", diag.Warning, "query with a variable that does not exist", dashboardVariable},
		{"prometheus/targets", diag.Warning, "file discovery of files that are not there", prometheusTargets},
		{"promql/comparison", diag.Warning, "alert that compares with nothing", promqlComparison},
		{"promql/rate", diag.Warning, "counter function on what is no counter", promqlRate},
		{"promql/regexp", diag.Info, "regular expression that is none", promqlRegexp},
		{"record/name", diag.Warning, "recording rule not named level:metric:operations", recordName},
		{"route/default-only", diag.Info, "alert that only reaches the default receiver", routeDefault},
		{"route/receiver", diag.Info, "receiver that no route names", routeReceiver},
		{"route/unreachable", diag.Warning, "route that no alert gets to", routeUnreachable},
		{"rules/duplicate", diag.Warning, "rule that stands twice", rulesDuplicate},
	}
}

package lint_test

import (
	"encoding/json"
	"testing"
)

func TestDashboardUnit(t *testing.T) {
	dashboards := map[string]string{"dashboard/f/u": `
uid: u
title: t
panels:
- {title: good, type: stat, targets: [{expr: x}], fieldConfig: {defaults: {unit: bytes}}}
- {title: own, type: stat, targets: [{expr: x}], fieldConfig: {defaults: {unit: 'suffix: nodes'}}}
- {title: word, type: gauge, targets: [{expr: x}], fieldConfig: {defaults: {unit: conns}}}
- {title: typo, type: timeseries, targets: [{expr: x}], fieldConfig: {defaults: {unit: precentunit}}}
- {title: case, type: timeseries, targets: [{expr: x}], fieldConfig: {defaults: {unit: Bytes}}}
- {title: none, type: bargauge, targets: [{expr: x}]}
- {title: mapped, type: stat, targets: [{expr: x}], fieldConfig: {defaults: {mappings: [{type: value}]}}}
- {title: label, type: stat, targets: [{expr: x}], options: {reduceOptions: {fields: /^version$/}}}
- {title: name, type: stat, targets: [{expr: x}], options: {textMode: name}}
- {title: by field, type: timeseries, targets: [{expr: x}], fieldConfig: {overrides: [{properties: [{id: unit, value: s}]}]}}
- {title: text, type: text}
`}
	check(t, "dashboard/unit", dashboards,
		`/panels/3/fieldConfig/defaults/unit: unit "precentunit" is printed as it stands, Grafana does not know it`,
		`/panels/4/fieldConfig/defaults/unit: unit "Bytes" is printed as it stands, Grafana does not know it`,
	)
	check(t, "dashboard/panel-unit", dashboards,
		`/panels/5: panel "none" does not say what unit its numbers have`,
	)
}

func TestDashboardUnitOfMetrics(t *testing.T) {
	for query, want := range map[string]string{
		`node_memory_MemFree_bytes`:                                               "bytes",
		`sum by (job) (rate(sent_bytes_total[$__rate_interval]))`:                 "bytes per second",
		`increase(sent_bytes_total[$__range])`:                                    "bytes",
		`histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))`: "seconds",
		`rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m]) > 1`:     "seconds",
		`1 - free_bytes{a="$a"} / size_bytes`:                                     "fractions of 1",
		`100 * (free_bytes / ignoring (x) size_bytes)`:                            "percentages",
		`hosts_ratio`:                         "", // as OpenTelemetry calls a number of hosts
		`max_over_time(room_celsius[1h])`:     "degrees Celsius",
		`rate(cpu_seconds_total[5m])`:         "", // processors, or a share
		`time() - process_start_time_seconds`: "",
		`last_success_timestamp_seconds`:      "",
		`count(x_bytes)`:                      "",
		`x_bytes * 8`:                         "",
		`free_bytes > bool 0`:                 "",
		`x_bytes + y_seconds`:                 "",
		`rate(requests_total[5m])`:            "",
		`sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))`: "",
		`job:sent_bytes:sum`: "",
		`avg by (a) (max by (a, b) (sent_bytes) and on (a) up) or vector(0) / $dur`: "bytes",
	} {
		var lines []string
		if want != "" {
			lines = []string{`/panels/0: panel "p" shows ` + want + ` without a unit`}
		}
		board, err := json.Marshal(map[string]any{"uid": "u", "title": "t", "panels": []any{
			map[string]any{"title": "p", "type": "timeseries", "targets": []any{map[string]any{"expr": query}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(query, func(t *testing.T) {
			check(t, "dashboard/unit", map[string]string{"dashboard/f/u": string(board)}, lines...)
		})
	}
}

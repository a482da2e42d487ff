package lint_test

import "testing"

func TestDashboardUnit(t *testing.T) {
	check(t, "dashboard/unit", map[string]string{"dashboard/f/u": `
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
`},
		`/panels/3/fieldConfig/defaults/unit: unit "precentunit" is printed as it stands, Grafana does not know it`,
		`/panels/4/fieldConfig/defaults/unit: unit "Bytes" is printed as it stands, Grafana does not know it`,
		`/panels/5: panel "none" shows numbers without a unit`,
	)
}

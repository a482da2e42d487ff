package lint_test

import (
	"maps"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/lint"
)

func TestRecordUnused(t *testing.T) {
	in := rules(
		`{record: 'a:used', expr: x}`,
		`{record: 'a:unused', expr: 'a:used'}`,
		`{record: 'a:panel', expr: x}`,
		`{record: 'b:pattern5m', expr: x}`,
		`{record: 'c:regexp', expr: x}`,
		`{record: 'd:template', expr: x}`,
		`{record: 'e:itself', expr: 'x or e:itself offset 1m'}`,
		`{record: 'f:context', expr: x}`,
		`{alert: A, expr: 'x > 1', annotations: {summary: '{{ with query "d:template" }}{{ . | first | value }}{{ end }}'}}`,
	)
	check(t, "record/unused", in) // the dashboards are elsewhere
	in = maps.Clone(in)
	in["dashboard/f/d"] = `
title: B
uid: d
panels: [{title: P, type: stat, targets: [{expr: 'a:panel'}, {expr: 'b:pattern${range}'}, {expr: '{__name__=~"c:.*"}'}, {expr: '$metric'}]}]
`
	opts := lint.Options{Context: []*bundle.Bundle{newBundle(t, rules(`{alert: Theirs, expr: 'f:context > 1'}`, `{record: 'z:theirs', expr: x}`))}}
	checkWith(t, "record/unused", opts, in,
		`/rules/1/record: no rule and no dashboard uses "a:unused"`,
		`/rules/6/record: no rule and no dashboard uses "e:itself"`,
	)
}

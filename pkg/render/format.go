package render

import (
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// Map returns the output with its bundle and those of its targets changed by a
// function, whose findings are collected.
func (o *Output) Map(f func(*bundle.Bundle) (*bundle.Bundle, diag.List, error)) (*Output, diag.List, error) {
	out := *o
	var diags diag.List
	var err error
	if out.Bundle, diags, err = f(o.Bundle); err != nil {
		return nil, nil, err
	}
	out.Targets = nil
	for _, t := range o.Targets {
		b, more, err := f(t.Bundle)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, more...)
		out.Targets = append(out.Targets, TargetBundle{Target: t.Target, Bundle: b})
	}
	return &out, diags, nil
}

// Select returns the output with those objects alone that keep returns true
// for, and without tests, which are about more than one object.
func (o *Output) Select(keep func(bundle.Object) bool) *Output {
	out := *o
	out.Bundle, out.Tests, out.Targets = o.Bundle.Select(keep), nil, nil
	for _, t := range o.Targets {
		out.Targets = append(out.Targets, TargetBundle{Target: t.Target, Bundle: t.Bundle.Select(keep)})
	}
	return &out
}

// FormatPromQL lays out the expressions of all rules as Prometheus' formatter
// does. An expression that does not parse, and one with a comment, which the
// formatter would lose, stays as it is, with a warning.
func FormatPromQL(b *bundle.Bundle) (*bundle.Bundle, diag.List, error) {
	var diags diag.List
	out := b
	for _, o := range b.OfKind(bundle.Rules) {
		group, err := o.Value()
		if err != nil {
			return nil, nil, err
		}
		rules := bundle.Value{Kind: bundle.Array}
		changed := false
		for i, rule := range group.Array("rules") {
			e, _ := rule.Get("expr")
			pointer := "/rules/" + strconv.Itoa(i) + "/expr"
			if text := formatExpr(o, pointer, e, &diags); text != e.Text {
				rule, changed = rule.With("expr", bundle.StringValue(text)), true
			}
			rules.Elem = append(rules.Elem, rule)
		}
		if !changed {
			continue
		}
		formatted, err := bundle.NewObject(o.Ref, group.With("rules", rules), o.Origin)
		if err != nil {
			return nil, nil, err
		}
		formatted.Labels, formatted.Entry = o.Labels, o.Entry
		out = out.Replace(formatted)
	}
	return out, diags, nil
}

// formatExpr formats one expression, or says why it stays.
func formatExpr(o bundle.Object, pointer string, v bundle.Value, diags *diag.List) string {
	if v.Kind != bundle.String || v.Src != "" {
		return v.Text
	}
	e, err := expr.Parse(v.Text)
	if err != nil {
		d := expr.Diagnose(diags, o.Origin.At(pointer), expr.AsSyntaxError(v.Text, err))
		d.Severity, d.Object, d.Pointer = diag.Warning, o.Ref.String(), pointer
		d.Hint = "it stays as it is written"
		return v.Text
	}
	if hasComment(v.Text) {
		d := diags.Warnf("promql/comment", o.Origin.At(pointer), "the expression has a comment, which formatting would lose; it stays as it is written")
		d.Object, d.Pointer = o.Ref.String(), pointer
		return v.Text
	}
	return e.Pretty()
}

// hasComment looks for a "#" that stands in no string. Within strings, a
// backslash escapes but in those of backticks.
func hasComment(text string) bool {
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == 0 && c == '#':
			return true
		case quote == 0 && strings.IndexByte("\"'`", c) >= 0:
			quote = c
		case quote != 0 && quote != '`' && c == '\\':
			i++
		case c == quote:
			quote = 0
		}
	}
	return false
}

package promconf

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/VictoriaMetrics/metricsql"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/verdict"
)

// vmalert judges what vmalert reads otherwise than Prometheus does, and replaces
// it with something that Prometheus' loader accepts: durations, which may be
// fractions and plain seconds, and what it does not look at. Its own judgement
// is Group.Validate and Rule.Validate in app/vmalert/config/config.go.
type vmalert struct {
	object bundle.Object
	diags  *diag.List
}

func (a vmalert) wrong(pointer, format string, args ...any) {
	verdict.Errorf(a.diags, a.object, "rules/dialect", pointer, format, args...)
}

// group takes a group as it was written.
func (a vmalert) group(v bundle.Value) bundle.Value {
	if v.Kind != bundle.Map {
		return v
	}
	_, offset := v.Get("eval_offset")
	if _, delay := v.Get("eval_delay"); offset && delay {
		a.wrong("/eval_delay", "eval_offset cannot be used with eval_delay")
	}
	if off, interval := milliseconds(v, "eval_offset"), milliseconds(v, "interval"); offset && max(off, -off) > interval {
		a.wrong("/eval_offset", "eval_offset must not be more than the interval of the group, which has to be set")
	}
	v = a.durations(v, "", "interval")
	rules, ok := v.Get("rules")
	if !ok || rules.Kind != bundle.Array {
		return v
	}
	kind := v.Str("type")
	rules.Elem = slices.Clone(rules.Elem)
	seen := map[string]bool{}
	for i, rule := range rules.Elem {
		if rule.Kind != bundle.Map {
			continue
		}
		pointer := "/rules/" + strconv.Itoa(i)
		if id, ok := ruleID(rule); ok && seen[id] {
			a.wrong(pointer, "the rule stands twice in its group, with the same name, expression and labels")
		} else {
			seen[id] = true
		}
		if kind == "" || kind == "prometheus" {
			a.expression(pointer+"/expr", rule)
		}
		rules.Elem[i] = a.rule(pointer, rule)
	}
	return v.With("rules", rules)
}

// rule leaves away what vmalert does not look at in a recording rule.
func (a vmalert) rule(pointer string, rule bundle.Value) bundle.Value {
	rule = a.durations(rule, pointer, "for", "keep_firing_for")
	if rule.Has("alert") || rule.Str("record") == "" {
		return rule
	}
	out := bundle.Value{Kind: bundle.Map}
	for i, key := range rule.Keys {
		elem := rule.Elem[i]
		switch key {
		case "for", "keep_firing_for":
			continue
		case "annotations":
			elem = bundle.Value{}
		case "record":
			elem = bundle.StringValue("record")
		}
		out.Keys, out.Elem = append(out.Keys, key), append(out.Elem, elem)
	}
	return out
}

// durations judges durations, and replaces those that there are.
func (a vmalert) durations(v bundle.Value, pointer string, fields ...string) bundle.Value {
	for _, field := range fields {
		d, ok := v.Get(field)
		if !ok || d.Kind == bundle.Null {
			continue
		}
		complaint := vmDuration.complain(d)
		if complaint == "" && field == "interval" && milliseconds(v, field) < 0 {
			complaint = "must not be negative"
		}
		if complaint != "" {
			a.wrong(pointer+"/"+field, "%s %s", field, complaint)
		}
		v = v.With(field, bundle.StringValue("1m"))
	}
	return v
}

// expression judges the expression of a rule, of which Prometheus' loader says
// that it must not be missing.
func (a vmalert) expression(pointer string, rule bundle.Value) {
	e, ok := rule.Get("expr")
	if !ok || e.Kind == bundle.Array || e.Kind == bundle.Map || e.Text == "" {
		return
	}
	syntax := expr.AsSyntaxError(e.Text, expr.CheckMetricsQL(e.Text))
	if syntax == nil {
		return
	}
	d := expr.Diagnose(a.diags, a.object.Origin.At(pointer), syntax)
	d.Object, d.Pointer = a.object.Ref.String(), pointer
	d.Hint = "expressions are read as MetricsQL, unless the type of the group says otherwise"
}

// milliseconds is a duration of a field, 0 where there is none.
func milliseconds(v bundle.Value, field string) int64 {
	d, _ := v.Get(field)
	ms, err := metricsql.DurationValue(d.Text, 0)
	if err != nil {
		return 0
	}
	return ms
}

// ruleID is what a rule is to vmalert; see HashRule in its config.go.
func ruleID(rule bundle.Value) (string, bool) {
	labels, _ := rule.Get("labels")
	text, err := bundle.Canonical(labels)
	kind, name := "alert", rule.Str("alert")
	if record := rule.Str("record"); record != "" {
		kind, name = "record", record
	}
	return fmt.Sprintf("%s %q %q %s", kind, name, rule.Str("expr"), text), err == nil
}

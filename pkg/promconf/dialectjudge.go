package promconf

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// RulesFor is Rules as a dialect's program would say it: its own fields are
// judged by what they hold, and taken away before Prometheus' loader sees the
// group; so are the expressions and templates that Prometheus does not
// understand. What an older Prometheus does not know yet is an error.
func (j *Judge) RulesFor(ctx context.Context, d Dialect, o bundle.Object) (diag.List, error) {
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	if d.IsPrometheus() {
		diags, err := j.rules(ctx, o, v, o.Body.Bytes(), d.Features)
		if err != nil || d.major == 0 || diags.HasErrors() {
			return diags, err
		}
		return j.tooNew(d, o)
	}
	var diags diag.List
	v = d.family.bare(v, o, &diags)
	body, err := bundle.Canonical(v)
	if err != nil {
		return nil, err
	}
	more, err := j.rules(ctx, o, v, body, d.Features)
	return append(diags, more...), err
}

// bare returns a rule group without what the dialect adds to it, and reports
// what is wrong with that.
func (f *family) bare(v bundle.Value, o bundle.Object, diags *diag.List) bundle.Value {
	if v.Kind != bundle.Map {
		return v
	}
	for _, field := range f.unknown {
		if v.Has(field) {
			verdict.Errorf(diags, o, "rules/dialect", "/"+field, "the dialect %s has no field %q", f.name, field)
		}
	}
	if f.language == metricsQL {
		v = vmalert{o, diags}.group(v)
	}
	v = strip(v, f.group, "", o, diags)
	rules, ok := v.Get("rules")
	if !ok || rules.Kind != bundle.Array {
		return v
	}
	rules.Elem = slices.Clone(rules.Elem)
	for i, rule := range rules.Elem {
		if rule.Kind != bundle.Map {
			continue
		}
		rule = strip(rule, f.rule, "/rules/"+strconv.Itoa(i), o, diags)
		if expression, ok := rule.Get("expr"); ok && f.language != promQL && expression.Kind == bundle.String && strings.TrimSpace(expression.Text) != "" {
			rule = rule.With("expr", bundle.StringValue("vector(1)"))
		}
		if f.legacyNames {
			legacyNames(rule, "/rules/"+strconv.Itoa(i), o, diags)
		}
		if f.templates {
			rule = plainly(plainly(rule, "labels"), "annotations")
		}
		rules.Elem[i] = rule
	}
	return v.With("rules", rules)
}

// strip takes the dialect's fields away. A field that Prometheus has, too, is
// left to its loader unless the dialect's may hold something else.
func strip(v bundle.Value, fields map[string]fieldType, at string, o bundle.Object, diags *diag.List) bundle.Value {
	out := bundle.Value{Kind: bundle.Map}
	for i, key := range v.Keys {
		field, own := fields[key]
		if !own {
			out.Keys, out.Elem = append(out.Keys, key), append(out.Elem, v.Elem[i])
			continue
		}
		if complaint := field.complain(v.Elem[i]); complaint != "" {
			verdict.Errorf(diags, o, "rules/dialect", at+"/"+key, "%s %s", key, complaint)
		}
	}
	return out
}

// plainly empties the templates among the texts of a field.
func plainly(rule bundle.Value, field string) bundle.Value {
	texts, ok := rule.Get(field)
	if !ok || texts.Kind != bundle.Map {
		return rule
	}
	texts.Elem = slices.Clone(texts.Elem)
	for i, t := range texts.Elem {
		if t.Kind == bundle.String && strings.Contains(t.Text, "{{") {
			texts.Elem[i] = bundle.StringValue("template")
		}
	}
	return rule.With(field, texts)
}

// legacyNames reports the names in a rule that only Prometheus 3 takes.
func legacyNames(rule bundle.Value, at string, o bundle.Object, diags *diag.List) {
	if record := rule.Str("record"); record != "" && !model.LegacyValidation.IsValidMetricName(record) {
		verdict.Errorf(diags, o, "rules/dialect", at+"/record", "the name of a recorded metric must be letters, digits, _ and :, and not %q", record)
	}
	for _, field := range []string{"labels", "annotations"} {
		names, _ := rule.Get(field)
		for _, name := range names.Keys {
			if !model.LegacyValidation.IsValidLabelName(name) {
				verdict.Errorf(diags, o, "rules/dialect", at+"/"+field+"/"+bundle.EscapeToken(name), "a name must be letters, digits and _, and not %q", name)
			}
		}
	}
}

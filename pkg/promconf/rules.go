package promconf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/verdict"
)

// JudgeRules returns what Prometheus refuses a rule group for, of every rule.
func JudgeRules(ctx context.Context, o bundle.Object) (diag.List, error) {
	return NewJudge(nil).Rules(ctx, o)
}

// refused says what a group is refused for.
func refused(ctx context.Context, o bundle.Object, v bundle.Value, p parser.Parser) (diag.List, error) {
	j := judgement{object: o, parser: p}
	if err := j.judge(ctx, v); err != nil {
		return nil, fmt.Errorf("judge %s: %w", o.Ref, err)
	}
	if len(j.diags) == 0 {
		// Cannot happen as long as the parts are judged as the whole is.
		return nil, fmt.Errorf("judge %s: refused as a whole, but none of its parts is", o.Ref)
	}
	return j.diags, nil
}

// judgement takes a refused group apart: first what does not decode, then
// every rule that does.
type judgement struct {
	object bundle.Object
	parser parser.Parser
	diags  diag.List
}

func (j *judgement) judge(ctx context.Context, group bundle.Value) error {
	loader := verdict.Loader{
		Load:  decodeGroup,
		Type:  reflect.TypeFor[rulefmt.RuleGroup](),
		Units: []string{"/rules/*"},
	}
	findings, err := loader.Judge(ctx, group)
	if err != nil {
		return err
	}
	verdict.Report(&j.diags, j.object, "rules", findings)
	for i, d := range j.diags {
		if hint := foreignField(d); hint != "" {
			j.diags[i].Hint = hint
		}
	}
	if !slices.ContainsFunc(findings, func(f verdict.Finding) bool { return rulePointer(f.Pointer) == "" }) {
		// The group itself decodes.
		if err := j.group(group); err != nil {
			return err
		}
	}
	for i, rule := range group.Array("rules") {
		pointer := "/rules/" + strconv.Itoa(i)
		rest, ok := decodable(rule, pointer, findings)
		if !ok {
			continue
		}
		if err := j.rule(pointer, rest); err != nil {
			return err
		}
	}
	return nil
}

// decodable returns what is left of a rule without the fields that do not
// decode, if it can be judged without them: an expression that is missing
// because its field is misspelt is not to be asked for.
func decodable(rule bundle.Value, pointer string, findings []verdict.Finding) (rest bundle.Value, ok bool) {
	if rule.Kind != bundle.Map && rule.Kind != bundle.Null {
		return rule, false
	}
	broken := false
	for _, f := range findings {
		if rulePointer(f.Pointer) != pointer {
			continue
		}
		field, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(f.Pointer, pointer), "/"), "/")
		switch field {
		case "", "alert", "record", "expr":
			return rule, false
		}
		rule, broken = without(rule, field), true
	}
	complete := rule.Has("expr") && (rule.Has("alert") || rule.Has("record"))
	return rule, complete || !broken
}

// without returns an object without the field of a token of JSON Pointers.
func without(v bundle.Value, token string) bundle.Value {
	out := bundle.Value{Kind: v.Kind}
	for i, key := range v.Keys {
		if bundle.EscapeToken(key) != token {
			out.Keys, out.Elem = append(out.Keys, key), append(out.Elem, v.Elem[i])
		}
	}
	return out
}

// rulePointer returns the rule that a pointer leads into, or "".
func rulePointer(pointer string) string {
	tokens := strings.SplitN(pointer, "/", 4)
	if len(tokens) < 3 || tokens[1] != "rules" {
		return ""
	}
	return "/rules/" + tokens[2]
}

// decodeGroup reads a group as rulefmt.Parse does: once strictly, once with
// nodes in the place of some scalars.
func decodeGroup(data []byte) error {
	for _, target := range []any{new(rulefmt.RuleGroup), new(rulefmt.RuleGroupNode)} {
		d := yaml.NewDecoder(strings.NewReader(string(data)))
		_, plain := target.(*rulefmt.RuleGroup)
		d.KnownFields(plain)
		if err := d.Decode(target); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	return nil
}

// group judges what a group says beside its rules.
func (j *judgement) group(group bundle.Value) error {
	bare, err := bundle.Canonical(bundle.RuleFile([]bundle.Value{group.With("rules", bundle.ArrayValue())}))
	if err != nil {
		return err
	}
	_, errs := rulefmt.Parse(bare, false, nameValidation, j.parser, slog.New(slog.DiscardHandler))
	for _, err := range errs {
		message := positionPrefix.ReplaceAllString(err.Error(), "")
		pointer := ""
		switch {
		case strings.HasPrefix(message, "Groupname"):
			pointer, message = "/name", "the name of a group must not be empty"
		case strings.HasPrefix(message, "invalid label name: "):
			pointer = "/labels/" + bundle.EscapeToken(strings.TrimPrefix(message, "invalid label name: "))
		case strings.HasPrefix(message, "invalid label value: "):
			pointer = "/labels"
		}
		d := verdict.Errorf(&j.diags, j.object, "rules/invalid", pointer, "%s", message)
		if isName(message) {
			d.Span = bundle.NameAt(j.object.Origin, pointer)
		}
	}
	return nil
}

func (j *judgement) rule(pointer string, rule bundle.Value) error {
	data, err := bundle.Canonical(rule)
	if err != nil {
		return err
	}
	var r rulefmt.Rule
	if err := yaml.Unmarshal(data, &r); err != nil {
		return err
	}
	wrapped := r.Validate(rulefmt.RuleNode{}, nameValidation, j.parser)
	for i := range wrapped {
		j.wrapped(pointer, r, errors.Unwrap(&wrapped[i]))
	}
	return nil
}

// wrapped finds the place of an error of rulefmt by its text, which is all
// that upstream offers.
func (j *judgement) wrapped(pointer string, r rulefmt.Rule, err error) {
	message := named(err.Error())
	if syntax := expr.AsSyntaxError(r.Expr, err); syntax != nil {
		d := expr.Diagnose(&j.diags, j.object.Origin.At(pointer+"/expr"), syntax)
		d.Object, d.Pointer = j.object.Ref.String(), pointer+"/expr"
		return
	}
	if field, name, text, ok := templateError(message); ok {
		message, hint := explainTemplate(text)
		at := pointer + "/" + field + "/" + bundle.EscapeToken(name)
		verdict.Errorf(&j.diags, j.object, "rules/template", at, "%s", message).Hint = hint
		return
	}
	place, hint := rulePlace(message)
	d := verdict.Errorf(&j.diags, j.object, "rules/invalid", pointer+place, "%s", message)
	d.Hint = hint
	if isName(message) {
		d.Span = bundle.NameAt(j.object.Origin, d.Pointer)
	}
}

// named makes an empty name visible.
func named(message string) string {
	if strings.HasSuffix(message, " name: ") {
		return message + `""`
	}
	return message
}

// isName reports whether an error of rulefmt is about a name and not about what
// it stands for.
func isName(message string) bool {
	return strings.HasPrefix(message, "invalid label name: ") || strings.HasPrefix(message, "invalid annotation name: ") || strings.HasPrefix(message, "invalid field '")
}

// rulePlace returns where in a rule an error of rulefmt belongs.
func rulePlace(message string) (pointer, hint string) {
	switch {
	case message == "field 'expr' must be set in rule":
		return "", "give the rule an expression: expr"
	case strings.HasPrefix(message, "one of 'record' or 'alert'"):
		return "", "an alerting rule has a field \"alert\", a recording rule a field \"record\""
	case strings.HasPrefix(message, "only one of 'record' and 'alert'"):
		return "/record", "make two rules of it"
	case strings.HasPrefix(message, "invalid field '"):
		field, _, _ := strings.Cut(strings.TrimPrefix(message, "invalid field '"), "'")
		return "/" + field, "only alerting rules have it; leave it out"
	case strings.HasPrefix(message, "braces present"), strings.HasPrefix(message, "invalid recording rule name"):
		return "/record", "a name has letters, digits, \"_\" and \":\"; labels belong into \"labels\""
	}
	for prefix, field := range map[string]string{"invalid label name: ": "/labels/", "invalid annotation name: ": "/annotations/"} {
		if name, ok := strings.CutPrefix(message, prefix); ok {
			if name == `""` {
				name = ""
			}
			return field + bundle.EscapeToken(name), ""
		}
	}
	return "", ""
}

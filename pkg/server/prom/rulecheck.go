package prom

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
)

const codeRules = "rules/invalid"

// parseGroups parses the groups of a revision. A group for which known has the
// result already is not parsed again: at ten thousand rules that would take
// seconds.
func parseGroups(p parser.Parser, groups []RuleGroup, env ruleEnv, known map[groupID]*groupSpec) ([]*groupSpec, diag.List) {
	var (
		list  diag.List
		specs = make([]*groupSpec, 0, len(groups))
		seen  = make(map[groupID]bool, len(groups))
	)
	for _, g := range groups {
		id := groupID{g.Namespace, g.Name}
		switch {
		case g.Namespace == "" || g.Name == "":
			list.Errorf(codeRules, diag.Span{}, "a rule group needs a namespace and a name").Object = id.object()
		case seen[id]:
			list.Errorf(codeRules, diag.Span{}, "the rule group %q stands twice in namespace %q", g.Name, g.Namespace).Object = id.object()
		default:
			seen[id] = true
			spec := known[id]
			if spec == nil || !spec.builtFrom(g.YAML, env) {
				var found diag.List
				spec, found = parseGroup(id, g.YAML, env, p)
				list = append(list, found...)
			}
			if spec != nil {
				specs = append(specs, spec)
			}
		}
	}
	slices.SortFunc(specs, func(a, b *groupSpec) int { return a.id.compare(b.id) })
	return specs, list
}

func parseGroup(id groupID, text []byte, env ruleEnv, p parser.Parser) (*groupSpec, diag.List) {
	var list diag.List
	parsed, errs := rulefmt.Parse(asFile(text), false, env.names, p, slog.New(slog.DiscardHandler))
	for _, err := range errs {
		list = append(list, ruleFinding(id, err)...)
	}
	if len(list) > 0 {
		return nil, list
	}
	if parsed == nil || len(parsed.Groups) != 1 {
		list.Errorf(codeRules, diag.Span{}, "expected one rule group").Object = id.object()
		return nil, list
	}
	spec := &groupSpec{id: id, text: bytes.Clone(text), env: env, format: parsed.Groups[0]}
	if spec.format.Name != id.name {
		d := list.Errorf(codeRules, diag.Span{}, "the rule group is called %q within, but %q by its reference", spec.format.Name, id.name)
		d.Object, d.Pointer = id.object(), "/name"
		return nil, list
	}
	for i, r := range spec.format.Rules {
		expr, err := p.ParseExpr(r.Expr)
		if err != nil { // rulefmt has parsed it before
			d := list.Errorf(codeRules, diag.Span{}, "%v", err)
			d.Object, d.Pointer = id.object(), fmt.Sprintf("/rules/%d/expr", i)
			return nil, list
		}
		spec.exprs = append(spec.exprs, expr)
	}
	return spec, nil
}

// asFile makes a rule file of one group. Indentation leaves YAML's meaning
// alone, in flow style (JSON) as well as in block style.
func asFile(group []byte) []byte {
	group = bytes.TrimPrefix(bytes.TrimSpace(group), []byte("---\n"))
	var out bytes.Buffer
	out.WriteString("groups:\n")
	for i, line := range bytes.Split(group, []byte("\n")) {
		if i == 0 {
			out.WriteString("- ")
		} else {
			out.WriteString("  ")
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// ruleFields finds the field that a message of rulefmt (Rule.Validate) is
// about; upstream keeps the YAML node to itself.
var ruleFields = []struct{ prefix, field string }{
	{"could not parse expression", "/expr"},
	{"field 'expr' must be set", "/expr"},
	{"invalid field 'annotations'", "/annotations"},
	{"invalid field 'for'", "/for"},
	{"invalid field 'keep_firing_for'", "/keep_firing_for"},
	{"invalid recording rule name", "/record"},
	{"braces present in the recording rule name", "/record"},
	{"only one of 'record' and 'alert'", "/record"},
	{"invalid label", "/labels"},
	{"invalid annotation name", "/annotations"},
	{"label ", "/labels"},
	{"annotation ", "/annotations"},
}

// namedField finds the label or annotation that a template error names.
var namedField = regexp.MustCompile(`^(label|annotation) "([^"]+)": `)

// yamlNoise is how the YAML decoder introduces what it found.
var yamlNoise = regexp.MustCompile(`^(yaml: )?(unmarshal errors:\s*)?(line \d+: )?`)

func ruleFinding(id groupID, err error) diag.List {
	var list diag.List
	var ruleErr *rulefmt.Error
	if !errors.As(err, &ruleErr) {
		return yamlFinding(id, err)
	}
	cause := rootMessage(ruleErr)
	d := list.Errorf(codeRules, diag.Span{}, "rule %q: %s", ruleErr.RuleName, cause)
	if ruleErr.RuleName == "" {
		d.Summary = cause
	}
	d.Object = id.object()
	d.Pointer = fmt.Sprintf("/rules/%d", ruleErr.Rule-1)
	if m := namedField.FindStringSubmatch(cause); m != nil {
		d.Pointer += "/" + m[1] + "s/" + escapePointer(m[2])
		return list
	}
	for _, f := range ruleFields {
		if strings.HasPrefix(cause, f.prefix) {
			d.Pointer += f.field
			break
		}
	}
	return list
}

// rootMessage is the message of a rulefmt.Error without the positions that it
// prints, which are those of the file that asFile made.
func rootMessage(err *rulefmt.Error) string {
	if cause := errors.Unwrap(&err.Err); cause != nil {
		return cause.Error()
	}
	return err.Err.Error()
}

// yamlFinding reports what the YAML decoder refused, a finding a line.
func yamlFinding(id groupID, err error) diag.List {
	var list diag.List
	text := strings.TrimSpace(yamlNoise.ReplaceAllString(err.Error(), ""))
	for line := range strings.Lines(text) {
		line = yamlNoise.ReplaceAllString(strings.TrimSpace(line), "")
		if line != "" {
			list.Errorf(codeRules, diag.Span{}, "%s", plainYAML(line)).Object = id.object()
		}
	}
	return list
}

// escapePointer escapes a reference token of a JSON Pointer (RFC 6901).
func escapePointer(token string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

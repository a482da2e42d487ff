package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// Ignored is a finding that a rule asks not to be made about it, with
//
//	monctl:: { ignore: ['alert/for', { code: 'alert/runbook', reason: '…', expires: '2026-12-31' }] }
type Ignored struct {
	// Object is the reference of the group, Pointer leads to the rule in it.
	Object, Pointer string
	Code, Reason    string
	// Expires is when it does not hold any more; zero for never.
	Expires time.Time
	// Span is where it is asked for.
	Span diag.Span
}

// The fields of what a revealing transform evaluates to, if there is anything
// to reveal: they cannot be those of a source.
const (
	revealedValue = "monctl value"
	revealedRules = "monctl rules"
	// revealedHidden are the names of the fields of a value that has no others.
	revealedHidden = "monctl hidden"
	// revealedField is where a rule has its hidden field on its way through
	// the adjustments.
	revealedField = "monctl::"
)

// revealing returns a transform that applies another one, and has what rules
// have in the hidden field monctl beside the value. The value itself stays what
// it is, so that its origins do, too. It looks only where rules can be. Of a
// value whose fields are all hidden, it has their names beside it.
func revealing(transform string) string {
	return fmt.Sprintf(`
local take = (%[1]s);
local has(v, f) = std.isObject(v) && std.objectHasAll(v, f);
local isHidden(v) = has(v, 'monctl') && !std.objectHas(v, 'monctl');
local inRules(rules, path) = [
  { path: path + [i], value: rules[i].monctl }
  for i in std.range(0, std.length(rules) - 1) if isHidden(rules[i])
];
local ways = ['groups', 'prometheusAlerts', 'prometheusRules', 'items'];
local leads(v) = std.isArray(v) || std.any([has(v, f) for f in ways + ['rules']]);
local find(v, path) =
  if std.isArray(v) then std.flattenArrays([find(v[i], path + [i]) for i in std.range(0, std.length(v) - 1)])
  else if !std.isObject(v) then []
  else if has(v, 'rules') then if std.isArray(v.rules) then inRules(v.rules, path + ['rules']) else []
  else if has(v, 'kind') && has(v, 'spec') then find(v.spec, path + ['spec'])
  else if leads(v) then std.flattenArrays([find(v[f], path + [f]) for f in ways if std.objectHasAll(v, f)])
  else std.flattenArrays([find(v[f], path + [f]) for f in std.objectFields(v) if std.isObject(v[f]) && leads(v[f])]);
local allHidden(v) = std.isObject(v) && std.length(std.objectFields(v)) == 0 && std.length(std.objectFieldsAll(v)) > 0;
function(v)
  local value = take(v), found = find(value, []);
  if std.length(found) > 0 then { '%[2]s': value, '%[3]s': found }
  else if allHidden(value) then { '%[2]s': value, '%[4]s': std.objectFieldsAll(value) }
  else value`, transform, revealedValue, revealedRules, revealedHidden)
}

// unwrapped leads a pointer into what a transform evaluates to back to the
// source's own value.
func unwrapped(pointer string, configured bool) string {
	if configured {
		pointer = strings.TrimPrefix(pointer, "/value")
	}
	if strings.HasPrefix(pointer, "/"+revealedRules+"/") {
		return ""
	}
	return strings.TrimPrefix(pointer, "/"+revealedValue)
}

// reveal gives the rules of a revealing transform's result their field back,
// under a name that no source has.
func (r *renderer) reveal(d bundle.Document) bundle.Document {
	for _, name := range d.Value.Array(revealedHidden) {
		r.hidden = append(r.hidden, name.Text)
	}
	if len(r.hidden) > 0 {
		return sub(d, "/"+revealedValue)
	}
	if !d.Value.Has(revealedRules) {
		return d
	}
	from := map[string]string{} // pointers of the fields in the document
	out := sub(d, "/"+revealedValue)
	for i, found := range d.Value.Array(revealedRules) {
		var path []string
		for _, token := range found.Array("path") {
			path = append(path, token.Text)
		}
		field, _ := found.Get("value")
		out.Value = replace(out.Value, path, func(rule bundle.Value) bundle.Value { return rule.With(revealedField, field) })
		var pointer strings.Builder
		for _, token := range append(path, revealedField) {
			pointer.WriteString("/" + bundle.EscapeToken(token))
		}
		from[pointer.String()] = "/" + revealedRules + "/" + strconv.Itoa(i) + "/value"
	}
	out.Origin = bundle.MapOrigin(d.Origin, func(pointer string) string {
		if i := strings.Index(pointer, "/"+revealedField); i >= 0 {
			end := i + 1 + len(revealedField)
			if field, ok := from[pointer[:end]]; ok {
				return field + pointer[end:]
			}
		}
		return "/" + revealedValue + pointer
	})
	return out
}

// replace changes the value at a path, which exists.
func replace(v bundle.Value, path []string, change func(bundle.Value) bundle.Value) bundle.Value {
	if len(path) == 0 {
		return change(v)
	}
	if v.Kind == bundle.Array {
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(v.Elem) {
			v.Elem = slices.Clone(v.Elem)
			v.Elem[i] = replace(v.Elem[i], path[1:], change)
		}
		return v
	}
	elem, ok := v.Get(path[0])
	if !ok {
		return v
	}
	return v.With(path[0], replace(elem, path[1:], change))
}

// takeIgnored takes the fields that were revealed off a group's rules again,
// and keeps what they say. A visible field would be shipped, so it is refused.
func (r *renderer) takeIgnored(ref bundle.Ref, group bundle.Value, origin bundle.Origin) bundle.Value {
	rules := group.Array("rules")
	if !slices.ContainsFunc(rules, func(v bundle.Value) bool { return v.Has(revealedField) || v.Has("monctl") }) {
		return group
	}
	rules = slices.Clone(rules)
	for i, rule := range rules {
		pointer := "/rules/" + strconv.Itoa(i)
		if rule.Has("monctl") {
			d := r.out.diags.Errorf("exception/syntax", origin.At(pointer+"/monctl"), "the field monctl of a rule is visible, and would be shipped with it")
			d.Object, d.Pointer = ref.String(), pointer+"/monctl"
			d.Hint = "hide it, in Jsonnet: monctl:: { ignore: […] }; elsewhere write an exception in monctl.cue"
			rules[i] = without(rule, []string{"monctl"})
		}
		if field, ok := rule.Get(revealedField); ok {
			rules[i] = without(rules[i], []string{revealedField})
			t := ignoring{r: r, origin: origin, rule: Ignored{Object: ref.String(), Pointer: pointer}}
			t.read(field, pointer+"/"+revealedField)
		}
	}
	return group.With("rules", bundle.Value{Kind: bundle.Array, Elem: rules})
}

// ignoring reads the field of one rule.
type ignoring struct {
	r      *renderer
	origin bundle.Origin
	rule   Ignored
}

const wantIgnored = `monctl:: { ignore: ['alert/for', { code: 'alert/runbook', reason: '…', expires: '2026-12-31' }] }`

func (t ignoring) problem(pointer, hint, format string, args ...any) {
	d := t.r.out.diags.Errorf("exception/syntax", t.origin.At(pointer), format, args...)
	d.Object, d.Pointer, d.Hint = t.rule.Object, t.rule.Pointer, hint
}

func (t ignoring) read(field bundle.Value, at string) {
	if !t.fields(field, at, "the field monctl of a rule", "ignore") {
		return
	}
	list, _ := field.Get("ignore")
	if list.Kind != bundle.Array {
		t.problem(at+"/ignore", "want "+wantIgnored, "ignore is an array of codes, found %s", describe(list))
		return
	}
	for i, e := range list.Elem {
		t.entry(e, at+"/ignore/"+strconv.Itoa(i))
	}
}

func (t ignoring) entry(v bundle.Value, at string) {
	one := t.rule
	one.Span = t.origin.At(at)
	if v.Kind == bundle.String {
		one.Code = v.Text
		t.r.out.ignored = append(t.r.out.ignored, one)
		return
	}
	if !t.fields(v, at, "an exception", "code", "reason", "expires") {
		return
	}
	one.Code, one.Reason = v.Str("code"), v.Str("reason")
	if one.Code == "" {
		t.problem(at, "want "+wantIgnored, "the exception has no code")
		return
	}
	if v.Has("expires") {
		var err error
		if one.Expires, err = project.ParseExpiry(v.Str("expires")); err != nil {
			t.problem(at+"/expires", "", "%s", err)
			return
		}
	}
	t.r.out.ignored = append(t.r.out.ignored, one)
}

// fields checks that a value is an object with certain fields at most.
func (t ignoring) fields(v bundle.Value, at, what string, known ...string) bool {
	if v.Kind != bundle.Map {
		t.problem(at, "want "+wantIgnored, "%s is an object, found %s", what, describe(v))
		return false
	}
	for _, key := range v.Keys {
		if !slices.Contains(known, key) {
			hint := diag.DidYouMean(key, known)
			if hint == "" {
				hint = "known here: " + strings.Join(known, ", ")
			}
			t.problem(at+"/"+bundle.EscapeToken(key), hint, "unknown field %q in %s", key, what)
			return false
		}
	}
	return true
}

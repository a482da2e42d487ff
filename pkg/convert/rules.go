package convert

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// ruleSettings are how the library is adjusted to the rules of a document.
type ruleSettings struct {
	required []string // of severity, team, summary, description
	levels   []string // severities that the library does not have
	team     string
	prefix   string // of runbook_url, before the alert's name
	suffix   string
	keep     bool   // the space around expressions and descriptions
	urls     string // beginning of runbook addresses without a pattern
	labels   string // canonical encoding of labels that many alerts share
}

// at is a value and where it stands.
type at struct {
	pointer string
	value   bundle.Value
}

func (a at) sub(key string) at {
	v, _ := a.value.Get(key)
	return at{a.pointer + "/" + bundle.EscapeToken(key), v}
}

func (a at) elems() []at {
	var all []at
	for i, e := range a.value.Elem {
		all = append(all, at{a.pointer + "/" + strconv.Itoa(i), e})
	}
	return all
}

// rules offers the builders of rules.libsonnet, rules first, then groups, then
// files.
func (c *converter) rules() {
	files, groups := ruleFiles(at{"", c.value})
	var rules []at
	for _, g := range groups {
		rules = append(rules, g.sub("rules").elems()...)
	}
	s := c.ruleSettings(rules)
	o := &offered{c: c}
	for _, r := range rules {
		switch {
		case r.value.Has("alert"):
			o.offer(r.pointer, r.value, func() (expr, bool) { return c.alert(s, r) })
		case r.value.Has("record"):
			o.offer(r.pointer, r.value, func() (expr, bool) {
				known := s.unstripped(c.fields(r.pointer, r.value, without(r.value, "expr", "labels")...))
				rest := c.fields(r.pointer, r.value, "record", "expr", "labels")
				return with(calls("rules.record", c.text(r.value.Str("record")), expr{form: object, items: known}), rest), true
			})
		}
	}
	o.settle()
	for _, g := range groups {
		o.offer(g.pointer, g.value, func() (expr, bool) { return c.group(g) })
	}
	o.settle()
	for _, f := range files {
		o.offer(f.pointer, f.value, func() (expr, bool) {
			list := f.sub("groups")
			if list.value.Kind != bundle.Array {
				return expr{}, false
			}
			rest := c.fields(f.pointer, f.value, "groups")
			return with(calls("rules.file", c.expr(list.pointer, list.value)), rest), true
		})
	}
	o.settle()
}

// without are the keys of a Map but for some.
func without(v bundle.Value, keep ...string) []string {
	return slices.DeleteFunc(slices.Clone(v.Keys), func(k string) bool { return contains(keep, k) })
}

// ruleFiles finds the rule files and groups of a document.
func ruleFiles(a at) (files, groups []at) {
	switch v := a.value; {
	case v.Kind == bundle.Array:
		return nil, a.elems()
	case v.Str("kind") == "List":
		for _, item := range a.sub("items").elems() {
			f, g := ruleFiles(item)
			files, groups = append(files, f...), append(groups, g...)
		}
		return files, groups
	case v.Str("kind") == "PrometheusRule":
		a = a.sub("spec")
	}
	return []at{a}, a.sub("groups").elems()
}

func (c *converter) group(g at) (expr, bool) {
	rules := g.sub("rules")
	if rules.value.Kind != bundle.Array {
		return expr{}, false
	}
	settings := []string{"interval", "query_offset", "limit", "labels"}
	args := []expr{c.text(g.value.Str("name")), c.expr(rules.pointer, rules.value)}
	if known := c.fields(g.pointer, g.value, without(g.value, settings...)...); len(known) > 0 {
		args = append(args, expr{form: object, items: known})
	}
	rest := c.fields(g.pointer, g.value, append(settings, "name", "rules")...)
	return with(calls("rules.group", args...), rest), true
}

// alert is rules.alert(…) of an alerting rule: what the library takes as fields
// of its own is taken out of labels and annotations.
func (c *converter) alert(s ruleSettings, r at) (expr, bool) {
	labels, annotations := r.sub("labels"), r.sub("annotations")
	var spec, rest []item
	for _, key := range r.value.Keys {
		switch key {
		case "alert":
		case "expr", "for", "keep_firing_for":
			spec = append(spec, c.field(r.pointer, r.value, key))
		case "labels":
			spec = append(spec, c.promoted(labels, "severity", "team")...)
		case "annotations":
			spec = append(spec, c.promoted(annotations, "summary", "description", "runbook_url")...)
		default:
			rest = append(rest, c.field(r.pointer, r.value, key))
		}
	}
	spec = s.unstripped(c.inherited(s, r, spec))
	slices.SortStableFunc(spec, func(a, b item) int { return slices.Index(alertFields, a.key) - slices.Index(alertFields, b.key) })
	return with(calls("rules.alert", c.text(r.value.Str("alert")), expr{form: object, items: spec}), rest), true
}

// alertFields are the fields of rules.alert in the order in which they are read:
// when, how bad, and then what is said.
var alertFields = []string{
	"expr", "'for'", "keep_firing_for", "severity", "team", "summary", "description", "runbook_url", "labels", "annotations",
}

// promoted are some fields of labels or annotations, and then the others in a
// field of their own.
func (c *converter) promoted(a at, keys ...string) []item {
	var items []item
	for _, key := range a.value.Keys {
		if contains(keys, key) {
			items = append(items, c.field(a.pointer, a.value, key))
		}
	}
	others := c.fields(a.pointer, a.value, keys...)
	if len(others) == 0 {
		return items
	}
	i := c.item(a.pointer[strings.LastIndexByte(a.pointer, '/')+1:], a.pointer, expr{form: object, items: others})
	return append(items, i)
}

// inherited leaves out what the settings give the alert anyhow.
func (c *converter) inherited(s ruleSettings, r at, spec []item) []item {
	annotations := r.sub("annotations").value
	name, runbook := r.value.Str("alert"), annotations.Str("runbook_url")
	var items []item
	for _, i := range spec {
		switch {
		case i.key == "team" && s.team != "" && r.sub("labels").value.Str("team") == s.team && i.notes.empty():
			continue
		case i.key == "runbook_url" && s.prefix != "" && runbook == s.prefix+name+s.suffix && i.notes.empty():
			continue
		case i.key == "runbook_url" && s.urls != "" && strings.HasPrefix(runbook, s.urls) && runbook != s.urls:
			i.value = expr{form: atom, text: "runbooks + " + quote(strings.TrimPrefix(runbook, s.urls))}
		case i.key == "labels" && s.labels != "" && string(encoded(extraLabels(r.value))) == s.labels && plainItems(i.value):
			i.value = expr{form: atom, text: "labels"}
		}
		items = append(items, i)
	}
	if s.prefix != "" && !annotations.Has("runbook_url") {
		items = append(items, item{key: "runbook_url", value: expr{form: atom, text: "null"}})
	}
	return items
}

// unstripped ends text blocks in the usual way where the library strips them.
func (s ruleSettings) unstripped(spec []item) []item {
	for i, f := range spec {
		if !s.keep && f.value.form == block && contains([]string{"expr", "description"}, f.key) && !strings.HasSuffix(f.value.text, "\n") {
			spec[i].value.text += "\n"
		}
	}
	return spec
}

func plainItems(e expr) bool {
	return !slices.ContainsFunc(e.items, func(i item) bool { return !i.notes.empty() })
}

// extraLabels are the labels without those that are fields of their own.
func extraLabels(rule bundle.Value) bundle.Value {
	labels, _ := rule.Get("labels")
	out := bundle.Value{Kind: bundle.Map}
	for i, k := range labels.Keys {
		if k != "severity" && k != "team" {
			out.Keys, out.Elem = append(out.Keys, k), append(out.Elem, labels.Elem[i])
		}
	}
	return out
}

var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// isPadded reports whether the library would change a text by stripping it.
func isPadded(s string) bool { return strings.Trim(s, " \n") != s }

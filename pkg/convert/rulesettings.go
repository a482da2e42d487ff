package convert

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// often is how many times something has to stand in a document before it is
// worth a name.
const often = 3

// ruleSettings finds what the rules of a document have in common, and adjusts
// the library to it.
func (c *converter) ruleSettings(rules []at) ruleSettings {
	var s ruleSettings
	var alerts []bundle.Value
	for _, r := range rules {
		annotations, _ := r.value.Get("annotations")
		s.keep = s.keep || isPadded(r.value.Str("expr")) || isPadded(annotations.Str("description"))
		if r.value.Has("alert") {
			alerts = append(alerts, r.value)
		}
	}
	s.required = required(alerts)
	s.levels = levels(alerts)
	s.team = team(alerts)
	s.prefix, s.suffix = runbooks(alerts)
	if s.prefix == "" {
		s.urls = commonURL(alerts)
	}
	s.labels = commonLabels(alerts)
	c.library("rules", "rules.libsonnet", s.fields())
	c.nameShared(s, alerts)
	return s
}

// fields are the settings as fields of the library.
func (s ruleSettings) fields() []item {
	str := func(key, value string) item { return item{key: key, value: name(quote(value))} }
	var fields, defaults []item
	all := []string{"severity", "team", "summary", "description"}
	if !slices.Equal(s.required, all) {
		e := expr{form: array}
		for _, f := range s.required {
			e.items = append(e.items, item{value: name(quote(f))})
		}
		fields = append(fields, item{key: "required", value: e})
	}
	if len(s.levels) > 0 {
		e := expr{form: object}
		for _, l := range s.levels {
			e.items = append(e.items, item{key: fieldName(l), value: name("''")})
		}
		say := notes{head: []string{"What each of these promises is not written anywhere yet."}}
		fields = append(fields, item{key: "severities+", value: e, notes: say})
	}
	if s.team != "" {
		defaults = append(defaults, str("team", s.team))
	}
	if s.prefix != "" {
		defaults = append(defaults, str("runbookPrefix", s.prefix))
		if s.suffix != ".md" {
			defaults = append(defaults, str("runbookSuffix", s.suffix))
		}
	}
	if s.keep {
		defaults = append(defaults, item{key: "strip", value: name("false")})
	}
	if len(defaults) > 0 {
		fields = append(fields, item{key: "defaults+", value: expr{form: object, items: defaults}})
	}
	return fields
}

// nameShared makes locals of what alerts share without the library's help.
func (c *converter) nameShared(s ruleSettings, alerts []bundle.Value) {
	if s.urls != "" {
		c.settings = append(c.settings, item{key: "runbooks", value: name(quote(s.urls))})
	}
	if s.labels == "" {
		return
	}
	for _, a := range alerts {
		if v := extraLabels(a); string(encoded(v)) == s.labels {
			c.settings = append(c.settings, item{key: "labels", value: c.expr("", v)})
			return
		}
	}
}

// required are the fields that all of the alerts have.
func required(alerts []bundle.Value) []string {
	var fields []string
	for field, in := range map[string]string{"severity": "labels", "team": "labels", "summary": "annotations", "description": "annotations"} {
		if !slices.ContainsFunc(alerts, func(a bundle.Value) bool { v, _ := a.Get(in); return !v.Has(field) }) {
			fields = append(fields, field)
		}
	}
	order := []string{"severity", "team", "summary", "description"}
	slices.SortFunc(fields, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return fields
}

// levels are the severities that the library does not know.
func levels(alerts []bundle.Value) []string {
	var all []string
	for _, a := range alerts {
		labels, _ := a.Get("labels")
		s := labels.Str("severity")
		if plainWord.MatchString(s) && !contains([]string{"critical", "warning", "info", "none"}, s) && !contains(all, s) {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	return all
}

// team is the team that most of the alerts name, if all name one.
func team(alerts []bundle.Value) string {
	count := map[string]int{}
	for _, a := range alerts {
		labels, _ := a.Get("labels")
		team := labels.Str("team")
		if team == "" {
			return ""
		}
		count[team]++
	}
	best := ""
	for t, n := range count {
		if n >= 2 && (n > count[best] || n == count[best] && t < best) {
			best = t
		}
	}
	return best
}

// runbooks are what stands before and after the alert's name in the addresses
// of most runbooks.
func runbooks(alerts []bundle.Value) (prefix, suffix string) {
	type pattern struct{ prefix, suffix string }
	count := map[pattern]int{}
	for _, a := range alerts {
		annotations, _ := a.Get("annotations")
		if before, after, ok := strings.Cut(annotations.Str("runbook_url"), a.Str("alert")); ok && before != "" {
			count[pattern{before, after}]++
		}
	}
	best := pattern{}
	for p, n := range count {
		if n >= 2 && 2*n >= len(alerts) && (n > count[best] || n == count[best] && p.prefix < best.prefix) {
			best = p
		}
	}
	return best.prefix, best.suffix
}

// commonURL is what all addresses of runbooks begin with, up to a "/", "#", "-"
// or "=".
func commonURL(alerts []bundle.Value) string {
	common, n := "", 0
	for _, a := range alerts {
		annotations, _ := a.Get("annotations")
		runbook := annotations.Str("runbook_url")
		if runbook == "" {
			continue
		}
		if n++; n == 1 {
			common = runbook
		}
		for !strings.HasPrefix(runbook, common) {
			common = common[:len(common)-1]
		}
	}
	common = common[:strings.LastIndexAny(common, "/#-=")+1]
	if n < often || len(common) < len("https://x.y/z") {
		return ""
	}
	return common
}

// commonLabels are the further labels that at least three alerts share.
func commonLabels(alerts []bundle.Value) string {
	count := map[string]int{}
	for _, a := range alerts {
		if v := extraLabels(a); len(v.Keys) > 0 {
			count[string(encoded(v))]++
		}
	}
	best := ""
	for labels, n := range count {
		if n >= often && (n > count[best] || n == count[best] && labels < best) {
			best = labels
		}
	}
	return best
}

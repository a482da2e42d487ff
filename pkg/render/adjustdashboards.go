package render

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/project"
)

// dashboard adjusts a dashboard from a file of some name; false says that it
// is left out.
func (a *adjuster) dashboard(ref bundle.Ref, file string, v bundle.Value, origin bundle.Origin) (bundle.Ref, bundle.Value, bundle.Origin, bool) {
	if len(a.adjustments) == 0 {
		return ref, v, origin, true
	}
	names := []string{file, file + ".json", ref.Name, v.Str("title")}
	if spec, ok := v.Get("spec"); ok { // a resource that is kept as a whole
		names[3] = spec.Str("title")
	}
	places, keep := map[string]string{}, true
	for _, adj := range a.adjustments {
		d, at := adj.Dashboards, adj.Pointer+"/dashboards"
		for i, p := range d.Drop {
			if a.saw(at+"/drop/"+strconv.Itoa(i), matchesAnyName(p, names), names...) {
				keep = false
			}
		}
		if d.Folder != "" {
			ref.Space = d.Folder
		}
		v = withTags(v, d.Tags)
		for _, name := range slices.Sorted(maps.Keys(d.Datasources)) {
			var found bool
			v, found = withDatasource(v, name, d.Datasources[name])
			a.saw(at+"/datasources/"+bundle.EscapeToken(name), found, datasourceVariables(v)...)
		}
		for i, p := range d.Patch {
			from := at + "/patch/" + strconv.Itoa(i)
			if !a.saw(from+"/match", matchesAnyName(p.Match, names), names...) {
				continue
			}
			if set, err := bundle.DecodeJSON(p.Set); err == nil { // the loader made it
				a.takesAway(v, set, from+"/set", "")
				v = mergePatch(v, set, "", from+"/set", places)
				if uid := set.Str("uid"); uid != "" {
					ref.Name = uid
				}
			}
		}
	}
	return ref, v, a.adjustedOrigin(origin, places, func(pointer string) string { return pointer }), keep
}

// matchesAnyName reports whether a pattern matches one of a dashboard's names;
// a negated one has to match all.
func matchesAnyName(p project.Pattern, names []string) bool {
	if p.Negated() {
		return !slices.ContainsFunc(names, func(n string) bool { return !p.Matches(n) })
	}
	return slices.ContainsFunc(names, p.Matches)
}

func withTags(v bundle.Value, tags []string) bundle.Value {
	if len(tags) == 0 {
		return v
	}
	all := bundle.Value{Kind: bundle.Array, Elem: slices.Clone(v.Array("tags"))}
	for _, tag := range tags {
		if !slices.ContainsFunc(all.Elem, func(e bundle.Value) bool { return e.Text == tag }) {
			all.Elem = append(all.Elem, bundle.StringValue(tag))
		}
	}
	return v.With("tags", all)
}

// datasourceVariables lists the variables that choose a data source.
func datasourceVariables(v bundle.Value) []string {
	var names []string
	templating, _ := v.Get("templating")
	for _, e := range templating.Array("list") {
		if e.Str("type") == "datasource" {
			names = append(names, e.Str("name"))
		}
	}
	return names
}

// withDatasource changes the variable of a name that chooses a data source, if
// there is one, and everything that refers to it.
func withDatasource(v bundle.Value, name string, to project.Datasource) (bundle.Value, bool) {
	if !slices.Contains(datasourceVariables(v), name) {
		return v, false
	}
	templating, _ := v.Get("templating")
	list := bundle.Value{Kind: bundle.Array}
	for _, e := range templating.Array("list") {
		if e.Str("type") != "datasource" || e.Str("name") != name {
			list.Elem = append(list.Elem, e)
			continue
		}
		if to.Pin != "" {
			continue
		}
		if to.Rename != "" {
			e = e.With("name", bundle.StringValue(to.Rename))
		}
		if to.Default != "" {
			e = e.With("current", bundle.MapValue(map[string]bundle.Value{
				"text": bundle.StringValue(to.Default), "value": bundle.StringValue(to.Default), "selected": bundle.BoolValue(true),
			}))
		}
		if to.Regex != "" {
			e = e.With("regex", bundle.StringValue(to.Regex))
		}
		list.Elem = append(list.Elem, e)
	}
	v = v.With("templating", templating.With("list", list))
	switch {
	case to.Pin != "":
		return replaceVariable(v, name, func(string) string { return to.Pin }), true
	case to.Rename != "":
		return replaceVariable(v, name, func(format string) string { return "${" + to.Rename + format + "}" }), true
	}
	return v, true
}

// replaceVariable replaces the references to a variable in all texts: $name,
// ${name}, ${name:format} and [[name]]. What it is replaced with is made of
// ":format".
func replaceVariable(v bundle.Value, name string, with func(format string) string) bundle.Value {
	quoted := regexp.QuoteMeta(name)
	re := regexp.MustCompile(`\$` + quoted + `\b|\$\{` + quoted + `(:[^}]*)?\}|\[\[` + quoted + `(:[^\]]*)?\]\]`)
	out, err := v.MapScalars(func(_ string, s bundle.Value) (bundle.Value, error) {
		if !re.MatchString(s.Text) {
			return s, nil
		}
		s.Text = re.ReplaceAllStringFunc(s.Text, func(m string) string {
			groups := re.FindStringSubmatch(m)
			return with(groups[1] + groups[2])
		})
		return s, nil
	})
	if err != nil { // the function returns none
		return v
	}
	return out
}

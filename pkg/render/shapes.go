package render

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/project"
)

// document takes the value of a source apart into objects.
func (r *renderer) document(d bundle.Document) error {
	s := r.job.source
	switch s.Kind {
	case project.RulesSource:
		return r.rules(s.Name(), d)
	case project.DashboardsSource:
		return r.dashboards(d)
	case project.AlertmanagerSource:
		return r.configuration(bundle.Alertmanager, d)
	case project.PrometheusSource:
		return r.configuration(bundle.Prometheus, d)
	case project.TestsSource:
		return r.test(d)
	case project.TemplatesSource, project.FilesSource:
	}
	return nil
}

// unexpected reports a value of a shape that the source cannot have.
func (r *renderer) unexpected(d bundle.Document, pointer, want string) {
	v, _ := d.Value.Lookup(pointer)
	e := r.out.diags.Errorf("source/shape", d.Origin.At(pointer), "expected %s, found %s", want, describe(v))
	e.Pointer = pointer
}

// describe says in a few words what a value is.
func describe(v bundle.Value) string {
	switch v.Kind {
	case bundle.Map:
		if len(v.Keys) == 0 {
			return "an empty object"
		}
		keys := slices.Sorted(slices.Values(v.Keys))
		if len(keys) > 4 {
			return "an object with the fields " + strings.Join(keys[:4], ", ") + " and more"
		}
		return "an object with the fields " + strings.Join(keys, ", ")
	case bundle.Array:
		return fmt.Sprintf("an array of %d", len(v.Elem))
	case bundle.String:
		text := []rune(v.Text)
		if len(text) > 30 {
			text = append(text[:30], '…')
		}
		return fmt.Sprintf("the string %q", string(text))
	case bundle.Null:
		return "null"
	case bundle.Bool, bundle.Number:
		return "the " + v.Kind.String() + " " + v.Text
	default:
		return v.Kind.String()
	}
}

const wantRules = "a rule file {groups: […]}, rule groups, a map of rule files, a mixin or a PrometheusRule"

func isGroup(v bundle.Value) bool    { return v.Has("name") && v.Has("rules") }
func isRuleFile(v bundle.Value) bool { return v.Has("groups") }

func isMixin(v bundle.Value) bool {
	return v.Has("prometheusAlerts") || v.Has("prometheusRules") || v.Has("grafanaDashboards")
}

// rules takes apart whatever holds rules.
func (r *renderer) rules(namespace string, d bundle.Document) error {
	v := d.Value
	switch {
	case v.Kind == bundle.Array:
		return r.groups(namespace, d, "")
	case v.Kind != bundle.Map:
	case isMixin(v):
		return r.mixin(namespace, d)
	case v.Str("kind") == "List" && v.Has("items"):
		for i := range v.Array("items") {
			if err := r.rules(namespace, sub(d, "/items/"+strconv.Itoa(i))); err != nil {
				return err
			}
		}
		return nil
	case v.Str("kind") == "PrometheusRule":
		metadata, _ := v.Get("metadata")
		if name := metadata.Str("name"); name != "" {
			namespace = name
		}
		return r.groups(namespace, d, "/spec/groups")
	case isRuleFile(v):
		return r.ruleFile(namespace, d)
	case isGroup(v):
		return r.group(namespace, d)
	case len(v.Keys) > 0 && allHave(v, isRuleFile):
		for _, key := range v.Keys {
			if err := r.ruleFile(baseName(key), sub(d, "/"+bundle.EscapeToken(key))); err != nil {
				return err
			}
		}
		return nil
	}
	r.unexpected(d, "", wantRules)
	return nil
}

func allHave(v bundle.Value, is func(bundle.Value) bool) bool {
	for _, e := range v.Elem {
		if !is(e) {
			return false
		}
	}
	return true
}

func baseName(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

func sub(d bundle.Document, pointer string) bundle.Document {
	v, _ := d.Value.Lookup(pointer)
	return bundle.Document{Value: v, Origin: bundle.SubOrigin(d.Origin, pointer)}
}

// ruleFile takes {groups: […]} apart. A rule file has no other fields, and
// one that is not carried along would be lost in silence.
func (r *renderer) ruleFile(namespace string, d bundle.Document) error {
	for _, key := range d.Value.Keys {
		if key != "groups" {
			e := r.out.diags.Errorf("rules/unknown-field", d.Origin.At("/"+bundle.EscapeToken(key)), "unknown field %q in a rule file", key)
			e.Hint = "a rule file has the field groups alone"
		}
	}
	return r.groups(namespace, d, "/groups")
}

func (r *renderer) groups(namespace string, d bundle.Document, pointer string) error {
	v, _ := d.Value.Lookup(pointer)
	if v.Kind == bundle.Null {
		return nil
	}
	if v.Kind != bundle.Array {
		r.unexpected(d, pointer, "an array of rule groups")
		return nil
	}
	for i := range v.Elem {
		if err := r.group(namespace, sub(d, pointer+"/"+strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

func (r *renderer) group(namespace string, d bundle.Document) error {
	name := d.Value.Str("name")
	if d.Value.Kind != bundle.Map || name == "" {
		r.unexpected(d, "", "a rule group with name and rules")
		return nil
	}
	return r.add(bundle.Ref{Kind: bundle.Rules, Space: namespace, Name: name}, d.Value, d.Origin)
}

// mixin takes apart {prometheusAlerts, prometheusRules, grafanaDashboards}.
func (r *renderer) mixin(namespace string, d bundle.Document) error {
	for _, field := range []string{"prometheusAlerts", "prometheusRules"} {
		if d.Value.Has(field) {
			if err := r.groups(namespace, d, "/"+field+"/groups"); err != nil {
				return err
			}
		}
	}
	if !d.Value.Has("grafanaDashboards") {
		return nil
	}
	folder := d.Value.Str("grafanaDashboardFolder")
	if folder == "" {
		folder = generalFolder
	}
	return r.dashboardMap(folder, sub(d, "/grafanaDashboards"))
}

// mixinSource is the source that stands for a mixin of the project file.
func mixinSource(m project.Mixin) project.Source {
	file := path.Clean(m.Path)
	name := m.Name
	if name == "" {
		name = baseName(strings.TrimSuffix(file, "/mixin.libsonnet"))
	}
	if path.Ext(file) == "" {
		file += "/mixin.libsonnet"
	}
	return project.Source{Kind: project.RulesSource, Path: file, Below: name + path.Ext(file)}
}

// generalFolder is what Grafana calls the folder of dashboards without one.
const generalFolder = "General"

func isDashboard(v bundle.Value) bool {
	return v.Kind == bundle.Map && v.Has("title") && (v.Has("panels") || v.Has("rows") || v.Has("schemaVersion") || v.Has("templating"))
}

func isResource(v bundle.Value) bool {
	return strings.HasPrefix(v.Str("apiVersion"), "dashboard.grafana.app/") && v.Has("spec")
}

// dashboards takes apart one dashboard, or a map of them.
func (r *renderer) dashboards(d bundle.Document) error {
	s := r.job.source
	folder := generalFolder
	if dir := path.Dir(s.Below); dir != "." {
		folder = dir
	}
	v := d.Value
	switch {
	case isMixin(v):
		return r.mixin(s.Name(), d)
	case isResource(v), isDashboard(v):
		return r.dashboard(folder, baseName(s.Path), d)
	case v.Kind == bundle.Map && len(v.Keys) > 0 && allHave(v, func(v bundle.Value) bool { return isDashboard(v) || isResource(v) }):
		return r.dashboardMap(folder, d)
	}
	r.unexpected(d, "", "a dashboard, a map from file name to dashboard, or a mixin")
	return nil
}

func (r *renderer) dashboardMap(folder string, d bundle.Document) error {
	if d.Value.Kind != bundle.Map {
		r.unexpected(d, "", "a map from file name to dashboard")
		return nil
	}
	for _, key := range d.Value.Keys {
		one := sub(d, "/"+bundle.EscapeToken(key))
		if one.Value.Kind != bundle.Map {
			r.unexpected(one, "", "a dashboard")
			continue
		}
		if err := r.dashboard(folder, baseName(key), one); err != nil {
			return err
		}
	}
	return nil
}

// dashboard adds one dashboard; of a resource its spec. A dashboard without
// uid is known by the name of its file.
func (r *renderer) dashboard(folder, name string, d bundle.Document) error {
	file := name
	if isResource(d.Value) {
		metadata, _ := d.Value.Get("metadata")
		if uid := metadata.Str("name"); uid != "" {
			name = uid
		}
		d = sub(d, "/spec")
	}
	if uid := d.Value.Str("uid"); uid != "" {
		name = uid
	}
	ref, v, origin, keep := r.adjust.dashboard(bundle.Ref{Kind: bundle.Dashboard, Space: folder, Name: name}, file, d.Value, d.Origin)
	if !keep {
		return nil
	}
	return r.add(ref, v, origin)
}

func (r *renderer) configuration(kind bundle.Kind, d bundle.Document) error {
	if d.Value.Kind != bundle.Map {
		r.unexpected(d, "", "the "+string(kind)+" configuration, an object")
		return nil
	}
	return r.add(bundle.Ref{Kind: kind}, d.Value, d.Origin)
}

// test adds a suite that is evaluated: a test file, or a map of them.
func (r *renderer) test(d bundle.Document) error {
	s := r.job.source
	isSuite := func(v bundle.Value) bool { return v.Has("tests") }
	switch {
	case isSuite(d.Value):
		return r.suite(s.Name(), d)
	case d.Value.Kind == bundle.Map && len(d.Value.Keys) > 0 && allHave(d.Value, isSuite):
		for _, key := range d.Value.Keys {
			if err := r.suite(baseName(key), sub(d, "/"+bundle.EscapeToken(key))); err != nil {
				return err
			}
		}
		return nil
	}
	r.unexpected(d, "", "a test file {rule_files: […], tests: […]} or a map of them")
	return nil
}

func (r *renderer) suite(name string, d bundle.Document) error {
	data, err := bundle.EncodeYAML(d.Value)
	if err != nil {
		return fmt.Errorf("render %s: %w", r.job.source.Path, err)
	}
	r.out.tests = append(r.out.tests, Test{File: r.job.source.Path, Name: name, Data: data, Origin: d.Origin})
	return nil
}

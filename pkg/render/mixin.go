package render

import (
	"path"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/project"
)

// unhide makes the fields of a mixin, which are mostly hidden, visible, and
// leaves out those that are none of monitoring's business, such as _config.
// A library for observability is asked for its mixin, by way of new if it has
// one that needs no arguments. Any other value stays what it is.
const unhide = `
local fields = ['prometheusAlerts', 'prometheusRules', 'grafanaDashboards', 'grafanaDashboardFolder'];
local has(v, f) = std.isObject(v) && std.objectHasAll(v, f);
local isMixin(v) = std.any([has(v, f) for f in fields]);
local mixin(v) =
  if isMixin(v) then v
  else if has(v, 'asMonitoringMixin') then v.asMonitoringMixin()
  else if has(v, 'new') && std.isFunction(v.new) && std.length(v.new) == 0 then
    local made = v.new();
    if has(made, 'asMonitoringMixin') then made.asMonitoringMixin() else if isMixin(made) then made else v
  else v;
function(v) local m = mixin(v); if isMixin(m) then { [f]: m[f] for f in fields if std.objectHasAll(m, f) } else m`

// mixin takes apart {prometheusAlerts, prometheusRules, grafanaDashboards}.
func (r *renderer) mixin(p place, d bundle.Document) error {
	if folder := d.Value.Str("grafanaDashboardFolder"); folder != "" {
		p.folder = folder
	}
	alerts := groupNames(d.Value, "prometheusAlerts")
	for _, field := range []string{"prometheusAlerts", "prometheusRules"} {
		part := sub(d, "/"+field)
		var err error
		switch {
		case part.Value.Kind == bundle.Null, part.Value.Kind == bundle.Map && len(part.Value.Keys) == 0:
		case part.Value.Has("groups") && field == "prometheusRules":
			err = r.recordingGroups(p, part, alerts)
		case part.Value.Has("groups"):
			err = r.groups(p, part, "/groups")
		default: // an array of groups, or a map of rule files
			err = r.take(p, part)
		}
		if err != nil {
			return err
		}
	}
	if !d.Value.Has("grafanaDashboards") {
		return nil
	}
	return r.dashboardMap(p, sub(d, "/grafanaDashboards"))
}

// groupNames are those of a mixin's field with a rule file.
func groupNames(mixin bundle.Value, field string) []string {
	file, _ := mixin.Get(field)
	var names []string
	for _, g := range file.Array("groups") {
		names = append(names, g.Str("name"))
	}
	return names
}

// recordingSuffix makes the namespace of recording rules that cannot stand in
// that of the alerts.
const recordingSuffix = ".rules"

// recordingGroups adds the groups of prometheusRules. Mixins are written for
// two rule files, so that a group of alerts and one of recording rules may
// have one name; the latter stands in a namespace of its own then.
func (r *renderer) recordingGroups(p place, d bundle.Document, alerts []string) error {
	file, apart := d.Value.Array("groups"), p
	apart.namespace += recordingSuffix
	if file == nil {
		return r.groups(p, d, "/groups") // which says what is wrong with it
	}
	for i, g := range file {
		at := p
		if slices.Contains(alerts, g.Str("name")) {
			at = apart
		}
		if err := r.group(at, sub(d, pointerTo("groups", i))); err != nil {
			return err
		}
	}
	return nil
}

func (r *renderer) dashboardMap(p place, d bundle.Document) error {
	if d.Value.Kind == bundle.Null {
		return nil
	}
	if d.Value.Kind != bundle.Map {
		r.unexpected(d, "", "a map from file name to dashboard")
		return nil
	}
	for _, key := range d.Value.Keys {
		one := sub(d, "/"+bundle.EscapeToken(key))
		in := p
		in.name = baseName(key)
		var err error
		switch {
		case one.Value.Kind != bundle.Map:
			r.unexpected(one, "", "a dashboard")
		case shapeOf(one.Value) == mapShape: // a folder
			in.folder, in.depth = key, p.depth+1
			err = r.take(in, one)
		default:
			err = r.dashboard(in, one)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// MixinSource is the source that stands for a mixin of the project file: its
// main file, and the namespace of its rules as its name.
func MixinSource(m project.Mixin) project.Source {
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

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// AnySource is the kind of a source that says with its content what it holds.
const AnySource project.SourceKind = "any"

// shape is what a value looks like.
type shape uint8

const (
	unknownShape shape = iota
	mixinShape
	ruleFileShape
	groupShape
	dashboardShape
	resourceShape // dashboard.grafana.app
	envelopeShape // {dashboard: …, meta: …}, as Grafana's API answers
	kubernetesShape
	alertmanagerShape
	prometheusShape
	testShape
	textShape // a string that holds YAML or JSON
	listShape
	mapShape // from name to something with a shape
)

// An AlertmanagerConfig is a part of a configuration that nobody has the whole
// of before the operator has merged it.
const (
	alertmanagerConfig     = "AlertmanagerConfig"
	alertmanagerConfigHint = "what an AlertmanagerConfig means depends on the operator that merges it; render the whole Alertmanager configuration instead, and write AlertmanagerConfig with --format kubernetes"
)

// dashboardGroup is the API group of dashboards, in front of a version.
const dashboardGroup = "dashboard.grafana.app/"

// shapeOf sees from a value's content what it is.
func shapeOf(v bundle.Value) shape { return shapeWithin(v, maxNesting) }

// shapeWithin looks for what lists, maps and texts hold at most so deep.
func shapeWithin(v bundle.Value, depth int) shape {
	switch v.Kind {
	case bundle.Array:
		if len(v.Elem) == 0 || holdsShape(v, depth) {
			return listShape
		}
	case bundle.String:
		if inner, ok := textValue(v); ok && depth > 0 && shapeWithin(inner, depth-1) != unknownShape {
			return textShape
		}
	case bundle.Map:
		if s := shapeOfMap(v); s != unknownShape {
			return s
		}
		if holdsShape(v, depth) {
			return mapShape
		}
	case bundle.Null, bundle.Bool, bundle.Number:
	}
	return unknownShape
}

// holdsShape reports whether any element of a list or map has a shape; empty
// lists within it say nothing.
func holdsShape(v bundle.Value, depth int) bool {
	return depth > 0 && slices.ContainsFunc(v.Elem, func(e bundle.Value) bool {
		empty := e.Kind == bundle.Array && len(e.Elem) == 0
		return !empty && shapeWithin(e, depth-1) != unknownShape
	})
}

// shapeOfMap knows the shapes of objects that are not maps from names.
func shapeOfMap(v bundle.Value) shape {
	inner, _ := v.Get("dashboard")
	switch {
	case isMixin(v):
		return mixinShape
	case isResource(v):
		return resourceShape
	case isKubernetes(v):
		return kubernetesShape
	case hasArray(v, "tests"):
		return testShape
	case v.Has("groups"):
		return ruleFileShape
	case v.Has("name") && v.Has("rules"):
		return groupShape
	case isDashboard(v):
		return dashboardShape
	case isDashboard(inner):
		return envelopeShape
	case v.Has("route") && v.Has("receivers"):
		return alertmanagerShape
	case isPrometheus(v):
		return prometheusShape
	}
	return unknownShape
}

func hasArray(v bundle.Value, key string) bool {
	e, ok := v.Get(key)
	return ok && e.Kind == bundle.Array
}

func isMixin(v bundle.Value) bool {
	return v.Has("prometheusAlerts") || v.Has("prometheusRules") || v.Has("grafanaDashboards")
}

func isRule(v bundle.Value) bool { return v.Has("expr") && (v.Has("alert") || v.Has("record")) }

func isDashboard(v bundle.Value) bool {
	return v.Kind == bundle.Map && v.Has("title") && (v.Has("panels") || v.Has("rows") || v.Has("schemaVersion") || v.Has("templating"))
}

func isResource(v bundle.Value) bool {
	return strings.HasPrefix(v.Str("apiVersion"), dashboardGroup) && v.Has("spec")
}

// isKubernetes recognises objects and lists of them. The two that are meant
// here are known without apiVersion, too.
func isKubernetes(v bundle.Value) bool {
	kind := v.Str("kind")
	return kind != "" && v.Str("apiVersion") != "" || kind == "PrometheusRule" && v.Has("spec") || kind == "List" && v.Has("items")
}

// isPrometheus recognises a configuration by the sections that nothing else
// has.
func isPrometheus(v bundle.Value) bool {
	for _, section := range []string{"scrape_configs", "scrape_config_files", "rule_files", "remote_write", "remote_read"} {
		if hasArray(v, section) {
			return true
		}
	}
	global, _ := v.Get("global")
	return global.Has("scrape_interval") || global.Has("evaluation_interval") || global.Has("external_labels")
}

// textValue reads the object or list in a text.
func textValue(v bundle.Value) (bundle.Value, bool) {
	text := strings.TrimSpace(v.Text)
	if v.Kind != bundle.String || text == "" || !strings.ContainsAny(text, "\n{[") {
		return bundle.Value{}, false
	}
	docs, diags := bundle.DecodeYAML("text", []byte(v.Text))
	if diags.HasErrors() || len(docs) == 0 {
		return bundle.Value{}, false
	}
	if len(docs) == 1 {
		kind := docs[0].Value.Kind
		return docs[0].Value, kind == bundle.Map || kind == bundle.Array
	}
	all := bundle.Value{Kind: bundle.Array}
	for _, d := range docs {
		all.Elem = append(all.Elem, d.Value)
	}
	return all, true
}

// describe says in a few words what a value is.
func describe(v bundle.Value) string {
	switch v.Kind {
	case bundle.Map:
		if len(v.Keys) == 0 {
			return "an empty object"
		}
		if kind := v.Str("kind"); kind != "" && v.Str("apiVersion") != "" {
			return fmt.Sprintf("a Kubernetes object of kind %s (%s)", kind, v.Str("apiVersion"))
		}
		return "an object with the fields " + someOf(v.Keys)
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

// someOf lists the first of some names.
func someOf(names []string) string {
	names = slices.Sorted(slices.Values(names))
	if len(names) > 4 {
		return strings.Join(names[:4], ", ") + " and more"
	}
	return strings.Join(names, ", ")
}

// hiddenHint says what could be meant by a value whose fields are all hidden.
func hiddenHint(names []string) string {
	for _, name := range names {
		if hint := diag.DidYouMean(name, mixinFields()); hint != "" {
			return hint
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return slices.Contains(tellingFields(), n) }) {
		return "a field with :: is seen in a mixin alone; write it with one colon"
	}
	return "a mixin has at least one of the fields " + strings.Join(mixinFields(), ", ")
}

// mixinFields are those that a mixin is known by.
func mixinFields() []string {
	return []string{"prometheusAlerts", "prometheusRules", "grafanaDashboards"}
}

// tellingFields are those that values of the other shapes are known by.
func tellingFields() []string {
	return []string{"groups", "rules", "panels", "route", "receivers", "scrape_configs", "rule_files", "tests"}
}

// shapeHint says what could be meant by a value that has no shape.
func shapeHint(v bundle.Value) string {
	switch {
	case isRule(v), v.Kind == bundle.Array && slices.ContainsFunc(v.Elem, isRule):
		return "rules stand in a group: { name: …, rules: […] }"
	case v.Str("kind") == alertmanagerConfig:
		return alertmanagerConfigHint
	case v.Has("new"), v.Has("withConfigMixin"):
		return "if it is a library, call it: -e '(import \"main.libsonnet\").new(…)'"
	case v.Has("_config"), v.Has("_images"):
		return "a mixin has at least one of the fields prometheusAlerts, prometheusRules and grafanaDashboards"
	}
	for _, key := range v.Keys {
		if near := diag.Suggest(key, slices.Concat(mixinFields(), tellingFields())); near != "" && near != key {
			return fmt.Sprintf("did you mean %q?", near)
		}
	}
	return ""
}

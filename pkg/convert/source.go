package convert

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Scalars is what becomes of plain scalars that mean one thing to one reader
// and another to the next, such as 0777, yes and 1.0, and of integers beyond
// 2^53, none of which Jsonnet can say.
type Scalars string

// The treatments of such scalars.
const (
	// RefuseScalars makes an error of each; it is the zero value's meaning.
	RefuseScalars Scalars = "refuse"
	// ScalarsAsText writes what stands there as a string.
	ScalarsAsText Scalars = "text"
	// ScalarsAsValue writes what YAML reads: true, 511, 1.
	ScalarsAsValue Scalars = "value"
)

// ScalarTreatments lists them.
func ScalarTreatments() []Scalars { return []Scalars{RefuseScalars, ScalarsAsText, ScalarsAsValue} }

// read reads a source with the places of its values. JSON is read as JSON,
// which knows no scalars of several meanings.
func read(src Source) ([]bundle.Document, diag.List) {
	if !strings.HasSuffix(src.File, ".json") {
		return bundle.DecodeYAML(src.File, src.Data)
	}
	v, err := bundle.DecodeJSON(src.Data)
	if err != nil {
		var diags diag.List
		span := diag.Span{File: src.File}
		var probe any
		if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(src.Data, &probe)); ok {
			before := string(src.Data[:min(max(syntax.Offset-1, 0), int64(len(src.Data)))])
			span.Start.Line = strings.Count(before, "\n") + 1
			span.Start.Column = len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
		}
		diags.Errorf("source/json", span, "%s", err)
		return nil, diags
	}
	origin := bundle.NewOrigin(diag.Span{File: src.File}, nil)
	if docs, diags := bundle.DecodeYAML(src.File, src.Data); !diags.HasErrors() && len(docs) == 1 {
		origin = docs[0].Origin
	}
	return []bundle.Document{{Value: v, Origin: origin}}, nil
}

// Recognise says what the first document of a source is, if it can be converted.
func Recognise(src Source) (bundle.Kind, bool) {
	docs, diags := read(src)
	if diags.HasErrors() || len(docs) == 0 {
		return "", false
	}
	c := converter{doc: docs[0]}
	_, ok := c.recognise()
	return c.kind, ok
}

// recognise finds out the document's kind and where in it the value stands.
func (c *converter) recognise() (pointer string, ok bool) {
	v := c.doc.Value
	has := func(keys ...string) bool { return slices.ContainsFunc(keys, v.Has) }
	isGroup := func(v bundle.Value) bool { return v.Has("name") && v.Has("rules") }
	switch {
	case v.Kind == bundle.Array && len(v.Elem) > 0 && isGroup(v.Elem[0]), isRules(v):
		c.kind = bundle.Rules
	case has("tests") && has("rule_files", "evaluation_interval", "group_eval_order"):
		e := c.diags.Errorf("convert/tests", c.doc.Origin.At(""), "unit tests stay YAML")
		e.Hint = "put the file into tests/; it runs there as it is"
		return "", false
	case has("route") && has("receivers"):
		c.kind = bundle.Alertmanager
	case isScraping(v):
		c.kind = bundle.Prometheus
	case isDashboard(v):
		c.kind = bundle.Dashboard
	case has("dashboard") && has("meta"): // the answer of Grafana's interface
		c.kind, pointer = bundle.Dashboard, "/dashboard"
		if v, _ := v.Get("dashboard"); !isDashboard(v) {
			c.diags.Errorf("convert/kind", c.doc.Origin.At(pointer), "this is no dashboard")
			return "", false
		}
	case len(v.Elem) == 0:
		c.diags.Errorf("convert/kind", c.doc.Origin.At(""), "the document holds nothing")
		return "", false
	default:
		e := c.diags.Errorf("convert/kind", c.doc.Origin.At(""), "this is neither rules nor routing nor a scrape configuration nor a dashboard")
		e.Hint = "convert reads rule files, PrometheusRule objects, alertmanager.yml, prometheus.yml and dashboards as JSON"
		return "", false
	}
	return pointer, true
}

func isRules(v bundle.Value) bool {
	if items := v.Array("items"); v.Str("kind") == "List" && len(items) > 0 {
		return isRules(items[0])
	}
	return v.Has("groups") || v.Str("kind") == "PrometheusRule"
}

// isScraping reports whether a document is Prometheus' configuration, which may
// consist of any of its sections.
func isScraping(v bundle.Value) bool {
	global, _ := v.Get("global")
	timing := []string{"scrape_interval", "scrape_timeout", "evaluation_interval", "external_labels"}
	sections := []string{"scrape_configs", "scrape_config_files", "rule_files", "remote_write", "remote_read", "alerting"}
	return slices.ContainsFunc(timing, global.Has) || slices.ContainsFunc(sections, v.Has)
}

func isDashboard(v bundle.Value) bool {
	return strings.HasPrefix(v.Str("apiVersion"), "dashboard.grafana.app/") && v.Has("spec") ||
		v.Has("title") && (v.Has("panels") || v.Has("rows") || v.Has("schemaVersion") || v.Has("templating"))
}

// mapValue is v with every scalar passed through f.
func (c *converter) mapValue(pointer string, v bundle.Value, f func(string, bundle.Value) bundle.Value) bundle.Value {
	if v.Kind != bundle.Array && v.Kind != bundle.Map {
		return f(pointer, v)
	}
	elem := make([]bundle.Value, len(v.Elem))
	for i, e := range v.Elem {
		token := strconv.Itoa(i)
		if v.Kind == bundle.Map {
			token = bundle.EscapeToken(v.Keys[i])
		}
		elem[i] = c.mapValue(pointer+"/"+token, e, f)
	}
	v.Elem = elem
	return v
}

package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Parse reads metrics.yaml. What is wrong with it is a diagnostic,
// "catalog/value" or the YAML reader's "source/yaml"; the catalogue is nil
// then.
func Parse(file string, data []byte) (*Catalog, diag.List) {
	docs, diags := bundle.DecodeYAML(file, data)
	if diags.HasErrors() {
		return nil, diags
	}
	r := reader{diags: diags}
	switch len(docs) {
	case 0:
		r.diags.Errorf(codeValue, diag.Span{File: file}, "the catalogue is empty").Hint = "monctl metrics snapshot writes it"
		return nil, r.diags
	case 1:
	default:
		r.diags.Errorf(codeValue, docs[1].Origin.At(""), "the catalogue has more than one document")
		return nil, r.diags
	}
	r.origin = docs[0].Origin
	metrics := r.document(docs[0].Value)
	if r.diags.HasErrors() {
		return nil, r.diags
	}
	return New(metrics), r.diags
}

const codeValue = "catalog/value"

type reader struct {
	origin bundle.Origin
	diags  diag.List
}

func (r *reader) errorf(pointer, format string, args ...any) *diag.Diagnostic {
	d := r.diags.Errorf(codeValue, r.origin.At(pointer), format, args...)
	d.Pointer = pointer
	return d
}

func (r *reader) document(v bundle.Value) []Metric {
	if !r.fields("", v, "the catalogue", "format_version", "metrics") {
		return nil
	}
	if version := v.Str("format_version"); version != strconv.Itoa(FormatVersion) {
		d := r.errorf("/format_version", "the catalogue has format version %q, want %d", version, FormatVersion)
		if version == "" {
			d.Summary = "the catalogue has no format_version"
			d.Hint = fmt.Sprintf("write format_version: %d", FormatVersion)
		}
		return nil
	}
	list, _ := v.Get("metrics")
	if list.Kind != bundle.Array && list.Kind != bundle.Null {
		r.errorf("/metrics", "metrics must be a list, not %s", article(list.Kind))
		return nil
	}
	var out []Metric
	first := map[string]string{}
	for i, e := range list.Elem {
		pointer := "/metrics/" + strconv.Itoa(i)
		m, ok := r.metric(pointer, e)
		if !ok {
			continue
		}
		if other, taken := first[m.Name]; taken {
			d := r.errorf(pointer+"/name", "metric %q stands in the catalogue twice", m.Name)
			d.Related = []diag.Related{{Message: "first here", Span: r.origin.At(other)}}
			continue
		}
		first[m.Name] = pointer + "/name"
		out = append(out, m)
	}
	return out
}

// fields reports what v must be a map of and which of its keys do not exist.
func (r *reader) fields(pointer string, v bundle.Value, what string, known ...string) bool {
	if v.Kind != bundle.Map {
		r.errorf(pointer, "%s must be a map, not %s", what, article(v.Kind))
		return false
	}
	for _, key := range v.Keys {
		if slices.Contains(known, key) {
			continue
		}
		d := r.errorf(pointer+"/"+bundle.EscapeToken(key), "%s has no field %q", what, key)
		if d.Hint = diag.DidYouMean(key, known); d.Hint == "" {
			d.Hint = "known here: " + strings.Join(known, ", ")
		}
	}
	return true
}

func (r *reader) metric(pointer string, v bundle.Value) (Metric, bool) {
	if !r.fields(pointer, v, "a metric", "name", "type", "labels", "help", "recorded") {
		return Metric{}, false
	}
	m := Metric{
		Name: r.text(pointer, v, "name"), Type: r.text(pointer, v, "type"), Help: r.text(pointer, v, "help"),
		Labels: r.labels(pointer, v),
	}
	if !v.Has("name") || v.Str("name") == "" {
		r.errorf(pointer, "the metric has no name")
		return Metric{}, false
	}
	if m.Type != "" && !slices.Contains(Types(), m.Type) {
		d := r.errorf(pointer+"/type", "there is no metric type %q", m.Type)
		if d.Hint = diag.DidYouMean(m.Type, Types()); d.Hint == "" {
			d.Hint = "there are " + strings.Join(Types(), ", ") + "; leave it out where it is unknown"
		}
	}
	if recorded, ok := v.Get("recorded"); ok {
		if recorded.Kind != bundle.Bool {
			r.errorf(pointer+"/recorded", "recorded must be true or false")
		}
		m.Recorded = recorded.Text == "true"
	}
	return m, true
}

func (r *reader) text(pointer string, v bundle.Value, key string) string {
	e, ok := v.Get(key)
	if ok && e.Kind != bundle.String {
		r.errorf(pointer+"/"+key, "%s must be a text, not %s", key, article(e.Kind))
	}
	return e.Text
}

func (r *reader) labels(pointer string, v bundle.Value) []string {
	list, ok := v.Get("labels")
	if !ok {
		return nil
	}
	if list.Kind != bundle.Array {
		r.errorf(pointer+"/labels", "labels must be a list of names, not %s", article(list.Kind)).Hint = "leave it out where the labels are unknown"
		return nil
	}
	out := []string{}
	for i, e := range list.Elem {
		if e.Kind != bundle.String || e.Text == "" {
			r.errorf(pointer+"/labels/"+strconv.Itoa(i), "the name of a label must be a text that is not empty")
		}
		out = append(out, e.Text)
	}
	return out
}

func article(k bundle.ValueKind) string {
	switch k {
	case bundle.Array, bundle.Map:
		return "an " + k.String()
	case bundle.Null:
		return "null"
	case bundle.Bool, bundle.Number, bundle.String:
	}
	return "a " + k.String()
}

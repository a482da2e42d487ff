package render

import (
	"path"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// guess says what a file was meant to hold whose content has no shape, because
// it is broken or empty: by the fields that it has of each configuration, then
// by its name. It returns unknownShape where neither says anything.
func guess(file string, v bundle.Value) shape {
	if v.Kind == bundle.Map && len(v.Keys) > 0 {
		if s := guessFields(v); s != unknownShape {
			return s
		}
	}
	name := strings.ToLower(path.Base(file))
	has := func(word string) bool { return strings.Contains(name, word) }
	switch {
	case has("rule"), has("alert") && !has("alertmanager"):
		return ruleFileShape
	case has("alertmanager"):
		return alertmanagerShape
	case has("prometheus"):
		return prometheusShape
	}
	return unknownShape
}

// guessFields recognises a configuration by the fields of which it has more
// than of anything else: a word such as "receivers" alone says little, since
// other programs' configurations have it, too.
func guessFields(v bundle.Value) shape {
	alertmanager := []string{"route", "receivers", "inhibit_rules", "templates", "time_intervals", "mute_time_intervals"}
	prometheus := []string{"scrape_configs", "scrape_config_files", "rule_files", "remote_write", "remote_read", "alerting", "storage", "otlp", "runtime"}
	either := []string{"global", "tracing"}
	count := func(fields []string) int {
		n := 0
		for _, key := range v.Keys {
			if slices.Contains(fields, key) {
				n++
			}
		}
		return n
	}
	am, prom, both := count(alertmanager), count(prometheus), count(either)
	switch {
	case am > prom && 2*(am+both) > len(v.Keys):
		return alertmanagerShape
	case prom > am && 2*(prom+both) > len(v.Keys):
		return prometheusShape
	}
	return unknownShape
}

// guessed takes a document without a shape for what it was meant to be, so
// that the loader of that says what is wrong with it. It reports whether it
// could.
func (r *renderer) guessed(p place, d bundle.Document) (bool, error) {
	if !r.opts.Judge || r.job.source.Kind != AnySource || p.depth > 0 {
		return false, nil
	}
	empty := d.Value.Kind == bundle.Null || d.Value.Kind == bundle.Map && len(d.Value.Keys) == 0
	if !empty && d.Value.Kind != bundle.Map {
		return false, nil
	}
	if d.Value.Kind == bundle.Null {
		d.Value = bundle.MapValue(nil)
	}
	switch s := guess(r.job.source.Path, d.Value); {
	case s == ruleFileShape:
		return true, r.ruleFile(p, d)
	case s == alertmanagerShape:
		return true, r.configuration(bundle.Alertmanager, d)
	case s == prometheusShape:
		return true, r.configuration(bundle.Prometheus, d)
	}
	if empty {
		e := r.out.diags.Errorf("source/shape", d.Origin.At(""), "there is nothing in the file")
		e.Severity = diag.Warning
		e.Hint = "say with --kind what it is to hold"
	}
	return empty, nil
}

// refuseBare reports groups that stand in a YAML file without the field groups,
// or in a field of another name: a project may have them in its sources, but
// Prometheus does not read such a file.
func (r *renderer) refuseBare(p place, s shape, d bundle.Document) {
	ext := r.syntax()
	evaluated := ext == ".jsonnet" || ext == ".libsonnet" || ext == ".cue"
	if !r.opts.Judge || p.depth > 0 || evaluated {
		return
	}
	if s == mapShape {
		for i, key := range d.Value.Keys {
			if e := d.Value.Elem[i]; groupsOrOne(e, shapeOf(e)) {
				found := r.out.diags.Errorf("source/shape", d.Origin.At("/"+bundle.EscapeToken(key)), "a rule file has its groups in the field groups, not in %q", key)
				found.Hint = "did you mean \"groups\"?"
			}
		}
		return
	}
	if groupsOrOne(d.Value, s) {
		r.out.diags.Errorf("source/shape", d.Origin.At(""), "a rule file has its groups in the field groups").Hint = "write \"groups:\" above them"
	}
}

// groupsOrOne reports whether a value of a shape is a rule group or a list of
// them.
func groupsOrOne(v bundle.Value, s shape) bool {
	if s == listShape && len(v.Elem) > 0 {
		s = shapeOf(v.Elem[0])
	}
	return s == groupShape
}

// blank stands for a file without any document, where that is to be judged:
// loaders take it for an empty configuration.
func (r *renderer) blank() bundle.Document {
	return bundle.Document{Value: bundle.Value{Kind: bundle.Null}, Origin: bundle.NewOrigin(r.span(), nil)}
}

// apart takes configurations of which there are several out of the objects: a
// bundle has one of each kind, and nobody has said which. Each is a bundle of
// its own then.
func apart(env project.Environment, objects []bundle.Object) (rest []bundle.Object, own []*bundle.Bundle) {
	count := map[bundle.Kind]int{}
	for _, o := range objects {
		count[o.Ref.Kind]++
	}
	for _, o := range objects {
		if count[o.Ref.Kind] == 1 || o.Ref.Kind != bundle.Alertmanager && o.Ref.Kind != bundle.Prometheus {
			rest = append(rest, o)
			continue
		}
		b, _ := bundle.New(env.Name, []bundle.Object{o}) // one is no duplicate
		own = append(own, b)
	}
	return rest, own
}

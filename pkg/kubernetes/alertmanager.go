package kubernetes

import (
	"fmt"
	"path"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// mountedAt is where the operator mounts the Secret.
const mountedAt = "/etc/alertmanager/config"

// alertmanager writes the configuration in the chosen form.
func (w *writer) alertmanager(b *bundle.Bundle) error {
	o, ok := b.Get(bundle.Ref{Kind: bundle.Alertmanager})
	templates := b.OfKind(bundle.Template)
	if !ok {
		for _, t := range templates {
			w.lost(t, "", "there is no Alertmanager configuration to go with the template %q; it is left out", t.Ref.Name)
		}
		return nil
	}
	v, err := o.Value()
	if err != nil {
		return err
	}
	if w.opts.AlertmanagerConfig != "" {
		for _, t := range templates {
			w.lost(t, "", "an AlertmanagerConfig has no templates; %q is left out", t.Ref.Name)
		}
		return w.config(o, v)
	}
	return w.secret(o, v, templates)
}

// secret writes the Secret that an Alertmanager object names in configSecret:
// the configuration as it is, and the templates beside it.
func (w *writer) secret(o bundle.Object, v bundle.Value, templates []bundle.Object) error {
	data := map[string]bundle.Value{}
	size := 0
	var files []bundle.Value
	for _, t := range templates {
		key := path.Base(t.Ref.Name)
		if _, ok := data[key]; ok {
			w.lost(t, "", "a Secret has no folders, and there are two templates called %q; this one is left out", key)
			continue
		}
		data[key] = bundle.StringValue(string(t.Body.Bytes()))
		size += t.Body.Len()
		files = append(files, bundle.StringValue(mountedAt+"/"+key))
	}
	if len(files) > 0 {
		v = v.With("templates", bundle.ArrayValue(files...))
	}
	text, err := bundle.EncodeYAML(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", o.Ref, err)
	}
	data["alertmanager.yaml"] = bundle.StringValue(string(text))
	w.tooLarge(o, "Secret", w.opts.AlertmanagerSecret, size+len(text))
	return w.add(manifest{
		folder: "alertmanager", name: w.opts.AlertmanagerSecret, apiVersion: "v1", kind: "Secret",
		content: map[string]bundle.Value{"type": bundle.StringValue("Opaque"), "stringData": bundle.MapValue(data)},
		objects: append([]bundle.Object{o}, templates...),
	})
}

// scrapeSecret is the Secret with scrape configurations, and its key, as the
// operator's documentation calls them.
const (
	scrapeSecret = "additional-scrape-configs"
	scrapeKey    = "prometheus-additional.yaml"
)

// prometheus writes the scrape configurations for additionalScrapeConfigs. The
// rest of the configuration belongs to the Prometheus object.
func (w *writer) prometheus(b *bundle.Bundle) error {
	w.lostFiles(b.OfKind(bundle.File))
	o, ok := b.Get(bundle.Ref{Kind: bundle.Prometheus})
	if !ok {
		return nil
	}
	v, err := o.Value()
	if err != nil {
		return err
	}
	for _, key := range v.Keys {
		if key != "scrape_configs" && key != "rule_files" { // the PrometheusRules stand for the latter
			d := w.lost(o, "/"+bundle.EscapeToken(key), "%q of the Prometheus configuration belongs into the Prometheus object of the operator; it is left out", key)
			d.Hint = "set it there"
		}
	}
	scrapes, ok := v.Get("scrape_configs")
	if !ok || len(scrapes.Elem) == 0 {
		return nil
	}
	w.placeholders(o, scrapes)
	text, err := bundle.EncodeYAML(scrapes)
	if err != nil {
		return fmt.Errorf("write %s: %w", o.Ref, err)
	}
	w.tooLarge(o, "Secret", scrapeSecret, len(text))
	return w.add(manifest{
		folder: "prometheus", name: scrapeSecret, apiVersion: "v1", kind: "Secret", objects: []bundle.Object{o},
		content: map[string]bundle.Value{
			"type":       bundle.StringValue("Opaque"),
			"stringData": bundle.MapValue(map[string]bundle.Value{scrapeKey: bundle.StringValue(string(text))}),
		},
	})
}

// placeholders says which secrets of scrape configurations cannot become
// references: these are a text within a Secret.
func (w *writer) placeholders(o bundle.Object, scrapes bundle.Value) {
	if !w.opts.SecretRefs {
		return
	}
	scrapes.Walk(func(pointer string, v bundle.Value) bool {
		if ref, ok := bundle.Placeholder(v); ok {
			d := w.lost(o, "/scrape_configs"+pointer, "scrape configurations cannot refer to a Secret; %q stays a placeholder", string(ref))
			d.Hint = "write the name of a file in its place (password_file, credentials_file, …), and mount the Secret with the field secrets of the Prometheus object"
		}
		return true
	})
}

// lostFiles says which other files are left out, in one finding.
func (w *writer) lostFiles(files []bundle.Object) {
	switch len(files) {
	case 0:
	case 1:
		w.lost(files[0], "", "the file %q has no place among the objects of the operator; it is left out", files[0].Ref.Name)
	default:
		var names []string
		for _, f := range files {
			names = append(names, f.Ref.Name)
		}
		d := w.lost(files[0], "", "%d files have no place among the objects of the operator; they are left out", len(files))
		d.Detail = strings.Join(names, "\n")
	}
}

package kubernetes

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/monctl/monctl/pkg/bundle"
)

// dashboards writes a ConfigMap for each dashboard, called by its uid. The
// folder stands in an annotation, since it may hold what a label must not.
func (w *writer) dashboards(b *bundle.Bundle) error {
	dashboards := b.OfKind(bundle.Dashboard)
	alike := map[string]int{} // dashboards without uid are known by their file
	for _, o := range dashboards {
		alike[o.Ref.Name]++
	}
	keys := make([]string, len(dashboards))
	for i, o := range dashboards {
		keys[i] = o.Ref.Name
		if alike[o.Ref.Name] > 1 {
			keys[i] = o.Ref.Space + "/" + o.Ref.Name
		}
	}
	all := names("grafana-dashboard-", keys)
	for i, o := range dashboards {
		v, err := o.Value()
		if err != nil {
			return err
		}
		text, err := bundle.IndentJSON(v)
		if err != nil {
			return fmt.Errorf("write %s: %w", o.Ref, err)
		}
		if len(text) > maxObject {
			text = compact(text)
		}
		m := manifest{
			folder: "dashboards", name: all[keys[i]], apiVersion: "v1", kind: "ConfigMap",
			labels: map[string]string{dashboardLabel: "1"}, annotations: map[string]string{folderAnnotation: o.Ref.Space},
			objects: []bundle.Object{o},
		}
		m.content = map[string]bundle.Value{"data": bundle.MapValue(map[string]bundle.Value{m.name + ".json": bundle.StringValue(string(text))})}
		if err := w.add(m); err != nil {
			return err
		}
		w.tooLarge(o, m.kind, m.name, len(text))
	}
	return nil
}

// compact takes the white space out of JSON, so that a large dashboard fits.
func compact(text []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return text
	}
	return b.Bytes()
}

package kubernetes

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Options say how objects are written.
type Options struct {
	// Namespace is that of all objects; "" leaves it to who applies them.
	Namespace string
	// Labels are set on all objects, for the selectors of Prometheus and
	// Alertmanager.
	Labels map[string]string
	// AlertmanagerSecret is the name of the Secret with the Alertmanager
	// configuration, AlertmanagerConfig that of an AlertmanagerConfig; the one
	// that is not "" is written.
	AlertmanagerSecret, AlertmanagerConfig string
	// SecretRefs says that placeholders of secrets become references to keys
	// of Secrets.
	SecretRefs bool
}

// maxObject is how large an object may be: the data of a ConfigMap or Secret.
// Of other objects, etcd's limit is somewhat larger, which nobody should need.
const maxObject = 1 << 20

// The labels and annotations that the sidecar of Grafana's charts looks for.
const (
	dashboardLabel   = "grafana_dashboard"
	folderAnnotation = "grafana_folder"
)

// Tree lays a bundle out as files below the folder kubernetes, sorted by path,
// one object each.
func Tree(b *bundle.Bundle, o Options) ([]bundle.TreeFile, diag.List, error) {
	w := &writer{opts: o, names: map[string]map[bundle.Ref]string{}}
	for _, step := range []func(*bundle.Bundle) error{w.rules, w.dashboards, w.alertmanager, w.prometheus} {
		if err := step(b); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(w.files, func(a, b bundle.TreeFile) int { return strings.Compare(a.Path, b.Path) })
	return w.files, w.diags, nil
}

type writer struct {
	opts  Options
	files []bundle.TreeFile
	diags diag.List
	names map[string]map[bundle.Ref]string
}

// manifest is one Kubernetes object to be written.
type manifest struct {
	folder, name     string
	apiVersion, kind string
	labels           map[string]string
	annotations      map[string]string
	content          map[string]bundle.Value // beside apiVersion, kind and metadata
	objects          []bundle.Object
}

// add writes a manifest to its file.
func (w *writer) add(m manifest) error {
	metadata := map[string]bundle.Value{"name": bundle.StringValue(m.name)}
	if w.opts.Namespace != "" {
		metadata["namespace"] = bundle.StringValue(w.opts.Namespace)
	}
	labels := maps.Clone(w.opts.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, m.labels)
	for key, pairs := range map[string]map[string]string{"labels": labels, "annotations": m.annotations} {
		if len(pairs) == 0 {
			continue
		}
		values := map[string]bundle.Value{}
		for k, v := range pairs {
			values[k] = bundle.StringValue(v)
		}
		metadata[key] = bundle.MapValue(values)
	}
	all := map[string]bundle.Value{
		"apiVersion": bundle.StringValue(m.apiVersion), "kind": bundle.StringValue(m.kind), "metadata": bundle.MapValue(metadata),
	}
	maps.Copy(all, m.content)
	data, err := bundle.EncodeYAML(bundle.MapValue(all))
	if err != nil {
		return fmt.Errorf("write %s %s: %w", m.kind, m.name, err)
	}
	f := bundle.TreeFile{Path: path.Join(bundle.KubernetesFolder, m.folder, m.name+".yaml"), Data: data, Objects: map[string]bundle.TreeObject{}}
	for _, o := range m.objects {
		f.Objects[o.Ref.String()] = bundle.TreeObject{Entry: o.Entry, Hash: o.Body.Hash()}
	}
	w.files = append(w.files, f)
	return nil
}

// tooLarge reports what Kubernetes would refuse for its size.
func (w *writer) tooLarge(o bundle.Object, kind, name string, size int) {
	if size <= maxObject {
		return
	}
	d := w.diags.Errorf("kubernetes/size", o.Origin.At(""), "the %s %s would hold %d bytes, more than the %d that Kubernetes accepts", kind, name, size, maxObject)
	d.Object = o.Ref.String()
	d.Hint = "divide it"
}

// lost reports what the objects cannot say.
func (w *writer) lost(o bundle.Object, pointer, format string, args ...any) *diag.Diagnostic {
	d := w.diags.Warnf("kubernetes/lost", o.Origin.At(pointer), format, args...)
	d.Object, d.Pointer = o.Ref.String(), pointer
	return d
}

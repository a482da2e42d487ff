package render

import (
	"encoding/base64"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// kubernetes takes apart the objects that monitoring comes in: PrometheusRule,
// lists, ConfigMaps with dashboards or rule files, Secrets with Alertmanager's
// configuration, GrafanaDashboard, and what a Tanka environment holds.
func (r *renderer) kubernetes(p place, d bundle.Document) error {
	metadata, _ := d.Value.Get("metadata")
	p = withMetadata(p, metadata)
	switch kind := d.Value.Str("kind"); {
	case strings.HasSuffix(kind, "List") && d.Value.Has("items"):
		p.depth++
		for i := range d.Value.Array("items") {
			if err := r.take(p, sub(d, pointerTo("items", i))); err != nil {
				return err
			}
		}
		return nil
	case kind == "Environment" && strings.HasPrefix(d.Value.Str("apiVersion"), "tanka.dev/") && d.Value.Has("data"):
		p.depth++
		return r.take(p, sub(d, "/data"))
	case kind == "PrometheusRule":
		if name := metadata.Str("name"); name != "" {
			p.namespace = name
		}
		return r.groups(p, d, "/spec/groups")
	case kind == "GrafanaDashboard":
		spec, _ := d.Value.Get("spec")
		if v, ok := textValue(stringAt(spec, "json")); ok && isDashboard(v) {
			if folder := spec.Str("folder"); folder != "" {
				p.folder = folder
			}
			p.name = metadata.Str("name")
			return r.dashboard(p, bundle.Document{Value: v, Origin: fixed(d, "/spec/json")})
		}
	case kind == "ConfigMap", kind == "Secret":
		if found, err := r.data(p, d); found || err != nil {
			return err
		}
	}
	if p.depth > 0 {
		if r.leftOut == nil {
			r.leftOut = map[string]int{}
		}
		r.leftOut[d.Value.Str("kind")]++
		return nil
	}
	r.unexpected(d, "", r.wanted())
	return nil
}

// data looks for files with a shape in a ConfigMap or Secret.
func (r *renderer) data(p place, d bundle.Document) (found bool, err error) {
	name, _ := d.Value.Lookup("/metadata/name")
	for _, field := range []string{"data", "stringData"} {
		files, _ := d.Value.Get(field)
		for i, file := range files.Keys {
			content := files.Elem[i]
			if field == "data" && d.Value.Str("kind") == "Secret" {
				text, err := base64.StdEncoding.DecodeString(content.Text)
				if err != nil {
					continue
				}
				content = bundle.StringValue(string(text))
			}
			pointer := "/" + field + "/" + bundle.EscapeToken(file)
			if ext := path.Ext(file); (ext == ".tmpl" || ext == ".tpl") && r.accepts(p, alertmanagerShape) && content.Kind == bundle.String {
				ref := bundle.Ref{Kind: bundle.Template, Name: file}
				r.keep(bundle.NewRawObject(ref, []byte(content.Text), fixed(d, pointer)))
				found = true
				continue
			}
			v, ok := textValue(content)
			if !ok {
				continue
			}
			in := p
			in.name, in.namespace = baseName(file), name.Text
			if len(files.Keys) > 1 {
				in.namespace = baseName(file)
			}
			switch s := shapeOf(v); {
			case s == unknownShape, s == mapShape, s == listShape, s == kubernetesShape, !r.accepts(p, s):
			default:
				found = true
				if err := r.take(in, bundle.Document{Value: v, Origin: fixed(d, pointer)}); err != nil {
					return true, err
				}
			}
		}
	}
	return found, nil
}

// folderAnnotations are those by which the sidecar of Grafana's charts and the
// like know a dashboard's folder.
func folderAnnotations() []string {
	return []string{"grafana_folder", "grafana_dashboard_folder", "k8s-sidecar-target-directory", "grafana.app/folder"}
}

// withMetadata takes over what an object's metadata say of it.
func withMetadata(p place, metadata bundle.Value) place {
	if labels, _ := metadata.Get("labels"); labels.Kind == bundle.Map {
		all := map[string]string{}
		maps.Copy(all, p.labels)
		for i, name := range labels.Keys {
			all[name] = labels.Elem[i].Text
		}
		p.labels = all
	}
	annotations, _ := metadata.Get("annotations")
	for _, name := range folderAnnotations() {
		if folder := annotations.Str(name); folder != "" {
			p.folder = strings.Trim(folder, "/")
			break
		}
	}
	return p
}

// reportLeftOut says which objects among others are nothing that monctl
// renders: one finding for a source, since an installation has hundreds.
func (r *renderer) reportLeftOut() {
	if len(r.leftOut) == 0 {
		return
	}
	var kinds []string
	total := 0
	for _, kind := range slices.Sorted(maps.Keys(r.leftOut)) {
		kinds = append(kinds, fmt.Sprintf("%d %s", r.leftOut[kind], kind))
		total += r.leftOut[kind]
	}
	word := "objects that are"
	if total == 1 {
		word = "object that is"
	}
	d := r.out.diags.Infof("source/left-out", r.span(), "left out %d Kubernetes %s neither rules, dashboards nor a whole configuration: %s", total, word, strings.Join(kinds, ", "))
	if r.leftOut[alertmanagerConfig] > 0 {
		d.Hint = alertmanagerConfigHint
	}
	r.leftOut = nil
}

func pointerTo(field string, i int) string { return "/" + field + "/" + strconv.Itoa(i) }

func stringAt(v bundle.Value, key string) bundle.Value {
	e, _ := v.Get(key)
	return e
}

// fixed is the origin of what stands in a text: the text itself.
func fixed(d bundle.Document, pointer string) bundle.Origin {
	return bundle.NewOrigin(d.Origin.At(pointer), nil)
}

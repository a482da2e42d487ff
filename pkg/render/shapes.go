package render

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
)

// place is where a document stands: what the objects in it are called by if
// they do not say so themselves.
type place struct {
	// namespace is that of rule groups.
	namespace string
	// folder is that of dashboards, name the uid of one that has none.
	folder, name string
	// labels are those of the Kubernetes object around it.
	labels map[string]string
	// depth counts the lists, maps and texts around it.
	depth int
}

// maxNesting bounds how deep lists and maps of objects may stand in each other.
const maxNesting = 4

// document takes the value of a source apart into objects.
func (r *renderer) document(d bundle.Document) error {
	s := r.job.source
	switch s.Kind {
	case project.AlertmanagerSource:
		return r.configuration(bundle.Alertmanager, r.opened(d))
	case project.PrometheusSource:
		return r.configuration(bundle.Prometheus, r.opened(d))
	case project.TestsSource:
		return r.test(r.opened(d))
	case project.TemplatesSource, project.FilesSource, project.PolicySource:
		return nil
	case project.RulesSource, project.DashboardsSource:
	}
	p := place{namespace: s.Name(), folder: generalFolder, name: strings.Trim(baseName(s.Path), "<>")}
	if dir := path.Dir(s.Below); dir != "." {
		p.folder = dir
	}
	if err := r.take(p, d); err != nil {
		return err
	}
	r.reportLeftOut()
	return nil
}

// take adds the objects of a document by its shape.
func (r *renderer) take(p place, d bundle.Document) error {
	s := shapeOf(d.Value)
	empty := s == listShape && len(d.Value.Elem) == 0
	if p.depth > maxNesting || !r.accepts(p, s) || empty && p.depth == 0 && r.job.source.Kind != project.RulesSource {
		s = unknownShape
	}
	r.refuseBare(p, s, d)
	switch s {
	case mixinShape:
		return r.mixin(p, d)
	case ruleFileShape:
		return r.ruleFile(p, d)
	case groupShape:
		return r.group(p, d)
	case dashboardShape, resourceShape:
		return r.dashboard(p, d)
	case envelopeShape:
		meta, _ := d.Value.Get("meta")
		if folder := meta.Str("folderTitle"); folder != "" {
			p.folder = folder
		}
		return r.dashboard(p, sub(d, "/dashboard"))
	case kubernetesShape:
		return r.kubernetes(p, d)
	case alertmanagerShape:
		return r.configuration(bundle.Alertmanager, d)
	case prometheusShape:
		return r.configuration(bundle.Prometheus, d)
	case testShape:
		return r.test(d)
	case textShape:
		p.depth++
		return r.take(p, r.opened(d))
	case listShape:
		return r.list(p, d)
	case mapShape:
		return r.named(p, d)
	case unknownShape:
		if ok, err := r.guessed(p, d); ok || err != nil {
			return err
		}
	}
	r.unexpected(d, "", r.wanted())
	return nil
}

// accepts reports whether the source may hold something of a shape. The
// folders of a project mean what they are called: routing does not stand among
// the rules. In a mixin or a list there may be both rules and dashboards.
func (r *renderer) accepts(p place, s shape) bool {
	kind := r.job.source.Kind
	switch s {
	case alertmanagerShape, prometheusShape, testShape:
		return kind == AnySource
	case ruleFileShape, groupShape:
		return kind != project.DashboardsSource || p.depth > 0
	case dashboardShape, resourceShape, envelopeShape:
		return kind != project.RulesSource || p.depth > 0
	default:
		return true
	}
}

const (
	wantRules      = "a rule file {groups: […]}, rule groups, a map of rule files, a mixin or a PrometheusRule"
	wantDashboards = "a dashboard, a map from file name to dashboard, or a mixin"
	wantAny        = "rules, dashboards, a mixin, an Alertmanager or Prometheus configuration, or unit tests"
)

func (r *renderer) wanted() string {
	switch r.job.source.Kind {
	case project.RulesSource:
		return wantRules
	case project.DashboardsSource:
		return wantDashboards
	default:
		return wantAny
	}
}

// unexpected reports a value of a shape that the source cannot have.
func (r *renderer) unexpected(d bundle.Document, pointer, want string) {
	v, _ := d.Value.Lookup(pointer)
	found, hint := describe(v), shapeHint(v)
	if len(r.hidden) > 0 && v.Kind == bundle.Map && len(v.Keys) == 0 {
		found, hint = "an object with hidden fields alone: "+someOf(r.hidden), hiddenHint(r.hidden)
	}
	e := r.out.diags.Errorf("source/shape", d.Origin.At(pointer), "expected %s, found %s", want, found)
	e.Pointer = pointer
	e.Hint = hint
	if r.job.unsure {
		e.Severity = diag.Warning
		e.Hint = "it was found in a folder and is left out; name the file itself if it has to be rendered"
	}
}

// list takes apart an array, whose elements have shapes of their own.
func (r *renderer) list(p place, d bundle.Document) error {
	p.depth++
	for i := range d.Value.Elem {
		if err := r.take(p, sub(d, "/"+strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

// named takes apart a map from name to something that has a shape: files, as
// jsonnet -m writes them, or folders of them.
func (r *renderer) named(p place, d bundle.Document) error {
	for i, key := range d.Value.Keys {
		in := p
		in.depth++
		in.name = baseName(key)
		switch shapeOf(d.Value.Elem[i]) {
		case mapShape:
			in.folder = key
		case ruleFileShape, groupShape, listShape, textShape:
			in.namespace = baseName(key)
		default:
		}
		if err := r.take(in, sub(d, "/"+bundle.EscapeToken(key))); err != nil {
			return err
		}
	}
	return nil
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
func (r *renderer) ruleFile(p place, d bundle.Document) error {
	for _, key := range d.Value.Keys {
		if key != "groups" && !slices.Contains(r.opts.FileFields[r.env.Name], key) {
			e := r.out.diags.Errorf("rules/unknown-field", bundle.NameAt(d.Origin, "/"+bundle.EscapeToken(key)), "unknown field %q in a rule file", key)
			e.Hint = "a rule file has the field groups alone"
		}
	}
	return r.groups(p, d, "/groups")
}

func (r *renderer) groups(p place, d bundle.Document, pointer string) error {
	v, _ := d.Value.Lookup(pointer)
	if v.Kind == bundle.Null {
		return nil
	}
	if v.Kind != bundle.Array {
		r.unexpected(d, pointer, "an array of rule groups")
		return nil
	}
	for i := range v.Elem {
		if err := r.group(p, sub(d, pointer+"/"+strconv.Itoa(i))); err != nil {
			return err
		}
	}
	return nil
}

func (r *renderer) group(p place, d bundle.Document) error {
	name := d.Value.Str("name")
	if name == "" && d.Value.Has("rules") {
		at := d.Origin.At("")
		if d.Value.Has("name") {
			at = bundle.NameAt(d.Origin, "/name")
		}
		r.out.diags.Errorf("source/shape", at, "a rule group needs a name").Hint = "name it after what its rules are about; no other group of the file may have the name"
		return nil
	}
	if d.Value.Kind != bundle.Map || name == "" {
		r.unexpected(d, "", "a rule group with name and rules")
		return nil
	}
	return r.addLabelled(bundle.Ref{Kind: bundle.Rules, Space: p.namespace, Name: name}, d.Value, d.Origin, p.labels)
}

// generalFolder is what Grafana calls the folder of dashboards without one.
const generalFolder = "General"

// dashboard adds one dashboard. Of a resource of the first schema it is the
// spec, which is a classic dashboard whose uid is the resource's name; one of
// the second means nothing without its apiVersion, and is kept as a whole. A
// dashboard without uid is known by the name of its file.
func (r *renderer) dashboard(p place, d bundle.Document) error {
	name := p.name
	if isResource(d.Value) {
		metadata, _ := d.Value.Get("metadata")
		uid := metadata.Str("name")
		if uid != "" {
			name = uid
		}
		p = withMetadata(p, metadata)
		if !strings.HasPrefix(d.Value.Str("apiVersion"), dashboardGroup+"v2") {
			d = classic(d, uid)
		}
	}
	if uid := d.Value.Str("uid"); uid != "" {
		name = uid
	}
	ref, v, origin, keep := r.adjust.dashboard(bundle.Ref{Kind: bundle.Dashboard, Space: p.folder, Name: name}, p.name, d.Value, d.Origin)
	if !keep {
		return nil
	}
	return r.addLabelled(ref, v, origin, p.labels)
}

// classic is the dashboard in a resource of the first schema. The resource's
// name is its uid, which links refer to; the spec often does not repeat it.
func classic(d bundle.Document, uid string) bundle.Document {
	spec := sub(d, "/spec")
	if uid == "" || spec.Value.Str("uid") != "" || spec.Value.Kind != bundle.Map {
		return spec
	}
	spec.Value = spec.Value.With("uid", bundle.StringValue(uid))
	spec.Origin = bundle.MapOrigin(d.Origin, func(pointer string) string {
		if pointer == "/uid" {
			return "/metadata/name"
		}
		return "/spec" + pointer
	})
	return spec
}

func (r *renderer) configuration(kind bundle.Kind, d bundle.Document) error {
	if d.Value.Kind == bundle.Null && r.opts.Judge {
		d.Value = bundle.MapValue(nil) // as loaders see it
	}
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
	case d.Value.Kind == bundle.Map && len(d.Value.Keys) > 0 && !slices.ContainsFunc(d.Value.Elem, func(v bundle.Value) bool { return !isSuite(v) }):
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

// opened reads a text, what std.manifestYamlDoc and its like make, as the
// value in it. Any other value stays what it is.
func (r *renderer) opened(d bundle.Document) bundle.Document {
	v, ok := textValue(d.Value)
	if !ok {
		return d
	}
	at := d.Origin.At("")
	return bundle.Document{Value: v, Origin: bundle.NewOrigin(at, nil)}
}

// unwritable reports an object whose names cannot be those of a file.
func (r *renderer) unwritable(ref bundle.Ref, v bundle.Value, origin bundle.Origin) {
	named := strconv.Quote(ref.Name)
	if ref.Space != "" {
		named += " in " + strconv.Quote(ref.Space)
	}
	pointer := ""
	if _, ok := (bundle.Ref{Kind: ref.Kind, Space: ref.Space, Name: "x"}).TreePath(); ok && v.Str("uid") == ref.Name {
		pointer = "/uid"
	}
	d := r.out.diags.Errorf("source/name", origin.At(pointer), "%s %s: no file of the rendered tree can have that name", ref.Kind, named)
	d.Hint = `no part of a name may be empty, "." or "..", and none holds a backslash or a control character`
	if ref.Kind == bundle.Dashboard {
		d.Hint = `a uid is made of letters, digits, "-" and "_"; a folder's name has no empty part, "." or ".." between its slashes`
	}
}

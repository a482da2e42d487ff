package cli

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/paging"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
	"github.com/monctl/monctl/pkg/view"
)

// defaultExternalURL is what templates see where nobody says where Alertmanager
// is.
const defaultExternalURL = "http://localhost:9093"

// messenger renders what the receivers of a configuration get.
type messenger struct {
	routing  envRouting
	renderer *simulate.Renderer
	// first is the notification that a new group of a route is.
	first func(*routing.Route, []simulate.NotifiedAlert, time.Time) simulate.Notification
	// diags are what is wrong with templates.
	diags diag.List
}

// messenger makes a messenger. Templates are those of the bundle or, of a file
// of --config, those that it names.
func (f *routeFlags) messenger(g *global, r envRouting, externalURL string) (*messenger, error) {
	cfg, err := routing.LoadConfig(r.config.Object.Body.Bytes())
	if err != nil {
		return nil, err // cannot be: it has been read before
	}
	m := &messenger{routing: r}
	templates := r.bundle.OfKind(bundle.Template)
	if f.config != "" {
		templates = f.templates(g, &m.diags, r)
	}
	for _, name := range f.overrides {
		if o, ok := readTemplate(g.at(name), filepath.ToSlash(name), &m.diags); ok {
			templates = append(slices.DeleteFunc(slices.Clone(templates), func(t bundle.Object) bool { return t.Ref == o.Ref }), o)
		}
	}
	var diags diag.List
	m.renderer, diags = simulate.NewRenderer(cfg, templates, externalURL)
	m.diags = append(m.diags, diags...)
	m.first = func(route *routing.Route, alerts []simulate.NotifiedAlert, at time.Time) simulate.Notification {
		return simulate.NewNotification(cfg, route, alerts, at)
	}
	return m, nil
}

// templates reads the template files that a configuration names, relative to
// its own folder.
func (f *routeFlags) templates(g *global, diags *diag.List, r envRouting) []bundle.Object {
	dir := g.workDir()
	if f.config != "-" {
		dir = filepath.Dir(g.at(f.config))
	}
	var out []bundle.Object
	for _, pattern := range r.config.Value.Array("templates") {
		full := pattern.Text
		if !filepath.IsAbs(full) {
			full = filepath.Join(dir, filepath.FromSlash(full))
		}
		names, err := filepath.Glob(full)
		if err != nil || len(names) == 0 && !strings.ContainsAny(full, "*?[") {
			d := diags.Errorf("alertmanager/template", r.config.Object.Origin.At("/templates"), "there is no template file %s", pattern.Text)
			d.Hint = "templates are looked for beside the configuration"
		}
		slices.Sort(names)
		for _, name := range names {
			if o, ok := readTemplate(name, filepath.ToSlash(name), diags); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

// readTemplate reads a template file; findings call it by another name.
func readTemplate(file, called string, diags *diag.List) (bundle.Object, bool) {
	data, err := os.ReadFile(file)
	if err != nil {
		diags.Errorf("alertmanager/template", diag.Span{File: called}, "the template file cannot be read: %s", cause(err))
		return bundle.Object{}, false
	}
	ref := bundle.Ref{Kind: bundle.Template, Name: path.Base(called)}
	return bundle.NewRawObject(ref, data, bundle.NewOrigin(diag.Span{File: called}, nil)), true
}

// messages renders a notification for every integration that it goes to, and
// for the others why it does not.
func (m *messenger) messages(n simulate.Notification) ([]view.Message, error) {
	var out []view.Message
	for _, sent := range n.Integrations {
		rendered, err := m.renderer.Render(n, sent.String())
		if err != nil {
			return nil, err
		}
		out = append(out, m.message(n.Receiver, rendered))
	}
	return out, nil
}

func (m *messenger) message(receiver string, r simulate.Rendered) view.Message {
	out := view.Message{Receiver: receiver, Integration: r.Integration.String()}
	failed := map[string]string{}
	for _, e := range r.Errors {
		failed[e.Field] = e.Message
		if _, ok := r.Fields[e.Field]; !ok {
			r.Fields[e.Field] = ""
		}
	}
	simulate.Diagnose(&m.diags, m.routing.config.Object, r.Errors)
	for name, value := range r.Fields {
		if value != "" || failed[name] != "" {
			out.Fields = append(out.Fields, view.MessageField{Name: name, Value: value, Error: failed[name]})
		}
	}
	slices.SortFunc(out.Fields, func(a, b view.MessageField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// settle hands findings about templates to the pass, each once.
func (m *messenger) settle(p *pipeline.Pass) {
	for _, d := range m.diags.WithEnv(m.routing.env) {
		if !slices.ContainsFunc(p.Diags, func(o diag.Diagnostic) bool { return o.Compare(d) == 0 }) {
			p.Diags = append(p.Diags, d)
		}
	}
}

// example is an alert as it could be sent, with what cannot be filled in.
func (r envRouting) example(ctx context.Context, a paging.Alert, value float64, at time.Time) (simulate.Alert, error) {
	if a.Rule == nil { // a label set: some rule may make it
		i := slices.IndexFunc(r.alerts, func(o paging.Alert) bool { return o.Makes(a.Given) })
		if i >= 0 {
			a = r.alerts[i].With(a.Given)
		}
	}
	e, err := a.Example(ctx, r.config.Asked(), value, at)
	if err != nil {
		return simulate.Alert{}, err
	}
	out := simulate.Alert{Labels: e.Labels, Annotations: e.Annotations, StartsAt: at}
	return out, nil
}

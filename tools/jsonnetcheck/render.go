package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// wanted is an object that a mixin has: a rule group or a dashboard.
type wanted struct {
	kind bundle.Kind
	// name is the group's name, or the dashboard's uid or else the name of its
	// file.
	name  string
	value bundle.Value
}

// wantedOf takes the value of a mixin apart, as far as it has the three fields.
func wantedOf(v bundle.Value) []wanted {
	var all []wanted
	for _, field := range []string{"prometheusAlerts", "prometheusRules"} {
		file, _ := v.Get(field)
		all = append(all, groupsOf(file)...)
	}
	dashboards, _ := v.Get("grafanaDashboards")
	for i, key := range dashboards.Keys {
		all = append(all, dashboardOf(key, dashboards.Elem[i]))
	}
	return all
}

func groupsOf(file bundle.Value) []wanted {
	var all []wanted
	for _, g := range file.Array("groups") {
		all = append(all, wanted{bundle.Rules, g.Str("name"), g})
	}
	return all
}

func dashboardOf(file string, v bundle.Value) wanted {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if spec, ok := v.Get("spec"); ok && strings.HasPrefix(v.Str("apiVersion"), "dashboard.grafana.app/") {
		metadata, _ := v.Get("metadata")
		if uid := metadata.Str("name"); uid != "" {
			name = uid
		}
		v = spec
	}
	if uid := v.Str("uid"); uid != "" {
		name = uid
	}
	return wanted{bundle.Dashboard, name, v}
}

// wantedFiles reads the files of a rendered mixin: alerts.yaml, rules.yaml and
// dashboards/*.json.
func wantedFiles(dir string) ([]wanted, error) {
	var all []wanted
	for _, name := range []string{"alerts.yaml", "rules.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		docs, diags := bundle.DecodeYAML(name, data)
		if diags.HasErrors() {
			return nil, fmt.Errorf("read %s: %s", filepath.Join(dir, name), diags[0].Summary)
		}
		for _, d := range docs {
			all = append(all, groupsOf(d.Value)...)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "dashboards", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		v, err := bundle.DecodeJSON(data)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		all = append(all, dashboardOf(file, v))
	}
	return all, nil
}

// noSource is a pattern that no file has.
const noSource = "none/none/*"

// renderEntry renders an entry as the one mixin of a project.
func renderEntry(ctx context.Context, e corpusEntry, dir string) (*render.Output, diag.List, error) {
	root := filepath.Join(dir, filepath.FromSlash(e.Dir))
	env := project.Environment{Name: project.DefaultEnvironment}
	return render.Render(ctx, render.Options{
		Project: &project.Project{
			Dir: root, Environments: []project.Environment{env},
			Sources: project.Sources{
				Mixins:       []project.Mixin{{Path: e.Entry, Name: e.Name}},
				Alertmanager: noSource, Prometheus: noSource,
			},
			Jsonnet: project.Jsonnet{JPath: e.JPath, Timeout: time.Minute},
		},
		FS: os.DirFS(root), Engine: jsonnet.Own(), Importer: jsonnet.NewImporter(root, e.JPath, nil), Workers: runtime.GOMAXPROCS(0),
	}, env)
}

// rendered adds up how rendered objects compare with what is wanted.
type rendered struct {
	mixins, refused, objects, different int
	notes                               []string
}

func (r *rendered) print(w io.Writer, against string) {
	fmt.Fprintf(w, "rendered against %s: %d mixins, %d objects equal, %d differences; %d mixins are refused\n",
		against, r.mixins, r.objects, r.different, r.refused)
}

// compare holds the bundle of a mixin against what is wanted, object by object.
func (r *rendered) compare(name string, want []wanted, out *render.Output, diags diag.List, err error) error {
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	if diags.HasErrors() {
		r.refused++
		for _, d := range diags {
			if d.Severity == diag.Error {
				r.notes = append(r.notes, fmt.Sprintf("%s: refused: %s [%s] at %s", name, d.Summary, d.Code, d.Span))
			}
		}
		return nil
	}
	r.mixins++
	left := slices.Clone(out.Bundle.Objects())
	for _, w := range want {
		i := slices.IndexFunc(left, func(o bundle.Object) bool { return o.Ref.Kind == w.kind && o.Ref.Name == w.name })
		if i < 0 {
			r.differs(name, w.kind, w.name, "is missing")
			continue
		}
		got, err := left[i].Value()
		if err != nil {
			return fmt.Errorf("render %s: %w", name, err)
		}
		if what := firstUnequal("", w.value, got); what != "" {
			r.differs(name, w.kind, w.name, what)
		} else {
			r.objects++
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, o := range left {
		r.differs(name, o.Ref.Kind, o.Ref.Name, "is there and should not be")
	}
	return nil
}

func (r *rendered) differs(mixin string, kind bundle.Kind, name, what string) {
	r.different++
	r.notes = append(r.notes, fmt.Sprintf("%s: %s %q %s", mixin, kind, name, what))
}

// firstUnequal says where two values differ: nothing is lost or changed, the
// order of keys aside.
func firstUnequal(pointer string, want, got bundle.Value) string {
	if want.Kind != got.Kind || want.Text != got.Text || want.Src != got.Src || len(want.Elem) != len(got.Elem) {
		return fmt.Sprintf("at %q: want %s, got %s", pointer, short(want), short(got))
	}
	for i, w := range want.Elem {
		at, g := fmt.Sprintf("%s/%d", pointer, i), got.Elem[i]
		if want.Kind == bundle.Map {
			at = pointer + "/" + bundle.EscapeToken(want.Keys[i])
			var ok bool
			if g, ok = got.Get(want.Keys[i]); !ok {
				return fmt.Sprintf("at %q: is missing", at)
			}
		}
		if what := firstUnequal(at, w, g); what != "" {
			return what
		}
	}
	return ""
}

func short(v bundle.Value) string {
	text, err := bundle.Canonical(v)
	if err != nil {
		return err.Error()
	}
	return v.Kind.String() + " " + clip(string(text))
}

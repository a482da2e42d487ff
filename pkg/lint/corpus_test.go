package lint_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/schema"
)

var (
	corpus      = flag.String("corpus", "", "folder with a folder for each source: <rules>.yaml, alertmanager.yml, prometheus.yml, dashboards/*.json")
	catalogFile = flag.String("catalog", "", "catalogue of metrics for the corpus")
	sample      = flag.Int("sample", 0, "print so many findings of each code, from as many sources as there are")
	only        = flag.String("code", "", "print findings of this code only")
)

// TestCorpus counts what each check finds in public monitoring, and prints
// some of the findings with what they are about, to be read and judged:
//
//	go test ./pkg/lint -run TestCorpus -v -args -corpus DIR -sample 30 -code alert/for
//
// Each source is a bundle by itself. The loaders' findings are counted too.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus given: the public rules and dashboards are not part of this repository")
	}
	sources, err := filepath.Glob(filepath.Join(*corpus, "*"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("nothing under %s: %v", *corpus, err)
	}
	opts := corpusOptions(t)
	c := hits{size: map[string]int{}, of: map[string][]hit{}}
	for _, dir := range sources {
		b := newBundle(t, c.read(t, dir))
		diags, err := schema.Validate(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		opinions, err := lint.Run(t.Context(), b, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range append(diags, opinions...) {
			c.of[d.Code] = append(c.of[d.Code], hit{d, filepath.Base(dir), about(b, d)})
		}
	}
	c.print(t)
}

// corpusOptions switches on what is off by default.
func corpusOptions(t *testing.T) lint.Options {
	t.Helper()
	opts := lint.Options{OptIn: map[string]bool{}}
	for _, c := range lint.Checks() {
		opts.OptIn[c.Code] = true
		if c.Code == *only {
			opts.Checks = []lint.Check{c}
		}
	}
	if *catalogFile == "" {
		return opts
	}
	data, err := os.ReadFile(*catalogFile)
	if err != nil {
		t.Fatal(err)
	}
	c, diags := catalog.Parse(*catalogFile, data)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	opts.Catalog = c
	return opts
}

// hits are what the checks have found in all sources.
type hits struct {
	size map[string]int
	of   map[string][]hit
}

// hit is a finding, the source that it is in, and the text that it is about.
type hit struct {
	diag.Diagnostic
	source, text string
}

// read returns the objects of a source by reference, and counts them.
func (h hits) read(t *testing.T, dir string) map[string]string {
	t.Helper()
	objects := map[string]string{}
	for _, pattern := range []string{"*.y*ml", "dashboards/*.json"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))
			if filepath.Ext(f) == ".json" {
				h.dashboard(t, objects, name, data)
				continue
			}
			if name == "alertmanager" || name == "prometheus" {
				h.size[name]++
				objects[name] = string(data)
				continue
			}
			docs, diags := bundle.DecodeYAML(f, data)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			for _, doc := range docs {
				h.rules(t, objects, name, doc.Value)
			}
		}
	}
	return objects
}

func (h hits) dashboard(t *testing.T, objects map[string]string, name string, data []byte) {
	t.Helper()
	v, err := bundle.DecodeJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	text, err := bundle.Canonical(v)
	if err != nil {
		t.Fatal(err)
	}
	h.size["dashboards"]++
	objects["dashboard/d/"+cmp.Or(v.Str("uid"), name)] = string(text)
}

func (h hits) rules(t *testing.T, objects map[string]string, name string, file bundle.Value) {
	t.Helper()
	for _, g := range file.Array("groups") {
		text, err := bundle.Canonical(g)
		if err != nil {
			t.Fatal(err)
		}
		objects["rules/"+name+"/"+g.Str("name")] = string(text)
		for _, r := range g.Array("rules") {
			if r.Has("alert") {
				h.size["alerts"]++
			} else {
				h.size["recording rules"]++
			}
		}
	}
}

// about returns the rule, or the value, that a finding points at.
func about(b *bundle.Bundle, d diag.Diagnostic) string {
	ref, err := bundle.ParseRef(d.Object)
	if err != nil {
		return ""
	}
	o, ok := b.Get(ref)
	if !ok {
		return ""
	}
	whole, err := o.Value()
	if err != nil {
		return ""
	}
	pointer := d.Pointer
	if parts := strings.Split(pointer, "/"); len(parts) > 3 && parts[1] == "rules" {
		pointer = strings.Join(parts[:3], "/")
	}
	v, ok := whole.Lookup(pointer)
	if !ok || pointer == "" && ref.Kind == bundle.Dashboard {
		return whole.Str("title")
	}
	text, err := bundle.Canonical(v)
	if err != nil {
		return ""
	}
	return string(text)
}

func (h hits) print(t *testing.T) {
	t.Helper()
	var size []string
	for _, what := range slices.Sorted(maps.Keys(h.size)) {
		size = append(size, fmt.Sprintf("%d %s", h.size[what], what))
	}
	t.Log(strings.Join(size, ", "))
	codes := map[string]bool{}
	for _, c := range lint.Checks() {
		codes[c.Code] = true
	}
	for code := range h.of {
		codes[code] = true
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if *only != "" && code != *only {
			continue
		}
		severity, sources := map[diag.Severity]int{}, map[string]bool{}
		for _, x := range h.of[code] {
			severity[x.Severity]++
			sources[x.source] = true
		}
		t.Logf("%-28s %5d: %d errors, %d warnings, %d infos, in %d sources", code, len(h.of[code]),
			severity[diag.Error], severity[diag.Warning], severity[diag.Info], len(sources))
		for i, x := range spread(h.of[code], *sample) {
			t.Logf("%d. %s: %s %s %s: %s\n%s", i+1, x.source, x.Severity, x.Object, x.Pointer, x.Summary, x.text)
		}
	}
}

// spread picks n findings of as many sources as there are: the first of each,
// then the second of each, and so on. What is said twice in the same words
// about the same text, as of a mixin that stands in two collections, is picked
// once.
func spread(all []hit, n int) []hit {
	type key struct{ summary, text string }
	seen := map[key]bool{}
	bySource := map[string][]hit{}
	for _, x := range all {
		if k := (key{x.Summary, x.text}); !seen[k] {
			seen[k] = true
			bySource[x.source] = append(bySource[x.source], x)
		}
	}
	var out []hit
	for round := 0; len(out) < n; round++ {
		var these []hit
		for _, s := range slices.Sorted(maps.Keys(bySource)) {
			if round < len(bySource[s]) {
				these = append(these, bySource[s][round])
			}
		}
		if len(these) == 0 {
			break
		}
		for i, left := 0, min(n-len(out), len(these)); i < left; i++ {
			out = append(out, these[i*len(these)/left])
		}
	}
	return out
}

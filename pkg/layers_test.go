// Package pkg_test holds what is true of all packages together.
package pkg_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/monctl/monctl/"

// room is one package: its layer, and what it may import directly from this
// module besides pkg/diag. Everything below its layer is written as "below".
type room struct {
	layer  int
	may    []string
	allows []string // modules that only few rooms may touch
}

const below = "below"

// The modules that only some rooms may import.
const (
	parser  = "github.com/prometheus/prometheus/promql/parser"
	labels  = "github.com/prometheus/prometheus/model/labels"
	rulefmt = "github.com/prometheus/prometheus/model/rulefmt"
	engine  = "github.com/prometheus/prometheus/promql"
	tsdb    = "github.com/prometheus/prometheus/tsdb"
	paging  = "github.com/prometheus/alertmanager/{dispatch,config,notify}"
	cobra   = "github.com/spf13/cobra"
	gojson  = "github.com/google/go-jsonnet"
	gogit   = "github.com/go-git"
)

// house is the plan of ARCHITECTURE.md.
func house() map[string]room {
	return map[string]room{
		"pkg/diag":     {layer: 0},
		"lib":          {layer: 0},
		"schemas":      {layer: 0},
		"pkg/scaffold": {layer: 0},

		"pkg/footprint": {layer: 0},
		"pkg/glob":      {layer: 0},
		"pkg/startup":   {layer: 0},

		"pkg/bundle":              {layer: 1},
		"pkg/expr":                {layer: 1, allows: []string{parser, labels}},
		"pkg/cuelang":             {layer: 1},
		"pkg/project":             {layer: 1, may: []string{"pkg/cuelang", "pkg/glob", "schemas"}},
		"pkg/jsonnet/syntax":      {layer: 1, allows: []string{gojson}},
		"pkg/jsonnet/vm":          {layer: 1, allows: []string{gojson}},
		"pkg/jsonnet":             {layer: 1, may: []string{"pkg/jsonnet/syntax", "pkg/jsonnet/vm"}, allows: []string{gojson}},
		"pkg/jsonnet/output":      {layer: 1},
		"pkg/jsonnet/style":       {layer: 1, may: []string{"pkg/jsonnet", "pkg/jsonnet/syntax"}, allows: []string{gojson}},
		"pkg/jsonnet/conformance": {layer: 1}, // tests, which may import more
		"pkg/secret":              {layer: 1, may: []string{"pkg/bundle"}},
		"pkg/promeval":            {layer: 1, may: []string{"pkg/expr"}, allows: []string{parser, labels, rulefmt, engine, tsdb}},

		"pkg/gitrepo":   {layer: 1, may: []string{"pkg/glob"}, allows: []string{gogit}},
		"pkg/vendoring": {layer: 1, may: []string{"pkg/gitrepo"}},

		"pkg/render":    {layer: 2, may: []string{"pkg/project", "pkg/jsonnet", "pkg/cuelang", "pkg/bundle", "pkg/expr", "pkg/secret", "lib"}},
		"pkg/deps":      {layer: 2, may: []string{"pkg/cuelang", "pkg/jsonnet"}},
		"pkg/convert":   {layer: 2, may: []string{"pkg/bundle", "pkg/jsonnet"}},
		"pkg/verdict":   {layer: 2, may: []string{"pkg/bundle"}},
		"pkg/dashboard": {layer: 2, may: []string{"pkg/bundle", "pkg/expr", "pkg/verdict"}},
		"pkg/promconf":  {layer: 2, may: []string{"pkg/bundle", "pkg/expr", "pkg/verdict"}, allows: []string{parser, labels, rulefmt}},
		"pkg/routing":   {layer: 2, may: []string{"pkg/bundle", "pkg/verdict"}, allows: []string{paging}},
		"pkg/catalog":   {layer: 2, may: []string{"pkg/bundle", "pkg/expr"}, allows: []string{labels}},
		"pkg/api":       {layer: 2, may: []string{"pkg/bundle"}},

		"pkg/routing/simulate": {layer: 2, may: []string{"pkg/bundle", "pkg/routing", "pkg/verdict"}, allows: []string{paging}},

		"pkg/kubernetes": {layer: 2, may: []string{"pkg/bundle"}},

		"pkg/depgraph": {layer: 3, may: []string{"pkg/bundle", "pkg/expr", "pkg/catalog", "pkg/dashboard", "pkg/promconf", "pkg/routing"}},
		"pkg/paging":   {layer: 3, may: []string{"pkg/bundle", "pkg/promeval", "pkg/depgraph", "pkg/routing"}},
		"pkg/schema":   {layer: 3, may: []string{"pkg/bundle", "pkg/cuelang", "schemas", "pkg/dashboard", "pkg/promconf", "pkg/routing", "pkg/verdict"}},
		"pkg/lint":     {layer: 3, may: []string{"pkg/bundle", "pkg/expr", "pkg/catalog", "pkg/dashboard", "pkg/depgraph", "pkg/routing", "pkg/promconf", "pkg/verdict"}, allows: []string{parser, labels, rulefmt}},
		"pkg/ruletest": {layer: 3, may: []string{"pkg/bundle", "pkg/expr", "pkg/promeval", "pkg/routing", "pkg/routing/simulate", "pkg/promconf"}, allows: []string{parser, labels, rulefmt}},

		"pkg/revision":      {layer: 4, may: []string{"pkg/bundle"}},
		"pkg/deploy":        {layer: 4, may: []string{"pkg/bundle", "pkg/api", "pkg/secret"}},
		"pkg/deploy/server": {layer: 4, may: []string{"pkg/bundle", "pkg/api", "pkg/secret", "pkg/deploy"}},

		"pkg/server":      {layer: 5, may: []string{below, "pkg/server/prom", "pkg/server/am", "pkg/server/auth", "pkg/server/web"}, allows: []string{parser, labels, rulefmt, engine, tsdb, paging}},
		"pkg/server/prom": {layer: 5, may: []string{"pkg/bundle", "pkg/expr"}, allows: []string{parser, labels, rulefmt, engine, tsdb}},
		"pkg/server/am":   {layer: 5, may: []string{"pkg/bundle"}, allows: []string{paging, labels}},
		"pkg/server/auth": {layer: 5},
		"pkg/server/web":  {layer: 5, may: []string{"pkg/api"}},
		"pkg/pipeline":    {layer: 5, may: []string{below}},
		"pkg/view":        {layer: 5, may: []string{"pkg/ruletest", "docs/checks"}},

		"pkg/cli":    {layer: 6, may: []string{below, "pkg/server", "pkg/server/auth", "pkg/pipeline", "pkg/view"}, allows: []string{cobra}},
		"cmd/monctl": {layer: 7, may: []string{"pkg/cli", "pkg/startup"}},
	}
}

// guardOf returns the guarded module that an import belongs to, or "".
func guardOf(imported string) string {
	if rest, ok := strings.CutPrefix(imported, "github.com/prometheus/alertmanager/"); ok {
		first, _, _ := strings.Cut(rest, "/")
		if slices.Contains([]string{"dispatch", "config", "notify"}, first) {
			return paging
		}
	}
	for _, guarded := range []string{parser, labels, rulefmt, engine, cobra} {
		if imported == guarded {
			return guarded
		}
	}
	for _, tree := range []string{tsdb, gojson, gogit} {
		if imported == tree || strings.HasPrefix(imported, tree+"/") {
			return tree
		}
	}
	return ""
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./cmd/...", "./lib", "./schemas", "./pkg/...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// TestLayers checks every direct import against the plan.
func TestLayers(t *testing.T) {
	rooms := house()
	seen := map[string]bool{}
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "pkg" {
			continue // this test
		}
		r, ok := rooms[name]
		if !ok {
			t.Errorf("package %s has no place in the plan", name)
			continue
		}
		seen[name] = true
		for _, imported := range p.Imports {
			checkImport(t, name, r, imported, rooms)
		}
	}
	for name := range rooms {
		if !seen[name] {
			t.Errorf("the plan has a room %s, but there is no such package", name)
		}
	}
}

func checkImport(t *testing.T, name string, r room, imported string, rooms map[string]room) {
	t.Helper()
	if inner, ok := strings.CutPrefix(imported, module); ok {
		to := rooms[inner]
		allowed := inner == "pkg/diag" || slices.Contains(r.may, inner) || slices.Contains(r.may, below) && to.layer < r.layer
		if !allowed {
			t.Errorf("%s (layer %d) must not import %s (layer %d)", name, r.layer, inner, to.layer)
		}
		if name == "pkg/server" && (inner == "pkg/render" || strings.HasPrefix(inner, "pkg/deploy")) {
			t.Errorf("the server must not import %s", inner)
		}
		return
	}
	if guard := guardOf(imported); guard != "" && !slices.Contains(r.allows, guard) {
		t.Errorf("%s must not import %s", name, imported)
	}
	if strings.HasPrefix(imported, "github.com/prometheus/prometheus/") && slices.Contains([]string{"pkg/bundle", "pkg/render", "pkg/project", "pkg/cli", "pkg/view"}, name) {
		t.Errorf("%s knows nothing of Prometheus and must not import %s", name, imported)
	}
}

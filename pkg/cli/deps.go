package cli

import (
	"context"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/deps"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/view"
)

// depsOptions are those of the verb deps.
type depsOptions struct {
	*global
	jpath         []string
	exclude       []string
	reverse, tree bool
	evaluated     bool
	project       projectFlags
}

func newDeps(g *global) *cobra.Command {
	o := &depsOptions{global: g}
	cmd := &cobra.Command{
		Use:   "deps FILE...",
		Short: "List what files import, or what imports them",
		Long: `Deps lists the files that a Jsonnet file imports, directly or not, a line each:
import, importstr and importbin, whether they are evaluated or not. What does
not exist is listed as missing, which is no error.

With --reverse it lists what imports the files, or would if they existed, then
which sources of the project a change of them touches, and which environments.
It looks at the sources, at all other Jsonnet of the project, and at what these
import. A change of the project file touches everything.

With --evaluated it renders the files, as monctl render FILE does, and lists what
that has read, and as missing what it has looked for in vain. An import that is
not evaluated is not among it; one that a variable names is.

Imports are looked for in the directories of -J from the last to the first, in
those of JSONNET_PATH, in those of jsonnet.jpath of the project, and then in the
library that is part of monctl.`,
		Example: `  monctl deps rules/node.jsonnet
  monctl deps --tree -J vendor mixin.libsonnet
  monctl deps --evaluated --env tokyo rules/node.jsonnet
  git diff --name-only main | xargs monctl deps --reverse`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs a file", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	cmd.Flags().BoolVar(&o.reverse, "reverse", false, "list what imports the files, and what a change of them touches")
	cmd.Flags().BoolVar(&o.tree, "tree", false, "draw who imports what")
	cmd.Flags().BoolVar(&o.evaluated, "evaluated", false, "render the files, and list what that reads and looks for")
	o.project.add(g, cmd, "with --evaluated, `names` of the environments to render for, comma-separated, with * for any part of a name (default all)")
	addJPath(cmd, &o.jpath)
	addExclude(cmd, &o.exclude)
	return cmd
}

func (o *depsOptions) run(cmd *cobra.Command, args []string) error {
	switch {
	case o.reverse && o.tree:
		return usagef("--tree draws what files import, not what imports them")
	case o.evaluated && (o.reverse || o.tree):
		return usagef("--evaluated lists what is read; it knows neither --tree nor --reverse")
	case !o.evaluated:
		for _, name := range []string{"env", "trace", "ext-str", "ext-str-file", "ext-code", "ext-code-file", "tla-str", "tla-str-file", "tla-code", "tla-code-file"} {
			if cmd.Flags().Changed(name) {
				return usagef("--%s is about evaluating; say --evaluated, too", name)
			}
		}
	}
	place, diags, err := o.workplace()
	if err != nil {
		return err
	}
	importer := o.importer(place, o.jpath)
	d := &view.Dependencies{Reverse: o.reverse, Tree: o.tree, Evaluated: o.evaluated, Files: []string{}, Imports: []view.Dependency{}}
	for _, arg := range args {
		if info, err := os.Stat(o.at(arg)); err == nil && info.IsDir() {
			return usagef("%q is a folder; name files", arg)
		}
		if name := place.name(o.at(arg)); !slices.Contains(d.Files, name) {
			d.Files = append(d.Files, name)
		}
	}
	if len(diags) == 0 && o.evaluated {
		if diags, err = o.read(cmd.Context(), d, args); err != nil {
			return err
		}
	} else if len(diags) == 0 {
		graph := deps.New(importer)
		find := o.imports
		if o.reverse {
			find = o.importers
		}
		if diags, err = find(d, graph, place); err != nil {
			return err
		}
	}
	return o.conclude(d, diags, importer)
}

// read fills in what rendering the files reads.
func (o *depsOptions) read(ctx context.Context, d *view.Dependencies, args []string) (diag.List, error) {
	opts, err := o.project.options(o.global)
	if err != nil {
		return nil, err
	}
	onePass(opts)
	files := fileFlags{verb: "list", kind: "auto", jpath: o.jpath}
	if opts, err = files.files(o.global, opts, args); err != nil {
		return nil, err
	}
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, err
	}
	if err := p.Render(ctx); err != nil {
		return nil, err
	}
	found, missing := p.Read()
	for _, name := range found {
		d.Imports = append(d.Imports, view.Dependency{File: name})
	}
	for _, name := range missing {
		d.Imports = append(d.Imports, view.Dependency{File: name, Missing: true})
	}
	slices.SortFunc(d.Imports, func(a, b view.Dependency) int { return strings.Compare(a.File, b.File) })
	return p.Diags, nil
}

// imports fills in what the files import.
func (o *depsOptions) imports(d *view.Dependencies, graph *deps.Graph, _ workplace) (diag.List, error) {
	var diags diag.List
	for _, file := range d.Files {
		found, err := graph.Add(file)
		if err != nil {
			return nil, err
		}
		diags = append(diags, found...)
	}
	missing := map[string]bool{}
	for _, file := range graph.Files() {
		own := dependency(graph, file)
		for _, e := range own.Imports {
			missing[e.Path] = missing[e.Path] || e.File == ""
		}
		d.Imports = append(d.Imports, own)
	}
	for name, is := range missing {
		if is {
			d.Imports = append(d.Imports, view.Dependency{File: name, Missing: true})
		}
	}
	slices.SortFunc(d.Imports, func(a, b view.Dependency) int { return strings.Compare(a.File, b.File) })
	return diags, nil
}

func dependency(graph *deps.Graph, file string) view.Dependency {
	d := view.Dependency{File: file}
	for _, e := range graph.Edges(file) {
		d.Imports = append(d.Imports, view.ImportEdge{Kind: string(e.Kind), Path: e.Path, File: e.File, Line: e.Span.Start.Line})
	}
	return d
}

// importers fills in what imports the files, and what they touch.
func (o *depsOptions) importers(d *view.Dependencies, graph *deps.Graph, place workplace) (diag.List, error) {
	sources, err := projectSources(place, graph)
	if err != nil {
		return nil, err
	}
	f, err := newFinder(place, o.exclude, ".jsonnet", ".libsonnet")
	if err != nil {
		return nil, err
	}
	if err := f.folder(place.dir); err != nil {
		return nil, err
	}
	var names []string
	for _, s := range sources {
		names = append(names, s.Path)
	}
	for _, file := range f.found() {
		names = append(names, file.name)
	}
	var diags diag.List
	for i, name := range names {
		found, err := graph.Add(name)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if i >= len(sources) { // it may be a draft; what it imports is not known
				d.Severity = diag.Warning
			}
			diags = append(diags, d)
		}
	}
	for _, name := range graph.Importers(d.Files...) {
		d.Imports = append(d.Imports, dependency(graph, name))
	}
	changed := d.Files
	if file := place.project.File; file != "" && slices.Contains(changed, file) {
		for _, s := range sources {
			changed = append(slices.Clip(changed), s.Path)
		}
	}
	touched, environments := graph.Touched(sources, changed...)
	for _, s := range touched {
		d.Sources = append(d.Sources, s.Path)
	}
	slices.Sort(d.Sources)
	d.Sources, d.Environments = slices.Compact(d.Sources), environments
	return diags, nil
}

// projectSources are the sources and mixins of the project that are there, with
// the environments that they are rendered for. What is evaluated stands once
// for each environment, since the files of its variables are the environment's.
func projectSources(place workplace, graph *deps.Graph) ([]deps.Source, error) {
	found, err := place.project.FindSources(os.DirFS(place.dir))
	if err != nil {
		return nil, err
	}
	var sources []deps.Source
	add := func(file string, holds func(project.Environment) bool) error {
		if _, err := place.open(file); err != nil {
			return nil //nolint:nilerr // it is not there
		}
		plain := deps.Source{Path: file}
		for _, env := range place.project.Environments {
			if !holds(env) {
				continue
			}
			variables, err := variableFiles(env, graph)
			switch {
			case err != nil:
				return err
			case len(variables) > 0 && slices.Contains([]string{".jsonnet", ".libsonnet", ".cue"}, path.Ext(file)):
				sources = append(sources, deps.Source{Path: file, Environments: []string{env.Name}, Variables: variables})
			default:
				plain.Environments = append(plain.Environments, env.Name)
			}
		}
		if len(plain.Environments) > 0 {
			sources = append(sources, plain)
		}
		return nil
	}
	for _, s := range found {
		if err := add(s.Path, func(env project.Environment) bool { return env.Renders(s.Path) }); err != nil {
			return nil, err
		}
	}
	for _, m := range place.project.Sources.Mixins {
		file := render.MixinSource(m)
		if err := add(file.Path, func(env project.Environment) bool {
			return env.Renders(file.Path, m.Path, file.Name()) && m.HoldsFor(env.Name)
		}); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// variableFiles are the files that an environment takes variables from. What
// they import is added to the graph.
func variableFiles(env project.Environment, graph *deps.Graph) ([]string, error) {
	var out []string
	for _, args := range []map[string]project.Arg{env.Ext, env.TLA} {
		for _, a := range args {
			if a.File == "" {
				continue
			}
			out = append(out, path.Clean(a.File))
			if a.IsText {
				continue
			}
			if _, err := graph.Add(path.Clean(a.File)); err != nil { // what is wrong with it, rendering says
				return nil, err
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (o *depsOptions) conclude(d *view.Dependencies, diags diag.List, importer *jsonnet.Importer) error {
	limit, err := diag.ParseSeverity(o.failOn)
	if err != nil {
		return err
	}
	r := view.Report{Command: "deps", Version: buildInfo().Version, Diagnostics: view.Findings(diags), Dependencies: d}
	if diags.Any(limit) {
		r.ExitCode = exitFindings
	}
	if err := o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, importer.Read); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

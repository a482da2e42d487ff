package cli

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/view"
)

// renderOptions are those of the verb render.
type renderOptions struct {
	*global
	project projectFlags
	files   fileFlags
	selects selectFlags
	form    formFlags
	profile profileFlags
	cache   cacheFlag
	out     string
	check   bool
}

func newRender(g *global) *cobra.Command {
	o := &renderOptions{global: g, files: fileFlags{verb: "render"}}
	cmd := &cobra.Command{
		Use:   "render [FILE...]",
		Short: "Render the sources to the files that Prometheus, Alertmanager and Grafana read",
		Long: `Render evaluates the project's sources for its environments and writes what
comes out: OUT/<environment>/prometheus, alertmanager, grafana and tests, and
what differs for one target under OUT/<environment>/<target>.

The tree is the same to the byte for the same sources. Files that monctl wrote,
that are no longer rendered and that nobody has edited are removed; other files
are left alone. If anything is wrong with a source, nothing is written.

If neither what was read nor what was written has changed since the last time,
nothing is evaluated; --cache off and --cache verify do so nevertheless.

With files as arguments, they are rendered in the place of the project's
sources, and no project is needed: mixins, rules, dashboards, configurations and
tests in Jsonnet, CUE, YAML or JSON. What a file holds is seen from what it
evaluates to. A folder stands for what can be rendered in it, - is standard
input, and with -e the argument is a Jsonnet program itself. Imports are looked
for in the folders of -J, then in those named vendor beside and above a file.`,
		Example: `  monctl render                          # every environment, to out/
  monctl render --env tokyo --out -      # one environment, to standard output
  monctl render --check                  # exit code 16 if out/ is not up to date
  monctl render -t 'rules/node/.*'       # the files that hold these objects only
  monctl render node-mixin/mixin.libsonnet -J vendor --out out
  monctl render mixin.libsonnet -t 'rules/.*' --format yaml > rules.yaml
  monctl render -e '(import "mixin.libsonnet") + { _config+:: { team: "db" } }'
  monctl render --format kubernetes --kubernetes-namespace monitoring`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.form.outGiven = cmd.Flags().Changed("out")
			return o.run(cmd, args)
		},
	}
	o.project.add(g, cmd, "`names` of the environments to render, comma-separated, with * for any part of a name (default all)")
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "out", "`folder` to write, or a file for the formats yaml and json, or - for standard output, the default of the formats yaml and json")
	f.BoolVar(&o.check, "check", false, "write nothing; exit with code 16 if the folder is not up to date")
	o.files.add(cmd)
	f.StringVar(&o.files.name, "name", "", "`namespace` of rules that bring none (default the file's name)")
	o.selects.add(cmd)
	o.form.add(cmd)
	o.profile.add(f)
	o.cache.add(cmd)
	return cmd
}

func (o *renderOptions) run(cmd *cobra.Command, args []string) error {
	defer o.hurry()()
	opts, err := o.options(args)
	if err != nil {
		return err
	}
	cache, err := o.kept(opts, cmd.Flags())
	if err != nil {
		return err
	}
	if r, files, ok := cache.unchanged(o.root(), o.writing()); ok {
		return o.unchanged(r, files, opts)
	}
	return o.render(cmd.Context(), args, opts, cache)
}

// kept finds what is known of the rendering before. A document is written as a
// whole, what goes to standard output has to be made, and whoever verifies the
// engine wants it to run.
func (o *renderOptions) kept(opts pipeline.Options, flags *pflag.FlagSet) (*renderCache, error) {
	cache, err := o.cache.open(opts, flags, o.workDir())
	if err != nil || o.out == "-" || o.form.isDocument() || o.project.engine.name == "verify" && o.cache.mode != cacheVerify {
		return nil, err
	}
	return cache, nil
}

// unchanged reports that every file is as it ought to be.
func (o *renderOptions) unchanged(r view.Report, files int, opts pipeline.Options) error {
	r.Changes = &view.Changes{Path: filepath.ToSlash(o.out), Check: o.check, Files: []view.Change{}, Unchanged: files}
	return o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, pipeline.Opener(opts))
}

func (o *renderOptions) render(ctx context.Context, args []string, opts pipeline.Options, cache *renderCache) error {
	onePass(opts)
	p, err := pipeline.Start(opts)
	if err != nil {
		return err
	}
	if err := p.Render(ctx); err != nil {
		return err
	}
	if err := p.ReportEmpty(); err != nil {
		return err
	}
	if len(args) > 0 && p.Project != nil && p.Project.File == "" {
		hintAtFlags(p.Diags)
	}
	trees, err := o.trees(p)
	if err != nil {
		return err
	}
	r := newReport("render", p)
	if r.Profile, err = o.profile.finish(o.global); err != nil {
		return err
	}
	result, err := cache.result(r, p, trees)
	if err == nil {
		err = cache.check(result)
	}
	if err != nil {
		return err
	}
	switch {
	case o.failed(p) && o.out == "-": // whoever reads the output waits for documents
		return o.finishOn(o.sys.Stderr, o.sys.StderrTerminal, r, p, exitFindings)
	case o.failed(p):
		return o.finish(r, p, exitFindings)
	case o.out == "-":
		if err := o.form.print(o.sys.Stdout, trees); err != nil {
			return err
		}
		return o.finishOn(o.sys.Stderr, o.sys.StderrTerminal, r, p, exitOK)
	}
	if err := o.write(r, p, trees); err != nil {
		return err
	}
	cache.keep(result)
	return nil
}

// options checks the flags and makes the options of the pass.
func (o *renderOptions) options(args []string) (pipeline.Options, error) {
	opts, err := o.project.options(o.global)
	if err != nil {
		return opts, err
	}
	if err := o.form.check(); err != nil {
		return opts, err
	}
	if !o.form.outGiven && o.form.isDocument() && !o.check {
		o.out = "-"
	}
	if o.check && o.out == "-" {
		return opts, usagef("--check needs a folder to compare with, not --out -")
	}
	if err := o.checkOut(); err != nil {
		return opts, err
	}
	if opts.Profile, err = o.profile.start(o.project.engine.name); err != nil {
		return opts, err
	}
	o.files.out = o.out
	return o.files.files(o.global, opts, args)
}

// trees lays out what was rendered in the chosen form.
func (o *renderOptions) trees(p *pipeline.Pass) ([]tree, error) {
	if p.Diags.HasErrors() {
		return nil, nil
	}
	selector, err := o.selects.selector()
	if err != nil {
		return nil, err
	}
	if err := o.selects.finds(selector, p.Outputs); err != nil {
		return nil, err
	}
	var trees []tree
	for _, out := range p.Outputs {
		t, diags, err := o.tree(out, selector)
		if err != nil {
			return nil, err
		}
		p.Diags = append(p.Diags, diags.WithEnv(out.Env.Name)...)
		trees = append(trees, t)
	}
	return trees, nil
}

// tree lays out one environment. In a folder, a file is written as a whole or
// not at all: a rule file with only the selected ones of its groups would take
// away the others from whoever reads the folder.
func (o *renderOptions) tree(out *render.Output, selector bundle.Selector) (tree, diag.List, error) {
	t := tree{env: out.Env.Name, partial: !selector.IsZero()}
	whole := o.out != "-" && !o.form.isDocument()
	if t.partial && !whole {
		out = out.Select(selector.Matches)
	}
	var diags diag.List
	for _, step := range o.form.steps() {
		var more diag.List
		var err error
		if out, more, err = out.Map(step); err != nil {
			return t, nil, err
		}
		diags = append(diags, more...)
	}
	files, more, err := o.form.files(out)
	if err != nil {
		return t, nil, err
	}
	t.output, t.files = out, files
	if t.partial && whole {
		t.files = slices.DeleteFunc(files, func(f bundle.TreeFile) bool { return !holds(f, out, selector) })
	}
	return t, append(diags, more...), nil
}

// holds reports whether a file holds any selected object.
func holds(f bundle.TreeFile, out *render.Output, selector bundle.Selector) bool {
	for text := range f.Objects {
		ref, err := bundle.ParseRef(text)
		if err != nil {
			continue
		}
		if object, ok := out.Bundle.Get(ref); ok && selector.Matches(object) {
			return true
		}
	}
	return false
}

package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/view"
)

// renderOptions are those of the verb render.
type renderOptions struct {
	*global
	project projectFlags
	out     string
	check   bool
}

func newRender(g *global) *cobra.Command {
	o := &renderOptions{global: g}
	cmd := &cobra.Command{
		Use:   "render",
		Short: "Render the sources to the files that Prometheus, Alertmanager and Grafana read",
		Long: `Render evaluates the project's sources for its environments and writes what
comes out: OUT/<environment>/prometheus, alertmanager, grafana and tests, and
what differs for one target under OUT/<environment>/<target>.

The tree is the same to the byte for the same sources. Files that monctl wrote
and that are no longer rendered are removed; other files are left alone. If
anything is wrong with a source, nothing is written.`,
		Example: `  monctl render                        # every environment, to out/
  monctl render --env tokyo --out -    # one environment, to standard output
  monctl render --check                # exit code 16 if out/ is not up to date`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.project.add(g, cmd, "`names` of the environments to render, comma-separated (default all)")
	cmd.Flags().StringVar(&o.out, "out", "out", "`folder` to write, or - for standard output")
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; exit with code 16 if the folder is not up to date")
	return cmd
}

func (o *renderOptions) run(ctx context.Context) error {
	defer o.hurry()()
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	onePass(opts)
	if o.check && o.out == "-" {
		return usagef("--check needs a folder to compare with, not --out -")
	}
	p, err := pipeline.Start(opts)
	if err != nil {
		return err
	}
	if err := p.Render(ctx); err != nil {
		return err
	}
	trees, err := o.trees(p)
	if err != nil {
		return err
	}
	r := newReport("render", p)
	switch {
	case o.failed(p):
		return o.finish(r, p, exitFindings)
	case o.out == "-":
		if err := printTrees(o.sys.Stdout, trees); err != nil {
			return err
		}
		return o.finishOn(o.sys.Stderr, o.sys.StderrTerminal, r, p, exitOK)
	}
	return o.write(r, p, trees)
}

// tree is the rendered tree of one environment.
type tree struct {
	env   string
	files []bundle.TreeFile
}

func (o *renderOptions) trees(p *pipeline.Pass) ([]tree, error) {
	if p.Diags.HasErrors() {
		return nil, nil
	}
	var trees []tree
	for _, out := range p.Outputs {
		files, diags, err := out.Tree()
		if err != nil {
			return nil, err
		}
		p.Diags = append(p.Diags, diags.WithEnv(out.Env.Name)...)
		trees = append(trees, tree{out.Env.Name, files})
	}
	return trees, nil
}

// write makes the folder hold the trees, or says how it differs.
func (o *renderOptions) write(r view.Report, p *pipeline.Pass, trees []tree) error {
	root := o.path(filepath.Join(o.workDir(), o.out))
	if filepath.IsAbs(o.out) {
		root = filepath.Clean(o.out)
	}
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return &hinted{fmt.Errorf("write the rendered tree: %s is not a folder", o.out), "name another folder with --out"}
	}
	r.Changes = &view.Changes{Path: filepath.ToSlash(o.out), Check: o.check, Files: []view.Change{}}
	for _, t := range trees {
		dir := filepath.Join(root, t.env)
		do := bundle.WriteTree
		if o.check {
			do = bundle.CompareTree
		}
		changes, err := do(dir, t.files)
		if err != nil {
			return err
		}
		written := 0
		for _, c := range changes {
			if path.Base(c.Path) == bundle.ManifestName {
				continue // it follows from the others
			}
			change := view.Change{Path: path.Join(filepath.ToSlash(o.out), t.env, c.Path), Action: c.Action}
			if c.Action != "remove" {
				written++
			}
			if o.check {
				change.Diff = view.Diff(string(c.Old), string(c.New))
			}
			r.Changes.Files = append(r.Changes.Files, change)
		}
		r.Changes.Unchanged += len(t.files) - written
	}
	if o.check && len(r.Changes.Files) > 0 {
		return o.finish(r, p, exitChanges)
	}
	return o.finish(r, p, exitOK)
}

// printTrees writes all files one after the other, each behind its name.
func printTrees(w io.Writer, trees []tree) error {
	var b bytes.Buffer
	for _, t := range trees {
		for _, f := range t.files {
			fmt.Fprintf(&b, "--- # %s/%s\n", t.env, f.Path)
			b.Write(f.Data)
			if !bytes.HasSuffix(f.Data, []byte("\n")) {
				b.WriteByte('\n')
			}
		}
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("print the rendered tree: %w", err)
	}
	return nil
}

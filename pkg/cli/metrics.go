package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/view"
)

func newMetrics(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Keep the catalogue of metrics that checks go by",
		Long: `Metrics keeps metrics.yaml, the list of the metrics that the servers have, with
type, labels and help text. It is checked in beside the sources, so that
monctl validate finds rules and dashboards that use a metric or a label that is
not there, or a function that does not suit a metric's type, without a server.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newMetricsSnapshot(g), newMetricsList(g))
	return cmd
}

// catalogFile is the catalogue of the project, or another one.
type catalogFile struct {
	// name is as diagnostics call it, path where it lies.
	name, path string
	pass       *pipeline.Pass
}

// catalogFile finds the catalogue: the one named, or the project's.
func (g *global) catalogFile(named string) (catalogFile, error) {
	opts, err := (&projectFlags{}).options(g)
	if err != nil {
		return catalogFile{}, err
	}
	p, err := pipeline.Start(opts)
	if err != nil {
		return catalogFile{}, err
	}
	f := catalogFile{pass: p, name: project.DefaultCatalog}
	if named != "" {
		f.name, f.path = filepath.ToSlash(named), g.path(filepath.Join(g.workDir(), named))
		if filepath.IsAbs(named) {
			f.path = filepath.Clean(named)
		}
		return f, nil
	}
	if p.Project != nil {
		f.name = p.Project.Sources.Catalog
	}
	f.path = filepath.Join(opts.Dir, filepath.FromSlash(f.name))
	return f, nil
}

// read reads the catalogue. One that is not there is empty; of one that is
// wrong, the findings are the pass's.
func (f catalogFile) read() (c *catalog.Catalog, data []byte, err error) {
	data, err = os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return catalog.New(nil), nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the catalogue %s: %w", f.name, cause(err))
	}
	c, diags := catalog.Parse(f.name, data)
	f.pass.Diags = append(f.pass.Diags, diags...)
	return c, data, nil
}

// write replaces the catalogue in one step.
func (f catalogFile) write(data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(f.path), ".monctl-metrics-*")
	if err != nil {
		return fmt.Errorf("write the catalogue %s: %w", f.name, cause(err))
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	_, writeErr := tmp.Write(data)
	if err := errors.Join(writeErr, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return fmt.Errorf("write the catalogue %s: %w", f.name, err)
	}
	if err := os.Rename(tmp.Name(), f.path); err != nil {
		return fmt.Errorf("write the catalogue %s: %w", f.name, err)
	}
	return nil
}

// metricsListOptions are those of metrics list.
type metricsListOptions struct {
	*global
	file string
}

func newMetricsList(g *global) *cobra.Command {
	o := &metricsListOptions{global: g}
	cmd := &cobra.Command{
		Use:   "list [PATTERN...]",
		Short: "List the metrics of the catalogue",
		Long: `List prints the metrics of the catalogue with their types and labels; a dash
says that something is not known. With patterns, it prints the metrics whose
name is one of them; * stands for any text.`,
		Example: `  monctl metrics list 'node_cpu_*'
  monctl metrics list -o json`,
		Args:              cobra.ArbitraryArgs,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: o.completeNames,
	}
	cmd.Flags().StringVar(&o.file, "file", "", "the catalogue's `path` (default that of the project, metrics.yaml)")
	return cmd
}

func (o *metricsListOptions) completeNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	f, err := o.catalogFile(o.file)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	c, _, err := f.read()
	if err != nil || c == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return c.Names(), cobra.ShellCompDirectiveNoFileComp
}

func (o *metricsListOptions) run(_ context.Context, patterns []string) error {
	f, err := o.catalogFile(o.file)
	if err != nil {
		return err
	}
	c, data, err := f.read()
	switch {
	case err != nil:
		return err
	case data == nil && c != nil:
		return &hinted{fmt.Errorf("there is no catalogue %s", f.name), "monctl metrics snapshot --from URL writes it"}
	case f.pass.Diags.HasErrors():
		return o.finish(newReport("metrics list", f.pass), f.pass, exitFindings)
	}
	r := newReport("metrics list", f.pass)
	r.Metrics = &view.Metrics{Path: f.name, Total: c.Len(), List: []view.Metric{}}
	for _, m := range c.Metrics() {
		if len(patterns) > 0 && !slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(p, m.Name)
			return err == nil && ok
		}) {
			continue
		}
		r.Metrics.List = append(r.Metrics.List, view.Metric{Name: m.Name, Type: m.Type, Labels: m.Labels, Help: m.Help, Recorded: m.Recorded})
	}
	if len(r.Metrics.List) == 0 {
		return &hinted{fmt.Errorf("no metric of %s has such a name", f.name), "monctl metrics list lists all; * stands for any text"}
	}
	return o.finish(r, f.pass, exitOK)
}

package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/promconf"
)

// validateOptions are those of the verb validate.
type validateOptions struct {
	*global
	project projectFlags
	files   fileFlags
	dialect string
}

func newValidate(g *global) *cobra.Command {
	o := &validateOptions{global: g, files: fileFlags{verb: "validate"}}
	cmd := &cobra.Command{
		Use:   "validate [FILE...]",
		Short: "Find mistakes in what the sources render to",
		Long: `Validate renders the project and judges the result: with the loaders of
Prometheus and Alertmanager, with Grafana's types for dashboards, and with
checks of its own. Every finding names the line of the source that made it,
where that can be known, and has a page under docs/checks.

` + validateFilesHelp,
		Example: `  monctl validate
  monctl validate --env tokyo --fail-on warning
  monctl validate -o github            # annotations in a pull request
  monctl validate rules.yaml alertmanager.yml prometheus.yml dashboard.json
  kubectl get prometheusrule -o yaml | monctl validate -`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	o.project.add(g, cmd, "`names` of the environments to validate, comma-separated, with * for any part of a name (default all)")
	o.files.add(cmd)
	cmd.Flags().StringVar(&o.dialect, "dialect", "", "which `program` reads the rules: "+strings.Join(promconf.Dialects(), ", ")+"; prometheus@2.53 is an older one (default what the project says)")
	complete(cmd, "dialect", promconf.Dialects)
	return cmd
}

func (o *validateOptions) run(ctx context.Context, args []string) error {
	defer o.hurry()()
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	if opts, err = o.withFiles(opts, args); err != nil {
		return err
	}
	onePass(opts)
	p, err := pipeline.Start(opts)
	if err != nil {
		return err
	}
	if err := p.Render(ctx); err != nil {
		return err
	}
	if err := p.Validate(ctx); err != nil {
		return err
	}
	if len(args) > 0 && p.Project != nil && p.Project.File == "" {
		hintAtFlags(p.Diags)
	}
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	return o.finish(newReport("validate", p), p, code)
}

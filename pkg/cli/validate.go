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
	project  projectFlags
	files    fileFlags
	dialect  string
	features featureFlag
	baseline baselineFlags
	since    sinceFlag
	owner    string
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

With --baseline, findings that the file knows are counted and not shown, so that
an existing repository can start clean; what a loader refuses is always shown.

With --changed-since, findings are shown that have to do with a source which a
change touches: its own file, or one that it imports. Changes are counted from
the last commit that HEAD and the revision have in common, and include what is
not committed yet.

` + validateFilesHelp,
		Example: `  monctl validate
  monctl validate --env tokyo --fail-on warning
  monctl validate -o github            # annotations in a pull request
  monctl validate --changed-since main # of this branch and what is not committed
  monctl validate --owner @org/team-x
  monctl validate --baseline baseline.json --write-baseline
  monctl validate rules.yaml alertmanager.yml prometheus.yml dashboard.json
  monctl validate --enable-feature promql-experimental-functions rules.yaml
  kubectl get prometheusrule -o yaml | monctl validate -`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	o.project.add(g, cmd, "`names` of the environments to validate, comma-separated, with * for any part of a name (default all)")
	o.files.add(cmd)
	cmd.Flags().StringVar(&o.dialect, "dialect", "", "which `program` reads the rules: "+strings.Join(promconf.Dialects(), ", ")+"; prometheus@2.53 is an older one (default what the project says)")
	complete(cmd, "dialect", promconf.Dialects)
	o.features.add(cmd, "take `features` of PromQL for enabled, by the names that Prometheus gives them, comma-separated, beside those that the environment names")
	o.baseline.add(cmd)
	o.since.add(cmd, "show what sources have to do with that are touched by a change since this Git `revision`")
	cmd.Flags().StringVar(&o.owner, "owner", "", "show the findings of one owner, by the `name` in CODEOWNERS or the project file")
	return cmd
}

func (o *validateOptions) run(ctx context.Context, args []string) error {
	defer o.hurryBy(pace{room: validateLeisure, percent: validatePercent, vast: vast})()
	if err := o.baseline.check(o.global, o.limited()); err != nil {
		return err
	}
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	if opts.Features, err = o.features.read(); err != nil {
		return err
	}
	if opts, err = o.withFiles(opts, args); err != nil {
		return err
	}
	if err := o.since.open(opts.Dir); err != nil {
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
	if err := p.ReportEmpty(); err != nil {
		return err
	}
	if err := p.Validate(ctx); err != nil {
		return err
	}
	if len(args) > 0 && p.Project != nil && p.Project.File == "" {
		hintAtFlags(p.Diags)
	}
	known, err := o.baseline.apply(o.global, p)
	if err != nil {
		return err
	}
	since, err := o.since.find(p)
	if err != nil {
		return err
	}
	if since != nil {
		p.KeepSince(since)
	}
	if o.owner != "" {
		p.KeepOwner(o.owner)
	}
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	r := newReport("validate", p)
	r.Baseline, r.Since = known, o.since.report(since)
	return o.finish(r, p, code)
}

// limited names a flag that has only some of the findings made or shown.
func (o *validateOptions) limited() string {
	switch {
	case len(o.project.envs) > 0:
		return "--env"
	case o.owner != "":
		return "--owner"
	case o.since.revision != "":
		return "--changed-since"
	}
	return ""
}

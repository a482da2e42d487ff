package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/deploy"
	deployserver "github.com/monctl/monctl/pkg/deploy/server"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/view"
)

// changeFlags say who deploys and why.
type changeFlags struct{ author, message, commit string }

func (f *changeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.author, "author", "", "who deploys (default $USER)")
	cmd.Flags().StringVarP(&f.message, "message", "m", "", "why; stored with the revision")
}

func (f *changeFlags) change(g *global) deploy.Change {
	author := f.author
	if author == "" {
		author, _ = g.sys.Getenv("USER")
	}
	return deploy.Change{Author: author, Message: f.message, Commit: f.commit}
}

// deployOptions are those of the verb deploy.
type deployOptions struct {
	*global
	project   projectFlags
	change    changeFlags
	to        string
	targets   []string
	dryRun    bool
	skipTests bool
}

func newDeploy(g *global) *cobra.Command {
	o := &deployOptions{global: g}
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Deploy what the sources render to",
		Long: `Deploy renders, validates and tests the project and, if all is well, has the
targets of its environments run the result. A server checks everything once
more and switches as a whole, or goes on with what it has and says why. Only
objects that differ are sent.

If somebody else deployed in between, nothing is changed (exit code 1).`,
		Example: `  monctl deploy --env tokyo -m "raise the disk threshold"
  monctl deploy --env tokyo --target tokyo-a --dry-run
  monctl deploy --env default --to http://127.0.0.1:9090`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.project.add(g, cmd, "`names` of the environments to deploy, comma-separated (default all that have targets)")
	o.change.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.change.commit, "commit", "", "commit of the sources; stored with the revision")
	f.StringVar(&o.to, "to", "", "`URL` of a server to deploy to instead of the project's targets; needs one --env")
	f.StringSliceVar(&o.targets, "target", nil, "`names` of the targets to deploy to (default all)")
	f.BoolVar(&o.dryRun, "dry-run", false, "change nothing, show what would be changed")
	f.BoolVar(&o.skipTests, "skip-tests", false, "do not run the unit tests before")
	complete(cmd, "target", func() []string { return g.targetNames() })
	return cmd
}

// targetNames is for completions.
func (g *global) targetNames() []string {
	dir, err := project.Find(g.workDir())
	if err != nil {
		return nil
	}
	p, _, err := project.Load(dir)
	if err != nil || p == nil {
		return nil
	}
	var names []string
	for _, e := range p.Environments {
		for _, t := range e.Targets {
			names = append(names, t.Name)
		}
	}
	return names
}

// delivery is a bundle and where it goes.
type delivery struct {
	name, url, env string
	bundle         *bundle.Bundle
}

func (o *deployOptions) run(ctx context.Context) error {
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	if o.to != "" && len(o.project.envs) != 1 {
		return usagef("--to needs one environment, --env")
	}
	p, err := o.check(ctx, opts, !o.skipTests)
	if err != nil {
		return err
	}
	r := newReport("deploy", p)
	if o.failed(p) {
		return o.finish(r, p, exitFindings)
	}
	deliveries, err := o.deliveries(p)
	if err != nil {
		return err
	}
	code := exitOK
	for _, d := range deliveries {
		done, err := o.deliver(ctx, d)
		r.Deploys = append(r.Deploys, done...)
		if err != nil {
			// The others are not deployed to either: a change that one server
			// does not take is better looked at first.
			return o.refused(r, p, d, err)
		}
	}
	return o.finish(r, p, code)
}

// check renders, validates and tests.
func (g *global) check(ctx context.Context, opts pipeline.Options, tests bool) (*pipeline.Pass, error) {
	defer g.hurry()()
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, err
	}
	if err := p.Render(ctx); err != nil {
		return nil, err
	}
	if err := p.Validate(ctx); err != nil {
		return nil, err
	}
	if !tests || p.Diags.HasErrors() {
		return p, nil
	}
	return p, p.Test(ctx, pipeline.TestOptions{})
}

func (o *deployOptions) deliveries(p *pipeline.Pass) ([]delivery, error) {
	if o.to != "" {
		out := p.Outputs[0]
		return []delivery{{name: o.to, url: serverURL(o.to), env: out.Env.Name, bundle: out.Bundle}}, nil
	}
	var all []delivery
	var names []string
	for _, out := range p.Outputs {
		for _, t := range out.Targets {
			names = append(names, t.Target.Name)
			if len(o.targets) > 0 && !slices.Contains(o.targets, t.Target.Name) {
				continue
			}
			all = append(all, delivery{name: t.Target.Name, url: t.Target.URL, env: out.Env.Name, bundle: t.Bundle})
		}
	}
	for _, name := range o.targets {
		if !slices.Contains(names, name) {
			return nil, &usageError{err: fmt.Errorf("there is no target %q", name), hint: diag.DidYouMean(name, names)}
		}
	}
	if len(all) == 0 {
		return nil, &usageError{
			err:  errors.New("there is no target to deploy to"),
			hint: "declare one under environments.<name>.targets in monctl.cue, or name a server with --to",
		}
	}
	return all, nil
}

// deliver deploys to one server, guarded against what others do meanwhile.
func (o *deployOptions) deliver(ctx context.Context, d delivery) ([]view.Deploy, error) {
	client, err := api.NewClient(d.url, api.ClientOptions{})
	if err != nil {
		return nil, &usageError{err: err}
	}
	done, err := ship(ctx, deployserver.New(client), d, o.change.change(o.global), o.dryRun)
	if err != nil {
		return nil, err
	}
	return []view.Deploy{done}, nil
}

// serverURL takes host:port for http://host:port.
func serverURL(s string) string {
	if strings.Contains(s, "://") {
		return s
	}
	return "http://" + s
}

// ship has a target run a bundle, and says what that changes.
func ship(ctx context.Context, to deploy.Target, d delivery, c deploy.Change, dryRun bool) (view.Deploy, error) {
	live, err := to.Live(ctx, d.bundle)
	if err != nil && !errors.Is(err, deploy.ErrNothingLive) {
		return view.Deploy{}, err
	}
	done := view.Deploy{Target: d.name, URL: d.url, Environment: d.env, Revision: d.bundle.Revision().String(), DryRun: dryRun}
	if live != nil {
		done.Previous = live.Revision().String()
	}
	for _, diff := range deploy.Compare(live, d.bundle) {
		done.Changed = append(done.Changed, view.ObjectChange{Object: diff.Ref.String(), Action: string(diff.Action)})
	}
	if dryRun {
		return done, nil
	}
	_, err = to.Apply(ctx, live, d.bundle, c)
	return done, err
}

// refused reports a deployment that did not happen.
func (g *global) refused(r view.Report, p *pipeline.Pass, d delivery, err error) error {
	if rejected, ok := errors.AsType[*deploy.RejectedError](err); ok {
		p.Diags = append(p.Diags, rejected.Diagnostics...)
		r.Diagnostics = view.Findings(p.Diags)
		return g.finish(r, p, exitFindings)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	code, hint := refusal(err)
	found := p.Diags.Errorf(code, diag.Span{}, "deploy to %s: %s", d.name, oneLine(err))
	found.Env, found.Hint = d.env, hint
	r.Diagnostics = view.Findings(p.Diags)
	return g.finish(r, p, exitCodeOf(err))
}

// refusal is the code of the finding that a deployment did not happen, and
// what to do about it.
func refusal(err error) (code, hint string) {
	var unreachable *api.UnreachableError
	var conflict *deploy.ConflictError
	var unauthenticated *api.UnauthenticatedError
	switch {
	case errors.As(err, &unreachable):
		return "deploy/unreachable", "is the server running, and is its address right?"
	case errors.As(err, &conflict):
		return "deploy/conflict", "somebody else has deployed meanwhile; see what, then deploy again"
	case errors.As(err, &unauthenticated):
		return "deploy/unauthenticated", "the server, or a proxy before it, wants credentials"
	default:
		return "deploy/failed", ""
	}
}

func withCode(r view.Report, code int) view.Report {
	r.ExitCode = code
	return r
}

// exitCodeOf is the exit code for an error that is no mistake in the call.
func exitCodeOf(err error) int {
	var unauthenticated *api.UnauthenticatedError
	var rejected *api.RejectedError
	var found interface{ Diagnostic() diag.Diagnostic }
	var refused *catalog.StatusError
	switch {
	case errors.As(err, &unauthenticated):
		return exitAuth
	case errors.As(err, &refused) && (refused.Code == http.StatusUnauthorized || refused.Code == http.StatusForbidden):
		return exitAuth
	case errors.As(err, &rejected), errors.As(err, &found):
		return exitFindings
	default:
		return exitFailure
	}
}

// rejectedBy returns the findings of a server that did not take a bundle.
func rejectedBy(err error) (diag.List, bool) {
	if rejected, ok := errors.AsType[*api.RejectedError](err); ok {
		return rejected.Diagnostics, true
	}
	return nil, false
}

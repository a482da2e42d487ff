package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/paging"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/view"
)

// routesDiffOptions are those of routes diff.
type routesDiffOptions struct {
	*global
	routeFlags
	against  string
	exitCode bool
}

func newRoutesDiff(g *global) *cobra.Command {
	o := &routesDiffOptions{global: g}
	cmd := &cobra.Command{
		Use:   "diff REVISION",
		Short: "Show who is paged differently since a revision",
		Long: `Diff sends every alert of the project through the routing of now and through
that of a Git revision, and shows for which of them others are told, at other
times, at another pace, grouped differently, or muted by other alerts; further
the receivers whose configuration differs, without their secrets. The revision
is the last commit that it and HEAD have in common, so that 'diff main' shows
what a branch changes, with what is not committed yet.

Of labels that come out of a query, every value is tried that some matcher
tells apart. A difference in all of these cases is certain, one in some is
possible, and the cases are named. The label sets in unit tests are tried, too.

With --config, the routing of a file is compared in the place of a revision's;
with --against as well, two files are compared, and no project is needed. There
are no rules then to say what alerts there are, and any alert is possible.`,
		Example: `  monctl routes diff main
  monctl routes diff HEAD~3 --env tokyo --exit-code
  monctl routes diff --config live-alertmanager.yml
  monctl routes diff --config old.yml --against new.yml -o json`,
		Args:              maxArgs(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	o.project.add(g, cmd, "`names` of the environments, comma-separated (default all)")
	cmd.Flags().StringVar(&o.config, "config", "", "compare with the Alertmanager configuration of this `file`, - for standard input")
	cmd.Flags().StringVar(&o.against, "against", "", "compare the `file` of --config with this one")
	cmd.Flags().BoolVar(&o.exitCode, "exit-code", false, "end with exit code 16 if there are differences")
	return cmd
}

func (o *routesDiffOptions) check(args []string) error {
	switch {
	case len(args) == 0 && o.config == "":
		return &usageError{err: errors.New("routes diff needs a revision to compare with"), hint: "monctl routes diff main; --config compares with a file"}
	case len(args) > 0 && o.config != "":
		return usagef("compare with the revision %s or with --config, not with both", args[0])
	case o.against != "" && o.config == "":
		return usagef("--against is compared with the file of --config, which is missing")
	case o.against == "-" && o.config == "-":
		return usagef("--config - and --against -: there is one standard input")
	}
	return nil
}

// state is one side of the comparison.
type state struct {
	*pipeline.Pass
	name, commit string
	routing      []envRouting
}

func (o *routesDiffOptions) run(ctx context.Context, args []string) error {
	defer o.hurry()()
	if err := o.check(args); err != nil {
		return err
	}
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	var base *gitrepo.Base
	if len(args) > 0 {
		if base, err = openBase(opts.Dir, args[0]); err != nil {
			return err
		}
	}
	now := state{name: "the sources"}
	if o.against != "" {
		now.name = o.against
	}
	files := routeFlags{project: o.project, config: o.against}
	if now.Pass, now.routing, err = files.load(ctx, o.global); err != nil {
		return err
	}
	if now.Diags.HasErrors() {
		return o.concludeRoutes(newReport("routes diff", now.Pass), now.Pass)
	}
	old, done, err := o.old(ctx, now, base, args)
	if err != nil {
		return err
	}
	defer done()
	return o.compare(ctx, old, now)
}

func openBase(dir, revision string) (*gitrepo.Base, error) {
	base, err := gitrepo.OpenBase(dir, revision)
	if problem, ok := errors.AsType[*gitrepo.BaseError](err); ok {
		return nil, &usageError{err: errors.New(problem.Problem), hint: problem.Hint}
	}
	return base, err
}

// old makes the state that is compared with.
func (o *routesDiffOptions) old(ctx context.Context, now state, base *gitrepo.Base, args []string) (state, func(), error) {
	if base == nil {
		files := routeFlags{project: o.project, config: o.config}
		p, all, err := files.load(ctx, o.global)
		return state{Pass: p, name: o.config, routing: all}, func() {}, err
	}
	earlier, err := now.Earlier(ctx, base)
	if err != nil {
		return state{}, nil, err
	}
	done := func() { _ = earlier.Close() } // it is in the folder for temporary files
	s := state{Pass: earlier.Pass, name: args[0], commit: base.Commit}
	if s.routing, err = readRouting(ctx, earlier.Pass); err != nil {
		done()
		return state{}, nil, err
	}
	return s, done, nil
}

// compare reports the differences, environment by environment.
func (o *routesDiffOptions) compare(ctx context.Context, old, now state) error {
	if old.Diags.HasErrors() {
		return o.broken(old, now)
	}
	r := newReport("routes diff", now.Pass)
	differs := false
	for _, env := range environments(old, now, o.config != "") {
		d, err := o.environment(ctx, env, old, now)
		if err != nil {
			return err
		}
		differs = differs || d.Differs()
		r.Paging = append(r.Paging, d)
	}
	code := exitOK
	switch {
	case o.failed(now.Pass):
		code = exitFindings
	case differs && o.exitCode:
		code = exitChanges
	}
	return o.finish(r, now.Pass, code)
}

// broken reports that the old state does not render.
func (o *routesDiffOptions) broken(old, now state) error {
	for i := range old.Diags {
		d := &old.Diags[i]
		if old.commit != "" && d.Span.File != "" {
			d.Detail = fmt.Sprintf("The line is that of %s (%.12s).", old.name, old.commit)
		}
	}
	r := newReport("routes diff", old.Pass)
	code := exitFindings
	r.ExitCode = code
	r.Environments = newReport("", now.Pass).Environments
	return o.finish(r, old.Pass, code)
}

// environments are the names of those of both states. A file is compared with
// each of now's.
func environments(old, now state, file bool) []string {
	var out []string
	for _, s := range []state{now, old} {
		for _, r := range s.routing {
			if !slices.Contains(out, r.env) && (s.Pass == now.Pass || !file) {
				out = append(out, r.env)
			}
		}
	}
	return out
}

func (o *routesDiffOptions) environment(ctx context.Context, env string, old, now state) (view.PagingDiff, error) {
	before, after := old.in(env, o.config != ""), now.in(env, false)
	var seen []paging.Seen
	if after.output != nil {
		for _, t := range after.output.Tests {
			seen = append(seen, paging.ReadTests(t.File, t.Data)...)
		}
	}
	was, is := before.state(), after.state()
	switch {
	case o.against != "":
		was.Alerts, is.Alerts = []paging.Alert{paging.Anything()}, []paging.Alert{paging.Anything()}
	case o.config != "": // the alerts are those of now; template files are not read
		was.Alerts, was.Templates = is.Alerts, is.Templates
	}
	was.Alerts, is.Alerts = paging.AddSeen(was.Alerts, seen), paging.AddSeen(is.Alerts, seen)
	d, err := paging.Compare(ctx, was, is)
	if err != nil {
		return view.PagingDiff{}, err
	}
	out := pagingDiff(d)
	if o.against != "" {
		out.Alerts = 0 // it is no alert that there is
	}
	out.Environment, out.From, out.Commit, out.To = env, old.name, old.commit, now.name
	return out, nil
}

// in is the routing of an environment; a file's is that of all.
func (s state) in(env string, file bool) envRouting {
	for _, r := range s.routing {
		if r.env == env || file {
			return r
		}
	}
	return envRouting{}
}

// state is what is compared.
func (r envRouting) state() paging.State {
	s := paging.State{Config: r.config, Alerts: r.alerts}
	if r.bundle != nil {
		s.Templates = r.bundle.OfKind(bundle.Template)
	}
	return s
}

func pagingDiff(d paging.Diff) view.PagingDiff {
	out := view.PagingDiff{Alerts: d.Alerts, Seen: d.Seen, Incomplete: d.Incomplete, Changes: []view.PagingChange{}, Receivers: definitions(d.Receivers), TimeIntervals: definitions(d.Intervals), Global: fieldChanges(d.Global), Templates: definitions(d.Templates)}
	certain, possible := map[string]bool{}, map[string]bool{}
	for _, c := range d.Changes {
		change := view.PagingChange{Kind: string(c.Kind), Receivers: c.Receivers, From: c.From, To: c.To}
		for _, a := range c.Alerts {
			change.Alerts = append(change.Alerts, view.PagedAlert{
				Name: a.Alert.Name, Alert: a.Text, Certain: a.Certain, When: a.When, Test: a.Alert.Source, Place: rulePlace(a.Alert),
			})
			if c.Kind != paging.Receiver && c.Kind != paging.Added && c.Kind != paging.Removed {
				continue
			}
			id := fmt.Sprint(a.Text, a.Alert.Source, rulePlace(a.Alert))
			if a.Certain {
				certain[id] = true
			} else {
				possible[id] = true
			}
		}
		out.Changes = append(out.Changes, change)
	}
	out.Changed = len(certain)
	for id := range possible {
		if !certain[id] {
			out.Possible++
		}
	}
	return out
}

func definitions(list []paging.Definition) []view.DefinitionChange {
	var out []view.DefinitionChange
	for _, d := range list {
		out = append(out, view.DefinitionChange{Name: d.Name, From: d.From, Action: d.Action, Fields: fieldChanges(d.Fields)})
	}
	return out
}

func fieldChanges(list []paging.FieldChange) []view.FieldChange {
	var out []view.FieldChange
	for _, f := range list {
		out = append(out, view.FieldChange{Field: routing.Dotted(f.Pointer), From: f.From, To: f.To})
	}
	return out
}

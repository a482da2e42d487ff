package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/deploy"
	deployserver "github.com/monctl/monctl/pkg/deploy/server"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/pkg/server"
	"github.com/monctl/monctl/pkg/view"
)

// upOptions are those of the verb up.
type upOptions struct {
	*global
	project projectFlags
	server  serverFlags
	once    bool
	timeout time.Duration
}

func newUp(g *global) *cobra.Command {
	o := &upOptions{global: g}
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Render, validate, test, serve and deploy; again after every change",
		Long: `Up is the whole of monctl on one machine: it renders the project for one
environment, validates and tests the result, starts the bundled server and
deploys the bundle to it. Then it watches the sources, and every change that
is sound is live within a second. A broken edit is reported, and the revision
before it goes on running.

Failed tests are reported and do not keep a change from being deployed here,
since an edited threshold and its test are seldom saved at once; 'monctl deploy'
is strict. Notifications that need a secret without a value are held back: the
server's page shows what would have been sent. Give secrets a value with
MONCTL_SECRET_… variables or --secrets-dir.`,
		Example: `  monctl up
  monctl up --env tokyo --listen 127.0.0.1:0
  monctl up --once                     # as a check: until everything ran once`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.project.add(g, cmd, "`name` of the environment (default \"default\")")
	o.server.add(cmd, "warn", "enable `features` of PromQL, by the names that Prometheus gives them, comma-separated, beside those that the environment names")
	cmd.Flags().BoolVar(&o.once, "once", false, "end as soon as every target was scraped and every rule evaluated; failed tests end it, too")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 2*time.Minute, "how long --once waits for that")
	return cmd
}

func (o *upOptions) run(ctx context.Context) error {
	env, err := o.project.one()
	if err != nil {
		return &usageError{err: err}
	}
	o.project.envs = []string{env}
	opts, err := o.project.options(o.global)
	if err != nil {
		return err
	}
	listener, err := o.server.bind(ctx)
	if err != nil {
		return o.explain("up", err)
	}
	defer listener.Close()
	serverOptions, err := o.server.options(o.global, opts.Dir, listener)
	if err != nil {
		return err
	}
	serverOptions.HoldBack, serverOptions.EagerScrape = true, true
	// The server is sent what this very process has judged, and enables what
	// the environment does.
	opts.Memory = pipeline.NewMemory()
	opts.Features = serverOptions.Features
	p, err := o.check(ctx, opts, true)
	if err != nil {
		return err
	}
	if o.failed(p) && (o.once || p.Diags.HasErrorsBut(testCodes)) {
		return o.finish(newReport("up", p), p, exitFindings)
	}
	serverOptions.Features = p.Features()
	serverOptions.Validate = judge(opts.Memory.Judged, serverOptions.Features)
	s, err := server.Open(ctx, serverOptions)
	if err != nil {
		return o.explain("up", err)
	}
	u := &upRun{upOptions: o, opts: opts, server: s, url: "http://" + listener.Addr().String(), data: serverOptions.DataDir, tests: ruletest.NewMemory()}
	return errors.Join(u.serve(ctx, listener, p), shutDown(ctx, s, serverOptions))
}

// testCodes is the family of what a failed test reports.
const testCodes = "test/"

// upRun is the running loop of up.
type upRun struct {
	*upOptions
	opts   pipeline.Options
	server *server.Server
	client *api.Client
	target *deployserver.Target
	url    string
	data   string
	told   news
	// tests are those that have passed.
	tests *ruletest.Memory
}

// news is the report of a pass without the remarks and warnings of the pass
// before it.
func (u *upRun) news(p *pipeline.Pass) view.Report {
	r := newReport("up", p)
	u.told.strip(&r)
	return r
}

// serve answers requests while the loop runs, and ends with it.
func (u *upRun) serve(ctx context.Context, l net.Listener, first *pipeline.Pass) error {
	var err error
	if u.client, err = api.NewClient(u.url, api.ClientOptions{}); err != nil {
		return err
	}
	u.target = deployserver.New(u.client)
	ctx, stop := context.WithCancelCause(ctx)
	served := make(chan error, 1)
	go func() {
		err := u.server.Serve(ctx, l)
		stop(err)
		served <- err
	}()
	err = u.loop(ctx, first)
	stop(nil)
	serveErr := <-served
	if errors.Is(err, context.Canceled) && serveErr == nil && !u.once {
		return nil // interrupted, which is how up ends
	}
	return errors.Join(err, serveErr)
}

func (u *upRun) loop(ctx context.Context, p *pipeline.Pass) error {
	if err := u.begin(ctx, p); err != nil || u.once {
		return err
	}
	w, err := pipeline.NewWatcher(u.opts.Dir, append(u.reportFiles(), u.data)...)
	if err != nil {
		return err
	}
	defer w.Close()
	for first := true; ; first = false {
		if err := w.Follow(p); err != nil {
			return err
		}
		if first {
			u.say("watching the sources; Ctrl-C ends it")
		}
		change, err := w.Wait(ctx)
		if err != nil {
			return err
		}
		if p, err = u.again(ctx, change); err != nil {
			return err
		}
		u.rest()
	}
}

// begin deploys the first pass and reports on it.
func (u *upRun) begin(ctx context.Context, p *pipeline.Pass) error {
	r := u.news(p)
	done, err := u.deploy(ctx, p)
	if err != nil {
		return u.refused(r, p, delivery{name: u.url, bundle: p.Outputs[0].Bundle}, err)
	}
	r.Deploys = []view.Deploy{done}
	if u.once {
		if err := u.settle(ctx); err != nil {
			return err
		}
	}
	if r.Server, err = serverState(ctx, u.client); err != nil {
		return err
	}
	return u.finish(r, p, exitOK)
}

// deploy has the server run what a pass rendered.
func (u *upRun) deploy(ctx context.Context, p *pipeline.Pass) (view.Deploy, error) {
	b := p.Outputs[0].Bundle
	return ship(ctx, u.target, delivery{name: "up", url: u.url, env: b.Env(), bundle: b}, deploy.Change{Author: "monctl up"}, false)
}

// settle waits until every target was scraped and every rule evaluated.
func (u *upRun) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, u.timeout)
	defer cancel()
	err := deploy.Wait(ctx, u.target, 50*time.Millisecond)
	if timeout, ok := errors.AsType[*deploy.TimeoutError](err); ok {
		return &hinted{fmt.Errorf("not everything ran within %s: waiting for %s", u.timeout, timeout.Waiting), "give it more time with --timeout"}
	}
	return err
}

// again runs a pass after a change. What is wrong with it is reported, and the
// server goes on with what it has.
func (u *upRun) again(ctx context.Context, change pipeline.Change) (*pipeline.Pass, error) {
	u.say("\n%s  changed: %s", change.At.Format("15:04:05"), changedNames(change.Names))
	p, err := u.check(ctx, u.opts, false)
	if err != nil {
		return nil, err
	}
	if p.Diags.HasErrors() {
		err := u.print(u.sys.Stdout, u.sys.StdoutTerminal, withCode(u.news(p), exitFindings), p.Open)
		u.say("the revision before the change goes on running")
		return p, err
	}
	done, err := u.deploy(ctx, p)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		err = u.refused(u.news(p), p, delivery{name: u.url, bundle: p.Outputs[0].Bundle}, err)
		if _, ok := errors.AsType[codeError](err); !ok {
			u.say("error: %s", oneLine(err))
		}
		u.say("the revision before the change goes on running")
		return p, nil
	}
	live := time.Since(change.At)
	// The tests come after the deployment, so that one need not wait for them.
	if err := p.Test(ctx, pipeline.TestOptions{Memory: u.tests}); err != nil {
		return nil, err
	}
	r := u.news(p)
	r.Deploys = []view.Deploy{done}
	if testsFailed(p) {
		r.ExitCode = exitFindings
	}
	if err := u.print(u.sys.Stdout, u.sys.StdoutTerminal, r, p.Open); err != nil {
		return nil, err
	}
	u.say("live after %d ms", live.Milliseconds())
	return p, nil
}

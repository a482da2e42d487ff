package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/ruletest"
)

// follow runs the tests of a project, and those that an edit concerns after
// every edit, until it is interrupted. Sources and rules that an edit does not
// reach are neither rendered nor parsed again, and what has passed and depends
// on nothing that changed is not run again.
func (o *testOptions) follow(ctx context.Context, opts pipeline.Options) error {
	if len(o.files) > 0 || o.since.revision != "" || o.cover.collected != nil || o.verify {
		return usagef("--watch runs the tests of a project: leave out files, --changed-since, --coverage and --verify")
	}
	opts.Memory, o.stage.Memory = pipeline.NewMemory(), ruletest.NewMemory()
	w, err := pipeline.NewWatcher(opts.Dir)
	if err != nil {
		return err
	}
	defer w.Close()
	for first := true; ; first = false {
		start := time.Now()
		p, err := o.pass(ctx, opts)
		if err != nil {
			return interrupted(err)
		}
		took := time.Since(start)
		if err := o.showPass(p); err != nil {
			return err
		}
		if err := w.Follow(p); err != nil {
			return err
		}
		if first {
			o.say("watching the sources; Ctrl-C ends it")
		} else {
			o.say("after %d ms", took.Milliseconds())
		}
		o.rest()
		changed, err := w.Wait(ctx)
		if err != nil {
			return interrupted(err)
		}
		o.say("\n%s  changed: %s", time.Now().Format("15:04:05"), strings.Join(changed, ", "))
	}
}

// interrupted is nil for the way in which watching ends.
func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// pass renders the project and runs its tests.
func (o *testOptions) pass(ctx context.Context, opts pipeline.Options) (*pipeline.Pass, error) {
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, err
	}
	if err := p.Render(ctx); err != nil {
		return nil, err
	}
	return p, p.Test(ctx, o.stage)
}

// showPass prints the report of a pass, with the exit code that it would have.
func (o *testOptions) showPass(p *pipeline.Pass) error {
	r := newReport("test", p)
	if r.Tests != nil {
		r.Tests.Diff = o.diff
	}
	if o.failed(p) {
		r.ExitCode = exitFindings
	}
	o.progress.clear()
	return o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, p.Open)
}

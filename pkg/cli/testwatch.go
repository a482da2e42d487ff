package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/ruletest"
)

// follow runs tests, and those that an edit concerns after every edit, until it
// is interrupted. Sources and rules that an edit does not reach are neither
// rendered nor parsed again, and a test that has passed is only run again if it,
// or something that it depends on, has changed.
func (o *testOptions) follow(ctx context.Context, opts pipeline.Options) error {
	if o.since.revision != "" || o.cover.collected != nil || o.verify {
		return usagef("--watch runs what an edit concerns: leave out --changed-since, --coverage and --verify")
	}
	opts.Memory, o.stage.Memory = pipeline.NewMemory(), ruletest.NewMemory()
	run, dir := o.pass, opts.Dir
	if len(o.files) > 0 {
		run, dir = o.named, o.workDir()
	}
	w, err := pipeline.NewWatcher(dir, o.reportFiles()...)
	if err != nil {
		return err
	}
	defer w.Close()
	var told news
	var change pipeline.Change
	for first := true; ; first = false {
		if first {
			change.At = time.Now()
		}
		p, err := run(ctx, opts)
		if err != nil {
			return interrupted(err)
		}
		took := time.Since(change.At)
		if err := o.showPass(p, &told); err != nil {
			return err
		}
		if err := w.Follow(p); err != nil {
			return err
		}
		if p.Tests == nil {
			o.say("the tests wait for that to be put right")
		}
		if first {
			o.say("watching; Ctrl-C ends it")
		} else {
			o.say("after %d ms", took.Milliseconds())
		}
		o.rest()
		if change, err = w.Wait(ctx); err != nil {
			return interrupted(err)
		}
		o.say("\n%s  changed: %s", change.At.Format("15:04:05"), changedNames(change.Names))
	}
}

// changedNames lists names, of many only the first.
func changedNames(names []string) string {
	const most = 10
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// interrupted is nil for the way in which watching ends.
func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// pass renders the project and runs its tests. While a source is broken, they
// would fail for that alone, and its own mistake would be lost among theirs.
func (o *testOptions) pass(ctx context.Context, opts pipeline.Options) (*pipeline.Pass, error) {
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, err
	}
	if err := p.Render(ctx); err != nil {
		return nil, err
	}
	if isPartial(p) {
		return p, nil
	}
	return p, p.Test(ctx, o.stage)
}

func isPartial(p *pipeline.Pass) bool {
	return p.Project == nil || slices.ContainsFunc(p.Outputs, func(out *render.Output) bool { return out.Partial })
}

// showPass prints the report of a pass, with the exit code that it would have.
func (o *testOptions) showPass(p *pipeline.Pass, told *news) error {
	r := newReport("test", p)
	told.strip(&r)
	if r.Tests != nil {
		r.Tests.Diff = o.diff
	}
	if o.failed(p) {
		r.ExitCode = exitFindings
	}
	o.progress.clear()
	return o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, p.Open)
}

package render

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// task is a job in all of the environments that it is rendered for.
type task struct {
	job  job
	envs []int

	mu      sync.Mutex
	results map[int]*result
}

func (t *task) put(env int, r *result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.results[env] = r
}

// pool runs tasks. A job is evaluated for one environment first. The others
// are compared with that by what the evaluation looked at, in its order: those
// for which all of it is the same take the result, since an evaluation is
// determined by what it looks at. Those that differ first in the same way go on
// together in the same manner, and the groups in parallel.
type pool struct {
	opts Options
	envs []project.Environment
	// steps wait to be run; there is room for all that there can be. It is closed
	// when none is left.
	steps chan step
	left  atomic.Int64
}

// step is a task for some of its environments.
type step struct {
	*task
	envs []int
}

// runTasks runs the tasks of all environments over one pool of workers. They
// stay the same, because an evaluation wants a deep stack, which a goroutine has
// to grow first.
func runTasks(ctx context.Context, opts Options, envs []project.Environment, tasks []*task) error {
	most := 0
	for _, t := range tasks {
		most += len(t.envs)
	}
	p := &pool{opts: opts, envs: envs, steps: make(chan step, most)}
	for _, t := range tasks {
		p.add(t, t.envs)
	}
	group, ctx := errgroup.WithContext(ctx)
	for range min(max(opts.Workers, 1), most) {
		group.Go(func() error { return p.work(ctx) })
	}
	return group.Wait()
}

func (p *pool) add(t *task, envs []int) {
	p.left.Add(1)
	p.steps <- step{t, envs}
}

// work runs steps until none is left.
func (p *pool) work(ctx context.Context) error {
	for {
		select {
		case s, ok := <-p.steps:
			if !ok {
				return nil
			}
			if err := p.run(ctx, s.task, s.envs); err != nil {
				return err
			}
			if p.left.Add(-1) == 0 {
				close(p.steps)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (p *pool) run(ctx context.Context, t *task, envs []int) error {
	res, err := p.render(ctx, t.job, p.envs[envs[0]])
	if err != nil {
		return err
	}
	t.put(envs[0], res)
	first := p.settings(t.job, res.read, envs[0])
	others := map[string][]int{}
	for _, e := range envs[1:] {
		if way := difference(first, p.settings(t.job, res.read, e)); way == "" {
			t.put(e, res)
		} else {
			others[way] = append(others[way], e)
		}
	}
	for _, way := range slices.Sorted(maps.Keys(others)) {
		p.add(t, others[way])
	}
	return nil
}

// difference returns the first part of b that differs from a, with its place;
// "" if there is none.
func difference(a, b []string) string {
	for i := range b {
		if i >= len(a) || a[i] != b[i] {
			return fmt.Sprintf("%d %s", i, b[i])
		}
	}
	if len(a) > len(b) {
		return strconv.Itoa(len(b))
	}
	return ""
}

func (p *pool) render(ctx context.Context, j job, env project.Environment) (*result, error) {
	r := renderer{opts: p.opts, env: env, job: j}
	r.adjust = newAdjuster(p.opts.Project, j, env.Name)
	out, err := r.run(ctx)
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// settings describes what a job's result depends on in an environment, in the
// order in which it was looked at: everything if that is not known.
func (p *pool) settings(j job, read *jsonnet.Inputs, env int) []string {
	e := p.envs[env]
	ext, tla := merge(e.Ext, p.opts.Ext), merge(e.TLA, p.opts.TLA)
	var out []string
	for _, a := range adjustments(p.opts.Project, j, e.Name) {
		out = append(out, a.Pointer)
	}
	out = append(out, slices.Sorted(slices.Values(p.opts.FileFields[e.Name]))...)
	out = append(out, "")
	if read == nil {
		// Also the names count: a variable that is missing is a mistake.
		read = &jsonnet.Inputs{Ext: slices.Sorted(maps.Keys(ext)), TLA: slices.Sorted(maps.Keys(tla))}
		out = append(out, fmt.Sprintf("%q %q", read.Ext, read.TLA))
	}
	describe := func(names []string, args map[string]project.Arg) {
		for _, name := range names {
			a, ok := args[name]
			out = append(out, fmt.Sprintf("%q %v %v %q", name, ok, a.Code, a.Text))
		}
	}
	describe(read.TLA, tla)
	describe(read.Ext, ext)
	return out
}

// merge merges arguments; over wins.
func merge(base, over map[string]project.Arg) map[string]project.Arg {
	all := map[string]project.Arg{}
	maps.Copy(all, base)
	maps.Copy(all, over)
	return all
}

package render

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

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
	opts  Options
	envs  []project.Environment
	group *errgroup.Group
	slots chan struct{}
}

// runTasks runs the tasks of all environments over one pool of workers.
func runTasks(ctx context.Context, opts Options, envs []project.Environment, tasks []*task) error {
	group, groupCtx := errgroup.WithContext(ctx)
	p := &pool{opts: opts, envs: envs, group: group, slots: make(chan struct{}, max(opts.Workers, 1))}
	for _, t := range tasks {
		group.Go(func() error { return p.run(groupCtx, t, t.envs) })
	}
	return group.Wait()
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
		p.group.Go(func() error { return p.run(ctx, t, others[way]) })
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
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
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

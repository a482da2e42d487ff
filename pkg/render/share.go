package render

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// pool runs tasks. A job is evaluated for one environment first; the others
// for which everything that this has looked at is the same take its result,
// and the rest is evaluated in the same manner, in parallel where what was
// looked at differs. That is sound because an evaluation is determined by what
// it looks at, and sources are read through one importer.
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
	same := p.settings(t.job, res.read, envs[0])
	others := map[string][]int{}
	for _, e := range envs[1:] {
		if s := p.settings(t.job, res.read, e); s == same {
			t.put(e, res)
		} else {
			others[s] = append(others[s], e)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(others)) {
		p.group.Go(func() error { return p.run(ctx, t, others[s]) })
	}
	return nil
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
	out.uses = r.adjust.uses
	return &out, nil
}

// settings describes what a job's result depends on in an environment, as far
// as it was looked at; everything if that is not known.
func (p *pool) settings(j job, read *jsonnet.Inputs, env int) string {
	e := p.envs[env]
	ext, tla := merge(e.Ext, p.opts.Ext), e.TLA
	if read == nil {
		read = &jsonnet.Inputs{Ext: slices.Sorted(maps.Keys(ext)), TLA: slices.Sorted(maps.Keys(tla))}
	}
	var b strings.Builder
	describe := func(kind string, names []string, args map[string]project.Arg) {
		for _, name := range names {
			if a, ok := args[name]; ok {
				fmt.Fprintf(&b, "%s %q %v %q\n", kind, name, a.Code, a.Text)
			}
		}
	}
	describe("ext", read.Ext, ext)
	describe("tla", read.TLA, tla)
	for _, a := range adjustments(p.opts.Project, j, e.Name) {
		fmt.Fprintf(&b, "adjust %s\n", a.Pointer)
	}
	return b.String()
}

// merge merges arguments; over wins.
func merge(base, over map[string]project.Arg) map[string]project.Arg {
	all := map[string]project.Arg{}
	maps.Copy(all, base)
	maps.Copy(all, over)
	return all
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
)

// projectFlags are the flags of commands that render a project.
type projectFlags struct {
	envs     []string
	envGiven func() bool
	ext, tla argFlags
	workers  int
	trace    bool
	engine   engineFlag
}

func (f *projectFlags) add(g *global, cmd *cobra.Command, envUsage string) {
	cmd.Flags().StringSliceVar(&f.envs, "env", nil, envUsage)
	f.envGiven = func() bool { return cmd.Flags().Changed("env") }
	f.ext.add(cmd.Flags(), "ext", "V", "external variable")
	f.tla.add(cmd.Flags(), "tla", "A", "top-level argument")
	cmd.Flags().BoolVar(&f.trace, "trace", false, "report what std.trace says as findings of severity info")
	cmd.Flags().IntVar(&f.workers, "workers", 0, "how many sources and tests to work on at a time (default the number of processors)")
	f.engine.add(cmd)
	complete(cmd, "env", func() []string { return g.environmentNames() })
}

// environmentNames is for completions; it says nothing about mistakes.
func (g *global) environmentNames() []string {
	dir, err := project.Find(g.workDir())
	if err != nil {
		return nil
	}
	p, _, err := project.Load(dir)
	if err != nil || p == nil {
		return nil
	}
	return p.EnvironmentNames()
}

// options makes the options of a pass.
func (f *projectFlags) options(g *global) (pipeline.Options, error) {
	if info, err := os.Stat(g.workDir()); err != nil || !info.IsDir() {
		return pipeline.Options{}, usagef("there is no folder %q to work in", g.dir)
	}
	dir, err := project.Find(g.workDir())
	if err != nil {
		return pipeline.Options{}, err
	}
	if len(f.envs) == 0 && f.envGiven != nil && f.envGiven() { // an unset variable of a script
		return pipeline.Options{}, &usageError{err: errors.New("--env names no environment"), hint: "leave it out for all of them"}
	}
	if f.workers < 0 {
		return pipeline.Options{}, usagef("--workers must not be negative")
	}
	workers := f.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	engine, err := f.engine.engine()
	if err != nil {
		return pipeline.Options{}, err
	}
	o := pipeline.Options{
		Dir: dir, Environments: f.envs, Library: lib.FS, Engine: engine,
		Workers: workers, Trace: f.trace,
		Repositories: sync.OnceValues(g.repositories), Now: time.Now(),
	}
	if o.Ext, err = f.ext.overrides(g); err != nil {
		return o, err
	}
	if o.TLA, err = f.tla.overrides(g); err != nil {
		return o, err
	}
	return o, nil
}

// repositories makes the client that contexts are read with: that of vendor,
// with its flags as the environment sets them.
func (g *global) repositories() (*gitrepo.Client, error) {
	o := &vendorOptions{global: g}
	o.cache, _ = g.sys.Getenv("MONCTL_CACHE_DIR")
	if offline, ok := g.sys.Getenv("MONCTL_OFFLINE"); ok {
		var err error
		if o.offline, err = strconv.ParseBool(offline); err != nil {
			return nil, fmt.Errorf("MONCTL_OFFLINE: %q is neither true nor false", offline)
		}
	}
	return o.repositories()
}

// one checks that at most one environment is named and returns it.
func (f *projectFlags) one() (string, error) {
	switch len(f.envs) {
	case 0:
		return project.DefaultEnvironment, nil
	case 1:
		if strings.ContainsAny(f.envs[0], "*?") {
			return "", fmt.Errorf("name one environment, not the pattern %q", f.envs[0])
		}
		return f.envs[0], nil
	default:
		return "", fmt.Errorf("name one environment, not %d", len(f.envs))
	}
}

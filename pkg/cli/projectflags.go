package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
)

// projectFlags are the flags of commands that render a project.
type projectFlags struct {
	envs            []string
	extStr, extCode []string
	workers         int
	traceToStderr   bool
	engine          engineFlag
}

func (f *projectFlags) add(g *global, cmd *cobra.Command, envUsage string) {
	cmd.Flags().StringSliceVar(&f.envs, "env", nil, envUsage)
	cmd.Flags().StringArrayVarP(&f.extStr, "ext-str", "V", nil, "override an external variable, `name=string`; a name alone takes it from the environment")
	cmd.Flags().StringArrayVar(&f.extCode, "ext-code", nil, "override an external variable with Jsonnet code, `name=code`")
	cmd.Flags().BoolVar(&f.traceToStderr, "trace", false, "print what std.trace says to standard error")
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
		Ext: map[string]project.Arg{}, Workers: workers, Trace: io.Discard,
		Repositories: sync.OnceValues((&vendorOptions{global: g}).repositories),
	}
	if f.traceToStderr {
		o.Trace = g.sys.Stderr
	}
	for _, v := range f.extStr {
		name, value, ok := strings.Cut(v, "=")
		if !ok {
			if value, ok = g.sys.Getenv(name); !ok {
				return o, usagef("--ext-str %s: there is no environment variable of that name; write name=string", name)
			}
		}
		o.Ext[name] = project.Arg{Text: value}
	}
	for _, v := range f.extCode {
		name, value, ok := strings.Cut(v, "=")
		if !ok {
			return o, usagef("--ext-code %q: want name=code", v)
		}
		o.Ext[name] = project.Arg{Code: true, Text: value}
	}
	return o, nil
}

// one checks that at most one environment is named and returns it.
func (f *projectFlags) one() (string, error) {
	switch len(f.envs) {
	case 0:
		return project.DefaultEnvironment, nil
	case 1:
		return f.envs[0], nil
	default:
		return "", fmt.Errorf("name one environment, not %d", len(f.envs))
	}
}

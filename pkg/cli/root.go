package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/view"
)

// global are the flags that every command has.
type global struct {
	sys     System
	dir     string
	color   string
	output  string
	reports []string
	failOn  string
}

// Main runs the command line and returns the exit code.
func Main(sys System) int {
	ctx, stop := sys.Interrupt(context.Background())
	defer stop()
	root := newRoot(sys)
	root.SetArgs(sys.Args)
	cmd, err := root.ExecuteContextC(ctx)
	return conclude(sys.Stderr, cmd, err)
}

func newRoot(sys System) *cobra.Command {
	g := &global{sys: sys}
	root := &cobra.Command{
		Use:   "monctl",
		Short: "Render, validate, test, deploy and serve monitoring that lives in Git",
		Long: `monctl is one tool for teams that keep their monitoring in Git: Prometheus
rules, Alertmanager routing and Grafana dashboards, written as Jsonnet, CUE or
plain YAML. It renders and validates them, runs their unit tests, and deploys
them to a server of its own that is Prometheus, Alertmanager and dashboards in
one process.

Start with 'monctl up' in a project's folder.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return g.prepare(cmd) },
	}
	root.SetIn(sys.Stdin)
	root.SetOut(sys.Stdout)
	root.SetErr(sys.Stderr)
	root.SetFlagErrorFunc(flagError)
	f := root.PersistentFlags()
	f.StringVarP(&g.dir, "directory", "C", "", "run as if started in this `directory`")
	f.StringVar(&g.color, "color", "auto", "colour text: auto, always or never")
	f.StringVarP(&g.output, "output", "o", "text", "`format` of the report: "+strings.Join(view.Formats(), ", "))
	f.StringArrayVar(&g.reports, "report", nil, "write the report to a file as well, `format=path`")
	f.StringVar(&g.failOn, "fail-on", "error", "fail on findings of this severity or worse: error, warning or info")
	complete(root, "output", view.Formats)
	complete(root, "color", func() []string { return []string{"auto", "always", "never"} })
	complete(root, "fail-on", func() []string { return []string{"error", "warning", "info"} })
	root.AddGroup(&cobra.Group{ID: "project", Title: "Work on a project:"}, &cobra.Group{ID: "server", Title: "Run and deploy:"})
	for _, c := range []struct {
		group string
		cmd   *cobra.Command
	}{
		{"project", newInit(g)},
		{"project", newRender(g)},
		{"project", newValidate(g)},
		{"project", newTest(g)},
		{"project", newGraph(g)},
		{"project", newImpact(g)},
		{"project", newRoutes(g)},
		{"project", newNotify(g)},
		{"project", newMetrics(g)},
		{"project", newEval(g)},
		{"project", newFmt(g)},
		{"project", newJsonnet(g)},
		{"project", newDeps(g)},
		{"project", newVendor(g)},
		{"project", newConvert(g)},
		{"server", newUp(g)},
		{"server", newServe(g)},
		{"server", newDeploy(g)},
		{"server", newRollback(g)},
		{"", newExplain(g)},
		{"", newVersion(g)},
	} {
		c.cmd.GroupID = c.group
		root.AddCommand(c.cmd)
	}
	root.AddCommand(helpTopics()...)
	return root
}

// prepare checks the global flags and takes what is not given as a flag from
// the environment: MONCTL_FAIL_ON stands for --fail-on.
func (g *global) prepare(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := "MONCTL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := g.sys.Getenv(name)
		if f.Changed || !ok || f.Name == "help" || failed != nil {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			failed = usagef("environment variable %s: %v", name, err)
		}
	})
	if failed != nil {
		return failed
	}
	if _, err := view.New(g.output, view.Options{}); err != nil {
		return g.outputError(cmd, err)
	}
	if _, err := diag.ParseSeverity(g.failOn); err != nil {
		return usagef("--fail-on: %w", err)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, g.color) {
		return usagef("--color: unknown value %q: want auto, always or never", g.color)
	}
	for _, r := range g.reports {
		format, path, ok := strings.Cut(r, "=")
		if !ok || path == "" {
			return usagef("--report %q: want format=path", r)
		}
		if _, err := view.New(format, view.Options{}); err != nil {
			return formatError(err)
		}
	}
	return nil
}

// outputError is about a format that does not exist. Of commands that stand in
// for others, -o is known as the flag for the file that is written.
func (g *global) outputError(cmd *cobra.Command, err error) error {
	if cmd.Flags().Lookup("output-file") != nil && strings.ContainsAny(g.output, "./") {
		return &usageError{err: err, hint: "-o is the format of the report; to write a file, say --out " + g.output}
	}
	return formatError(err)
}

func formatError(err error) error {
	e := &usageError{err: err}
	if h, ok := err.(interface{ Hint() string }); ok {
		e.hint = h.Hint()
	}
	return e
}

// workDir is where the command works: the working directory, or -C.
func (g *global) workDir() string {
	if g.dir == "" {
		return g.sys.Dir
	}
	return g.path(g.dir)
}

// path makes a path from the command line absolute.
func (g *global) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(g.sys.Dir, p)
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return &usageError{err: fmt.Errorf("unknown command %q", name), hint: diag.DidYouMean(name, names)}
}

func flagError(cmd *cobra.Command, err error) error {
	if number, ok := errors.AsType[*strconv.NumError](err); ok { // named by a function of Go otherwise
		if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
			return usagef("--%s: %q is no %s: %w", invalid.GetFlag().Name, number.Num, invalid.GetFlag().Value.Type(), number.Err)
		}
	}
	e := &usageError{err: err}
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		s := diag.Suggest(name, names)
		for _, known := range names {
			if s == "" && len(known) >= 3 && strings.HasPrefix(name, known) {
				s = known
			}
		}
		if s != "" {
			e.hint = fmt.Sprintf("did you mean --%s?", s)
		}
	}
	return e
}

// noArgs refuses positional arguments with a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// maxArgs refuses more than n positional arguments.
func maxArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usagef("%s takes at most %d argument, got %d", cmd.CommandPath(), n, len(args))
		}
		return nil
	}
}

// complete offers fixed values for a flag.
func complete(cmd *cobra.Command, flag string, values func() []string) {
	// The only error is an unknown flag, a mistake that the tests find.
	_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	})
}

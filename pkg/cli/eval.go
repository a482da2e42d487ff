package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/output"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/view"
)

// evalOptions are those of the verb eval.
type evalOptions struct {
	*global
	engine     engineFlag
	profile    profileFlags
	code       bool
	jpath      []string
	ext, tla   argFlags
	mode       output.Mode
	out, multi string
	create     bool
	maxStack   int
	maxTrace   int
	timeout    time.Duration
	maxMemory  string
	// traces are the messages of std.trace.
	traces diag.List
}

func newEval(g *global) *cobra.Command {
	o := &evalOptions{global: g}
	cmd := &cobra.Command{
		Use:   "eval FILE",
		Short: "Evaluate a Jsonnet program, as the jsonnet command does",
		Long: `Eval evaluates one Jsonnet program and prints what it comes to: one JSON
document, the text of a string (-S), a YAML stream of an array's elements (-y),
or a file for each field of an object (-m). FILE - is standard input; with -e
the argument is the program itself.

Flags and output are those of the jsonnet command, but for -o, which is the
format of the report here as everywhere: --out or --output-file name the file to
write. Imports are looked for beside the importing file, in the directories of
-J from the last to the first, in those of JSONNET_PATH from the first to the
last, and then in the library that is part of monctl.`,
		Example: `  monctl eval dashboards/node.jsonnet
  monctl eval -J vendor -e '(import "mixin.libsonnet").prometheusAlerts'
  monctl eval -S -V region=tokyo -A name=node config.jsonnet --out node.conf`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("eval takes one file, or one program with -e, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.code, "exec", "e", false, "take the argument as the program, not as a file")
	f.StringArrayVarP(&o.jpath, "jpath", "J", nil, "look for imports in this `folder` too; the last one wins")
	o.ext.add(f, "ext", "V", "external variable")
	o.tla.add(f, "tla", "A", "top-level argument")
	f.BoolVarP(&o.mode.Text, "string", "S", false, "expect a string and print it as it is")
	f.BoolVarP(&o.mode.Stream, "yaml-stream", "y", false, "expect an array and print its elements as a YAML stream")
	f.StringVarP(&o.multi, "multi", "m", "", "expect an object, write its fields as files below this `folder`, and list them")
	f.BoolVarP(&o.create, "create-output-dirs", "c", false, "make the folders that are missing")
	f.BoolVar(&o.mode.NoNewline, "no-trailing-newline", false, "print no newline at the end")
	f.StringVar(&o.out, "out", "", "`file` to write instead of standard output")
	f.StringVar(&o.out, "output-file", "", "the same as --out")
	f.IntVarP(&o.maxStack, "max-stack", "s", 500, "how many calls may be within each other")
	f.IntVarP(&o.maxTrace, "max-trace", "t", 20, "how many places of the stack an error shows; 0 for all there are")
	f.DurationVar(&o.timeout, "timeout", 0, "how long the evaluation may take, 30s for instance; 0 for as long as it needs")
	f.StringVar(&o.maxMemory, "max-memory", "2GiB", "how much memory its values may take, 512MiB for instance")
	o.engine.add(cmd)
	o.profile.add(f)
	return cmd
}

func (o *evalOptions) run(ctx context.Context, arg string) error {
	defer o.hurry()()
	engine, err := o.engine.engine()
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	req, err := o.request(arg)
	if err != nil {
		return err
	}
	if req.Profile, err = o.profile.start(o.engine.name); err != nil {
		return err
	}
	result, diags, err := engine.Evaluate(ctx, req)
	if err != nil {
		return err
	}
	if len(diags) == 0 {
		err = o.write(result.JSON)
		if mismatch, ok := errors.AsType[*output.MismatchError](err); ok {
			diags.Errorf("jsonnet/runtime", diag.Span{File: req.File}, "%s", strings.TrimSuffix(mismatch.Error(), "."))
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return o.conclude(req, diags)
}

func (o *evalOptions) check() error {
	switch {
	case o.mode.Stream && o.mode.NoNewline:
		return usagef("--no-trailing-newline cannot be used with --yaml-stream")
	case o.maxStack < 1:
		return usagef("--max-stack must be at least 1")
	case o.maxTrace < 0:
		return usagef("--max-trace must not be negative")
	case o.timeout < 0:
		return usagef("--timeout must not be negative")
	case slices.Contains(o.jpath, ""):
		return usagef("--jpath is empty; it names a folder")
	}
	o.mode.Files = o.multi != ""
	if o.mode.Files {
		o.mode.Stream = false // as jsonnet has it
	}
	return nil
}

// request makes the request; a program that is no file is given to the
// importer under the name that upstream gives it.
func (o *evalOptions) request(arg string) (jsonnet.Request, error) {
	search := slices.Clone(o.jpath)
	slices.Reverse(search)
	if list, ok := o.sys.Getenv("JSONNET_PATH"); ok {
		search = append(search, filepath.SplitList(list)...)
	}
	// Without a directory names stay as they are written: std.thisFile says an
	// absolute path where one was given, as upstream does.
	dir := ""
	if o.dir != "" {
		dir = o.workDir()
	}
	req := jsonnet.Request{
		Importer:  jsonnet.NewImporter(dir, search, lib.FS),
		Transform: o.mode.Transform(),
		AllTLA:    true,
		NoOrigins: true,
		Natives:   render.Natives(),
		Limits:    jsonnet.Limits{MaxStack: o.maxStack, Timeout: o.timeout},
		MaxTrace:  o.maxTrace,
		Trace:     o.trace,
	}
	if o.maxTrace == 0 {
		req.MaxTrace = -1
	}
	var err error
	if req.Limits.MaxMemory, err = project.ParseSize(o.maxMemory); err != nil {
		return req, usagef("--max-memory: %s", err)
	}
	if req.Ext, err = o.ext.values(o.global); err != nil {
		return req, err
	}
	if req.TLA, err = o.tla.values(o.global); err != nil {
		return req, err
	}
	switch {
	case o.code:
		req.File = "<cmdline>"
		req.Importer.Provide(req.File, []byte(arg))
	case arg == "-":
		req.File = "<stdin>"
		text, err := io.ReadAll(o.sys.Stdin)
		if err != nil {
			return req, fmt.Errorf("read standard input: %w", err)
		}
		req.Importer.Provide(req.File, text)
	case arg == "":
		return req, usagef("the name of the file is empty")
	default:
		req.File = filepath.ToSlash(filepath.Clean(arg))
	}
	return req, nil
}

// trace takes a message of std.trace. Where standard error is for people they
// see it at once, as jsonnet shows it; the reports have it as a finding.
func (o *evalOptions) trace(t jsonnet.Trace) {
	if o.output == "text" {
		fmt.Fprintln(o.sys.Stderr, t)
	}
	t.AddTo(&o.traces)
}

// conclude says how the evaluation ended. The report goes to standard error,
// since standard output is the program's.
func (o *evalOptions) conclude(req jsonnet.Request, diags diag.List) error {
	r := view.Report{Command: "eval", Version: buildInfo().Version}
	for i, d := range diags {
		if o.maxTrace > 0 {
			diags[i].Related = d.Related[:min(len(d.Related), o.maxTrace)]
		}
	}
	hintAtFlags(diags)
	var err error
	if r.Profile, err = o.profile.finish(o.global); err != nil {
		return err
	}
	if len(diags) > 0 {
		r.ExitCode = exitFindings
	}
	shown := diags
	if o.output != "text" {
		shown = append(shown, o.traces...)
	}
	open := func(file string) ([]byte, error) {
		if code, ok := argumentCode(req, file); ok {
			return code, nil
		}
		return req.Importer.Read(file)
	}
	if len(shown) > 0 || r.Profile != nil {
		r.Diagnostics = view.Findings(shown)
		if err := o.show(o.sys.Stderr, o.sys.StderrTerminal, view.Annotate(r, open)); err != nil {
			return err
		}
	}
	r.Diagnostics = view.Findings(append(diags, o.traces...))
	if err := o.writeReports(view.Annotate(r, open)); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

// hintAtFlags changes the hints of an evaluation in a command that has no
// project file. Those of checks stay: a project file is where their settings
// stand.
func hintAtFlags(diags diag.List) {
	for i, d := range diags {
		family, _, _ := strings.Cut(d.Code, "/")
		if evaluates := family == "jsonnet" || family == "source"; evaluates && strings.Contains(d.Hint, "monctl.cue") {
			near, _, ok := strings.Cut(d.Hint, "; ")
			if diags[i].Hint = evalHint(d); ok && strings.HasPrefix(near, "there is ") {
				diags[i].Hint = near + "; " + diags[i].Hint
			}
		}
	}
}

// argumentCode returns the code of an external variable or top-level argument,
// by the name that its diagnostics have.
func argumentCode(req jsonnet.Request, file string) ([]byte, bool) {
	for prefix, args := range map[string]map[string]jsonnet.Arg{"<extvar:": req.Ext, "<top-level-arg:": req.TLA} {
		name, ok := strings.CutPrefix(strings.TrimSuffix(file, ">"), prefix)
		if a, given := args[name]; ok && given && a.Code {
			return []byte(a.Text), true
		}
	}
	return nil, false
}

// evalHint says with flags what an engine's hint says with the project file.
func evalHint(d diag.Diagnostic) string {
	switch {
	case d.Code == "jsonnet/import":
		return "check the path, or say with -J where libraries lie"
	case strings.HasPrefix(d.Summary, "Undefined external variable"):
		return "set it with -V name=value or --ext-code name=code"
	case strings.Contains(d.Summary, "Missing argument"):
		return "give it with -A name=value or --tla-code name=code"
	case strings.HasPrefix(d.Summary, "max stack frames exceeded"):
		return "look for an endless recursion, or raise --max-stack"
	case d.Code == "jsonnet/timeout":
		return "look for an endless recursion, or raise --timeout"
	case d.Code == "jsonnet/memory":
		return "look for strings or arrays that grow without end, or raise --max-memory"
	default:
		return ""
	}
}

// write writes what the document comes to in the chosen mode.
func (o *evalOptions) write(doc []byte) error {
	switch {
	case o.mode.Files:
		files, err := o.mode.All(doc)
		if err != nil {
			return err
		}
		return o.writeFiles(files)
	case o.mode.Stream:
		documents, err := o.mode.Documents(doc)
		if err != nil {
			return err
		}
		return o.deliver(output.WriteStream(documents), o.out, o.create)
	default:
		text, err := o.mode.One(doc)
		if err != nil {
			return err
		}
		return o.deliver(text, o.out, o.create)
	}
}

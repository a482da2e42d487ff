package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/convert"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/secret"
	"github.com/monctl/monctl/pkg/view"
)

// convertOptions are those of the verb convert.
type convertOptions struct {
	*global
	out     string
	force   bool
	scalars string
	secrets bool
	server  bool

	diags diag.List
	// masked are the sources by the names that findings call them.
	masked map[string][]byte
}

func newConvert(g *global) *cobra.Command {
	o := &convertOptions{global: g, masked: map[string][]byte{}}
	cmd := &cobra.Command{
		Use:   "convert FILE|FOLDER...",
		Short: "Turn existing YAML and dashboards into Jsonnet on monctl's library",
		Long: `Convert reads rule files, PrometheusRule objects, alertmanager.yml,
prometheus.yml and dashboards as JSON, and writes Jsonnet on the library that
comes with monctl. What a file is, its content says. Comments move along.

What is written evaluates to the value that was read: convert evaluates and
compares before it writes, and writes nothing if they differ. Unit tests stay
YAML.

One file goes to standard output; with --out it is a project's folder that is
written to: rules/<name>.jsonnet, alertmanager/main.jsonnet,
prometheus/main.jsonnet, dashboards/<folder>/<name>.jsonnet. If anything is
wrong, nothing is written.`,
		Example: `  monctl convert rules/node.yaml
  monctl convert --out . rules alertmanager.yml dashboards
  monctl convert --out . --extract-secrets alertmanager.yml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("convert needs files or folders")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "-", "project `folder` to write to, or - for standard output")
	f.BoolVar(&o.force, "force", false, "overwrite files that exist")
	f.StringVar(&o.scalars, "scalars", string(convert.RefuseScalars), "what becomes of scalars such as 0777, yes and 1.0, which Jsonnet cannot say: refuse them, take them as text, or the value that YAML reads")
	f.BoolVar(&o.secrets, "extract-secrets", false, "put placeholders where secrets stand")
	f.BoolVar(&o.server, "drop-server-fields", false, "leave id, version and iteration of dashboards out")
	complete(cmd, "scalars", scalarTreatments)
	return cmd
}

func scalarTreatments() []string {
	var names []string
	for _, s := range convert.ScalarTreatments() {
		names = append(names, string(s))
	}
	return names
}

func (o *convertOptions) run(ctx context.Context, args []string) error {
	defer o.hurry()()
	if !slices.Contains(scalarTreatments(), o.scalars) {
		return usagef("--scalars: unknown value %q: want %s", o.scalars, strings.Join(scalarTreatments(), ", "))
	}
	inputs, err := o.inputs(args)
	if err != nil {
		return err
	}
	var files []outputFile
	for _, in := range inputs {
		made, err := o.one(ctx, in)
		if err != nil {
			return err
		}
		files = append(files, made...)
	}
	if o.out == "-" && len(files) > 1 {
		return &usageError{err: fmt.Errorf("%d files cannot go to standard output", len(files)), hint: "name a project's folder with --out"}
	}
	return o.deliver(o.unique(files))
}

// outputFile is a file that is to be written below a folder.
type outputFile struct {
	name string // slash-separated
	data []byte
	from input
}

// one converts one source.
func (o *convertOptions) one(ctx context.Context, in input) ([]outputFile, error) {
	data, err := o.read(in)
	if err != nil {
		o.diags.Errorf("source/read", diag.Span{File: in.name}, "the source cannot be read: %s", cause(err))
		return nil, nil
	}
	r, diags, err := convert.Convert(ctx, convert.Source{File: in.name, Data: data}, convert.Options{
		Engine: jsonnet.Own(), Library: lib.FS, Natives: render.Natives(), SecretVariable: secret.EnvironmentName,
		Scalars: convert.Scalars(o.scalars), ExtractSecrets: o.secrets, DropServerFields: o.server,
	})
	if err != nil {
		return nil, err
	}
	o.masked[in.name] = r.Masked
	if in.found && len(diags) == 1 && (diags[0].Code == "convert/kind" || diags[0].Code == "convert/tests") {
		o.diags.Infof("convert/skipped", diag.Span{File: in.name}, "left alone: %s", diags[0].Summary)
		return nil, nil
	}
	o.diags = append(o.diags, diags...)
	var files []outputFile
	for _, p := range r.Programs {
		files = append(files, outputFile{place(p, in), p.Text, in})
	}
	return files, nil
}

// place is where a program belongs in a project.
func place(p convert.Program, in input) string {
	below := func(kind string) string {
		folder, inKind := strings.CutPrefix(in.folder+"/", kind+"/")
		if !in.found && !inKind {
			folder = "" // a file from anywhere
		}
		return path.Join(kind, folder, p.Name+".jsonnet")
	}
	switch p.Kind {
	case bundle.Alertmanager:
		return "alertmanager/main.jsonnet"
	case bundle.Prometheus:
		return "prometheus/main.jsonnet"
	case bundle.Dashboard:
		return below("dashboards")
	case bundle.Rules, bundle.File, bundle.Template:
	}
	return below("rules")
}

// unique reports files that several sources are converted to.
func (o *convertOptions) unique(files []outputFile) []outputFile {
	seen := map[string]outputFile{}
	for _, f := range files {
		if first, ok := seen[f.name]; ok {
			e := o.diags.Errorf("convert/exists", diag.Span{File: f.from.name}, "this would be %s, as %s is", f.name, first.from.name)
			e.Hint = "convert them one at a time, to different folders"
		}
		seen[f.name] = f
	}
	return files
}

// deliver writes the files, or prints the one.
func (o *convertOptions) deliver(files []outputFile) error {
	r := view.Report{Command: "convert", Version: buildInfo().Version}
	if o.out == "-" {
		return o.display(r, files)
	}
	root := o.at(o.out)
	changes, existing := plan(root, files)
	for _, name := range existing {
		if !o.force {
			o.diags.Errorf("convert/exists", diag.Span{File: path.Join(filepath.ToSlash(o.out), name)}, "the file exists").Hint = "--force overwrites it"
		}
	}
	for _, f := range files {
		if ext := path.Ext(f.from.path); f.from.path == filepath.Join(root, filepath.FromSlash(strings.TrimSuffix(f.name, ".jsonnet")+ext)) {
			i := o.diags.Infof("convert/leftover", diag.Span{File: f.from.name}, "the source and what it was converted to would both be rendered")
			i.Hint = "remove the source"
		}
	}
	if r.ExitCode = o.verdict(); r.ExitCode == exitOK {
		if err := writeFiles(root, files); err != nil {
			return err
		}
		r.Changes = &view.Changes{Path: filepath.ToSlash(o.out), Files: changes}
		for i, c := range changes {
			r.Changes.Files[i].Path = path.Join(r.Changes.Path, c.Path)
		}
	}
	return o.conclude(o.sys.Stdout, o.sys.StdoutTerminal, r)
}

// display prints the program; the report goes to standard error if there is
// something to say.
func (o *convertOptions) display(r view.Report, files []outputFile) error {
	r.ExitCode = o.verdict()
	if r.ExitCode == exitOK {
		for _, f := range files {
			if _, err := o.sys.Stdout.Write(f.data); err != nil {
				return fmt.Errorf("print the program: %w", err)
			}
		}
	}
	w := o.sys.Stderr
	if len(o.diags) == 0 && o.output == "text" {
		w = io.Discard
	}
	return o.conclude(w, o.sys.StderrTerminal, r)
}

func (o *convertOptions) verdict() int {
	if limit, err := diag.ParseSeverity(o.failOn); err != nil || o.diags.Any(limit) || o.diags.HasErrors() {
		return exitFindings
	}
	return exitOK
}

// conclude prints the report. Excerpts are cut out of what has no secrets.
func (o *convertOptions) conclude(w io.Writer, terminal bool, r view.Report) error {
	r.Diagnostics = view.Findings(o.diags)
	open := func(name string) ([]byte, error) {
		if data, ok := o.masked[name]; ok {
			return data, nil
		}
		return nil, os.ErrNotExist
	}
	if err := o.print(w, terminal, r, open); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

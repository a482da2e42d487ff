package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/style"
	"github.com/monctl/monctl/pkg/view"
)

// fmtOptions are those of the verb fmt.
type fmtOptions struct {
	*global
	style   styleFlags
	inPlace bool
	test    bool
	code    bool
	out     string
	create  bool
	exclude []string
	place   workplace
}

func newFmt(g *global) *cobra.Command {
	o := &fmtOptions{global: g}
	cmd := &cobra.Command{
		Use:   "fmt [FILE|FOLDER...]",
		Short: "Format Jsonnet and CUE, as jsonnetfmt and cue fmt do",
		Long: `Fmt lays out Jsonnet files as jsonnetfmt does, to the byte, and files that end
in .cue as cue fmt does. The flags from --indent to --use-implicit-plus are
jsonnetfmt's, with its defaults, and are about Jsonnet only.

Without arguments it formats the project in place: the project file, and all
Jsonnet and CUE below the folders of the sources and of jsonnet.jpath. Of a
folder that is named it formats everything below in place. A single FILE, -
for standard input, or with -e a program, is printed formatted; with -i files
are written in place, too. In folders, what is hidden and what lies in vendor/
is left out. If one file does not parse, no file is written.

With --test nothing is written: files that are not formatted are shown with
what would change, and the exit code is 16.`,
		Example: `  monctl fmt                     # the project, in place
  monctl fmt --test              # in CI: exit code 16 if something is not formatted
  monctl fmt -i lib/a.libsonnet  # one file in place
  monctl fmt - < a.jsonnet       # from an editor`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.inPlace, "in-place", "i", false, "write the files in place and list those that changed")
	f.BoolVarP(&o.test, "test", "t", false, "write nothing; exit with code 16 if a file is not formatted")
	f.BoolVar(&o.test, "check", false, "the same as --test")
	f.BoolVarP(&o.code, "exec", "e", false, "take the argument as the program, not as a file")
	f.StringVar(&o.out, "out", "", "`file` to write instead of standard output")
	f.StringVar(&o.out, "output-file", "", "the same as --out")
	f.BoolVarP(&o.create, "create-output-dirs", "c", false, "make the folders of --out that are missing")
	addExclude(cmd, &o.exclude)
	o.style.add(cmd)
	return cmd
}

func (o *fmtOptions) run(ctx context.Context, args []string) error {
	if err := o.style.check(); err != nil {
		return err
	}
	place, diags, err := o.workplace()
	if err != nil {
		return err
	}
	o.place = place
	if len(args) == 0 && len(diags) > 0 {
		return o.conclude(view.Report{}, diags, nil, o.sys.Stdout, o.sys.StdoutTerminal)
	}
	texts, err := o.texts(args)
	if err != nil {
		return err
	}
	if err := o.format(ctx, texts); err != nil {
		return err
	}
	if !o.inPlace && !o.test {
		return o.printOne(texts[0])
	}
	return o.finish(texts)
}

// fmtText is something to format.
type fmtText struct {
	sourceFile
	before, after []byte
	diags         diag.List
}

func (t *fmtText) changes() bool { return t.after != nil && !bytes.Equal(t.before, t.after) }

// texts finds out what is to be formatted and reads it; inPlace is set where
// that follows from the arguments.
func (o *fmtOptions) texts(args []string) ([]*fmtText, error) {
	switch {
	case o.code && len(args) == 0:
		return nil, usagef("fmt -e needs a program")
	case (o.code || slices.Contains(args, "-")) && o.inPlace:
		return nil, usagef("--in-place needs files, not a program or standard input")
	case (o.inPlace || o.test) && o.out != "":
		return nil, usagef("--out takes the formatted text, which --in-place and --test do not print")
	}
	var texts []*fmtText
	var files []string
	for _, arg := range args {
		switch {
		case o.code:
			texts = append(texts, &fmtText{sourceFile: sourceFile{name: "<cmdline>", named: true}, before: []byte(arg)})
		case arg == "-":
			data, err := io.ReadAll(o.sys.Stdin)
			if err != nil {
				return nil, fmt.Errorf("read standard input: %w", err)
			}
			texts = append(texts, &fmtText{sourceFile: sourceFile{name: "<stdin>", named: true}, before: data})
		default:
			files = append(files, arg)
		}
	}
	found, err := o.files(args, files)
	if err != nil {
		return nil, err
	}
	for _, file := range found {
		data, err := os.ReadFile(file.path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file.name, cause(err))
		}
		texts = append(texts, &fmtText{sourceFile: file, before: data})
	}
	if !o.inPlace && !o.test && len(texts) != 1 {
		return nil, &usageError{usagef("one file is printed at a time, got %d", len(texts)), "-i writes files in place, --test only compares"}
	}
	return texts, nil
}

// files finds the files among the arguments, or the project's if there are no
// arguments at all.
func (o *fmtOptions) files(args, names []string) ([]sourceFile, error) {
	f, err := newFinder(o.place, o.exclude, ".jsonnet", ".libsonnet", ".cue")
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		if err := f.sources(); err != nil {
			return nil, err
		}
		if len(f.files) == 0 {
			return nil, &usageError{usagef("there is no project with Jsonnet or CUE in %s", o.place.dir), "name files or folders"}
		}
	}
	if err := f.arguments(o.global, names); err != nil {
		return nil, err
	}
	if (len(args) == 0 || f.folders) && !o.test {
		if o.out != "" {
			return nil, usagef("--out takes one formatted file, not those of a folder")
		}
		o.inPlace = true
	}
	found := f.found()
	for _, file := range found {
		if ending := filepath.Ext(file.name); o.inPlace && slices.Contains([]string{".json", ".yaml", ".yml"}, ending) {
			return nil, usagef("%s: a %s file formatted as Jsonnet would be none any more", file.name, ending)
		}
	}
	return found, nil
}

// format formats all texts.
func (o *fmtOptions) format(ctx context.Context, texts []*fmtText) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, t := range texts {
		group.Go(func() (err error) {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if strings.HasSuffix(t.name, ".cue") {
				t.after, t.diags = cuelang.Format(t.name, t.before)
			} else {
				t.after, t.diags, err = style.Format(t.name, t.before, o.style.options)
			}
			return err
		})
	}
	return group.Wait()
}

// printOne prints a formatted text. The report, if there is anything to say,
// goes to standard error.
func (o *fmtOptions) printOne(t *fmtText) error {
	if len(t.diags) > 0 {
		return o.conclude(view.Report{}, t.diags, []*fmtText{t}, o.sys.Stderr, o.sys.StderrTerminal)
	}
	return o.deliver(t.after, o.out, o.create)
}

// finish writes what changes, or says what would.
func (o *fmtOptions) finish(texts []*fmtText) error {
	var diags diag.List
	var writes []rewriting
	changes := &view.Changes{Path: ".", Check: o.test, Files: []view.Change{}}
	for _, t := range texts {
		diags = append(diags, t.diags...)
		if !t.changes() {
			changes.Unchanged++
			continue
		}
		change := view.Change{Path: t.name, Action: "update"}
		if o.test {
			change.Diff = view.Diff(string(t.before), string(t.after))
		}
		changes.Files = append(changes.Files, change)
		writes = append(writes, rewriting{t.path, t.after})
	}
	r := view.Report{Changes: changes}
	if len(diags) > 0 && !o.test {
		r.Changes = nil
	} else if !o.test {
		if err := rewrite(writes); err != nil {
			return err
		}
	}
	return o.conclude(r, diags, texts, o.sys.Stdout, o.sys.StdoutTerminal)
}

// conclude prints the report and says how the command ends.
func (o *fmtOptions) conclude(r view.Report, diags diag.List, texts []*fmtText, w io.Writer, terminal bool) error {
	r.Command, r.Version, r.Diagnostics = "fmt", buildInfo().Version, view.Findings(diags)
	switch {
	case len(diags) > 0:
		r.ExitCode = exitFindings
	case o.test && r.Changes != nil && len(r.Changes.Files) > 0:
		r.ExitCode = exitChanges
	}
	open := func(name string) ([]byte, error) {
		for _, t := range texts {
			if t.name == name {
				return t.before, nil
			}
		}
		return o.place.open(name)
	}
	if err := o.print(w, terminal, r, open); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

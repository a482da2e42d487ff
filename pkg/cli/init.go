package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/convert"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/scaffold"
	"github.com/monctl/monctl/pkg/view"
)

// initOptions are those of the verb init.
type initOptions struct {
	*global
	format, ci string
	envs       []string
	force      bool
}

func newInit(g *global) *cobra.Command {
	o := &initOptions{global: g}
	cmd := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Make a new project",
		Long: `Init makes a project that renders, validates and passes its tests at once: two
alerts with their tests and runbooks, routing with a placeholder for its secret,
a scrape configuration, a dashboard, and a workflow that checks every change.

The folder is made if it is missing; it may be a Git repository and may hold
other files. If a file of the project exists already, nothing is written.`,
		Example: `  monctl init
  monctl init monitoring --env staging,production --ci gitlab
  monctl init --format yaml --ci none`,
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(strings.Join(args, "")) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", string(scaffold.Jsonnet), "what the sources are written in: jsonnet or yaml")
	f.StringVar(&o.ci, "ci", string(scaffold.GitHub), "the system that checks changes: github, gitlab or none")
	f.StringSliceVar(&o.envs, "env", nil, "`names` of the environments, comma-separated (default one that needs no name)")
	f.BoolVar(&o.force, "force", false, "overwrite files that exist")
	complete(cmd, "format", func() []string { return texts(scaffold.Formats()) })
	complete(cmd, "ci", func() []string { return texts(scaffold.Systems()) })
	return cmd
}

func texts[T ~string](values []T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// nameOfEnvironment is what the project file allows as a name.
var nameOfEnvironment = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

func (o *initOptions) check() error {
	switch {
	case !slices.Contains(texts(scaffold.Formats()), o.format):
		return usagef("--format: unknown value %q: want %s", o.format, strings.Join(texts(scaffold.Formats()), " or "))
	case !slices.Contains(texts(scaffold.Systems()), o.ci):
		return usagef("--ci: unknown value %q: want %s", o.ci, strings.Join(texts(scaffold.Systems()), ", "))
	}
	for i, name := range o.envs {
		switch {
		case !nameOfEnvironment.MatchString(name):
			return usagef("--env: %q is no name of an environment; letters, digits, '.', '_' and '-' are allowed", name)
		case slices.Contains(o.envs[:i], name):
			return usagef("--env: %q is named twice", name)
		}
	}
	return nil
}

func (o *initOptions) run(folder string) error {
	if err := o.check(); err != nil {
		return err
	}
	dir := o.at(folder)
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usagef("%s is not a folder", folder)
	}
	made, err := scaffold.Files(scaffold.Options{Format: scaffold.Format(o.format), CI: scaffold.CI(o.ci), Environments: o.envs})
	if err != nil {
		return err
	}
	var files []outputFile
	for _, f := range made {
		files = append(files, outputFile{name: f.Path, data: f.Data})
	}
	changes, existing := plan(dir, files)
	diags := o.inTheWay(dir, existing)
	diags = append(diags, workflowPlace(dir, files, o.ci)...)
	found, err := convertible(dir, files)
	if err != nil {
		return err
	}
	diags = append(diags, found...)

	r := view.Report{Command: "init", Version: buildInfo().Version, Diagnostics: view.Findings(diags)}
	if limit, err := diag.ParseSeverity(o.failOn); err != nil || diags.HasErrors() || diags.Any(limit) {
		r.ExitCode = exitFindings
	} else {
		if err := writeFiles(dir, files); err != nil {
			return err
		}
		r.Changes = &view.Changes{Path: filepath.ToSlash(filepath.Clean(folder)), Files: changes}
	}
	open := func(string) ([]byte, error) { return nil, fs.ErrNotExist }
	if err := o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, open); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

// inTheWay reports files that the project's would overwrite, and project files
// of another name, beside which there can be no second one.
func (o *initOptions) inTheWay(dir string, existing []string) diag.List {
	var diags diag.List
	for _, name := range existing {
		if !o.force {
			diags.Errorf("init/exists", diag.Span{File: name}, "the file exists").Hint = "--force overwrites it"
		}
	}
	for _, name := range project.FileNames() {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil && name != "monctl.cue" {
			diags.Errorf("init/exists", diag.Span{File: name}, "the folder is a project already").Hint = "remove the file, or start in another folder"
		}
	}
	return diags
}

// workflowPlace reports a workflow that is not at the root of the repository,
// where alone it is read.
func workflowPlace(dir string, files []outputFile, ci string) diag.List {
	var diags diag.List
	i := slices.IndexFunc(files, func(f outputFile) bool { return strings.HasPrefix(f.name, ".git") && f.name != ".gitignore" })
	if i < 0 {
		return nil
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil && d != dir {
			e := diags.Infof("init/workflow", diag.Span{File: files[i].name}, "workflows are read at the root of the repository only")
			rel, _ := filepath.Rel(d, dir)
			where := "set working-directory: " + filepath.ToSlash(rel)
			if ci == string(scaffold.GitLab) {
				where = "begin its script with cd " + filepath.ToSlash(rel)
			}
			e.Hint = "move it there, and " + where
			return diags
		} else if err == nil || d == filepath.Dir(d) {
			return nil
		}
	}
}

// convertible names a file that can be converted, if the folder has one.
func convertible(dir string, files []outputFile) (diag.List, error) {
	var diags diag.List
	if _, err := os.Stat(dir); err != nil {
		return nil, nil //nolint:nilerr // a folder that is made now is empty
	}
	inputs, err := sourcesBelow(dir, ".")
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", dir, cause(err))
	}
	for _, in := range inputs {
		name := path.Clean(in.name)
		if slices.ContainsFunc(files, func(f outputFile) bool { return f.name == name }) {
			continue
		}
		data, err := os.ReadFile(in.path)
		if err != nil {
			continue
		}
		if kind, ok := convert.Recognise(convert.Source{File: name, Data: data}); ok {
			i := diags.Infof("init/found", diag.Span{File: name}, "this holds monitoring already (%s)", kind)
			i.Hint = "monctl convert makes Jsonnet of it and what is beside it: monctl convert --out . " + topOf(name)
			return diags, nil
		}
	}
	return diags, nil
}

// topOf is the first folder of a path, or the file itself.
func topOf(name string) string {
	first, _, _ := strings.Cut(name, "/")
	return first
}

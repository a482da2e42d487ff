package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// fileFlags choose files that are no sources of a project.
type fileFlags struct {
	code       bool
	jpath      []string
	kind, name string
	// verb is what the command does with the files.
	verb string
	// out is the folder to be written, which is no source.
	out string
}

// add adds the flags that all commands on files have.
func (f *fileFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.code, "exec", "e", false, "take the argument as a Jsonnet program, not as a file")
	flags.StringArrayVarP(&f.jpath, "jpath", "J", nil, "look for imports in this `folder` first; the last one wins")
	flags.StringVar(&f.kind, "kind", "auto", "what the files hold: "+strings.Join(f.kinds(), ", "))
	complete(cmd, "kind", f.kinds)
}

// kinds are the values of --kind.
func (*fileFlags) kinds() []string {
	return []string{"auto", string(project.RulesSource), string(project.DashboardsSource), string(project.AlertmanagerSource), string(project.PrometheusSource), string(project.TestsSource)}
}

// files makes the files that arguments name, and the folders of -J.
func (f *fileFlags) files(g *global, opts pipeline.Options, args []string) (pipeline.Options, error) {
	for _, dir := range slices.Backward(f.jpath) {
		opts.JPath = append(opts.JPath, f.at(g, dir))
	}
	if list, ok := g.sys.Getenv("JSONNET_PATH"); ok && len(args) > 0 {
		opts.JPath = append(opts.JPath, filepath.SplitList(list)...)
	}
	kind := project.SourceKind(f.kind)
	switch {
	case f.kind == "auto" || f.kind == "":
		kind = render.AnySource
	case !slices.Contains(f.kinds(), f.kind):
		return opts, &usageError{err: usagef("--kind: unknown value %q: want %s", f.kind, strings.Join(f.kinds(), ", ")), hint: diag.DidYouMean(f.kind, f.kinds())}
	}
	switch {
	case f.code && len(args) != 1:
		return opts, usagef("with -e, %s takes one program, got %d arguments", f.verb, len(args))
	case len(args) == 0 && (f.kind != "auto" && f.kind != "" || f.name != ""):
		return opts, usagef("--kind and --name are about files that the command line names")
	}
	for _, arg := range args {
		more, err := f.one(g, opts.Dir, arg)
		if err != nil {
			return opts, err
		}
		for _, file := range more {
			file.Kind = kind
			if f.name != "" {
				file.Name = f.name
			}
			opts.Files = append(opts.Files, file)
		}
	}
	return opts, nil
}

func (f *fileFlags) at(g *global, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(g.workDir(), path)
}

// one makes the files of one argument. A program of the command line imports
// as if it stood in the folder where the command works.
func (f *fileFlags) one(g *global, dir, arg string) ([]pipeline.File, error) {
	switch {
	case f.code:
		return []pipeline.File{f.text(g, dir, "cmdline", []byte(arg), "jsonnet")}, nil
	case arg == "-":
		text, err := io.ReadAll(g.sys.Stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return []pipeline.File{f.text(g, dir, "stdin", text, "")}, nil
	}
	full := f.at(g, arg)
	info, err := os.Stat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &usageError{err: fmt.Errorf("there is no file %q", arg), hint: siblings(full)}
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", arg, cause(err))
	case !info.IsDir():
		return []pipeline.File{plainFile(dir, full)}, nil
	}
	found, err := f.folder(g, dir, full)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, &usageError{err: fmt.Errorf("there is nothing to %s in the folder %q", f.verb, arg), hint: f.verb + " reads mixin.libsonnet, .jsonnet, .cue, .yaml, .yml and .json there; name a file to " + f.verb + " any other"}
	}
	return found, nil
}

// text is a program without a file. Its name lies where the command works, so
// that imports are found from there.
func (f *fileFlags) text(g *global, dir, name string, text []byte, syntax string) pipeline.File {
	if text == nil {
		text = []byte{}
	}
	return pipeline.File{
		Plain: render.Plain{Path: relativeTo(dir, filepath.Join(g.workDir(), "<"+name+">")), Name: name, Syntax: syntax},
		Text:  text, JPath: libraries(g.workDir()),
	}
}

// siblings hints at a file of a similar name.
func siblings(full string) string {
	entries, err := os.ReadDir(filepath.Dir(full))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return diag.DidYouMean(filepath.Base(full), names)
}

// relativeTo calls a file by its path from the project's folder.
func relativeTo(dir, full string) string {
	if rel, err := filepath.Rel(dir, full); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(full)
}

func plainFile(dir, full string) pipeline.File {
	return pipeline.File{
		Plain: render.Plain{Path: relativeTo(dir, full), Name: plainName(full)},
		JPath: libraries(filepath.Dir(full)),
	}
}

// plainName is what the rules of a file are called by: the file, or the folder
// of one whose name says nothing.
func plainName(full string) string {
	name := strings.TrimSuffix(filepath.Base(full), filepath.Ext(full))
	if name == "mixin" || name == "main" || name == "default" {
		if folder := filepath.Base(filepath.Dir(full)); folder != "." && folder != string(filepath.Separator) {
			return folder
		}
	}
	return name
}

// folder finds what can be rendered in a folder. A mixin is all of its folder:
// what lies beside it is what it is made of.
func (f *fileFlags) folder(g *global, dir, full string) ([]pipeline.File, error) {
	for _, name := range project.FileNames() {
		if _, err := os.Lstat(filepath.Join(full, name)); err == nil && full != dir {
			return nil, &usageError{err: fmt.Errorf("%s is a project", full), hint: f.verb + " it with -C " + full}
		}
	}
	var found []pipeline.File
	err := filepath.WalkDir(full, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("find what to render: %w", err)
		case name != full && (skipped(d.Name()) || name == f.at(g, f.out)):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			mixin := filepath.Join(name, "mixin.libsonnet")
			if info, err := os.Stat(mixin); err == nil && !info.IsDir() {
				found = append(found, plainFile(dir, mixin))
				return fs.SkipDir
			}
			return nil
		case !slices.Contains([]string{".jsonnet", ".cue", ".yaml", ".yml", ".json"}, filepath.Ext(name)):
			return nil
		}
		f := plainFile(dir, name)
		f.Found = true
		found = append(found, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// skipped recognises what is not one's own monitoring.
func skipped(name string) bool {
	switch name {
	case "vendor", "node_modules", "cue.mod", "jsonnetfile.json", "jsonnetfile.lock.json", "package.json", "package-lock.json":
		return true
	}
	return strings.HasPrefix(name, ".") || slices.Contains(project.FileNames(), name)
}

// libraries are the folders vendor, and lib where jsonnet-bundler is used, from
// a folder upwards to where its packages or the repository begin.
func libraries(dir string) []string {
	var found []string
	isFolder := func(name string) bool {
		info, err := os.Stat(name)
		return err == nil && info.IsDir()
	}
	exists := func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	}
	for ; ; dir = filepath.Dir(dir) {
		root := exists("jsonnetfile.json") || exists(".git") || exists(".jj") || exists(".hg")
		for _, name := range []string{"lib", "vendor"} {
			if folder := filepath.Join(dir, name); (name == "vendor" || root) && isFolder(folder) {
				found = append(found, folder)
			}
		}
		if root || dir == filepath.Dir(dir) {
			return found
		}
	}
}

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/project"
)

// maxContextFile bounds the size of a file of a context, in bytes.
const maxContextFile = 64 << 20

// contextFolder is a context's folder as it was read.
type contextFolder struct {
	project.Context
	files []bundle.TreeFile // by path relative to the folder
	// prefix leads from those to what files are called in diagnostics.
	prefix string
}

func (f contextFolder) name(p string) string { return f.prefix + p }

// readContext reads the monitoring that is kept elsewhere, for all
// environments.
func (p *Pass) readContext(ctx context.Context) error {
	if p.Project == nil || p.Context != nil {
		return nil
	}
	p.Context = map[string][]*bundle.Bundle{}
	for _, c := range p.Project.Context {
		f := contextFolder{Context: c}
		var err error
		if c.Git != "" {
			err = p.readRepository(ctx, &f)
		} else {
			err = p.readFolder(&f)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			p.unreadContext(c, err)
			continue
		}
		for _, out := range p.Outputs {
			p.addContext(f, out.Env.Name)
		}
	}
	return nil
}

func (p *Pass) contextProblem(c project.Context, pointer, hint, format string, args ...any) {
	d := p.Diags.Errorf("context/read", p.Project.At(c.Pointer+pointer), format, args...)
	d.Pointer, d.Hint = c.Pointer+pointer, hint
}

// unreadContext reports why a context cannot be read, where it says so.
func (p *Pass) unreadContext(c project.Context, err error) {
	var version *gitrepo.VersionError
	pointer := "/path"
	switch {
	case errors.Is(err, gitrepo.ErrNoDirectory):
		err = fmt.Errorf("%s has no folder %s at %s", c.Git, c.Path, c.Rev)
		p.contextProblem(c, pointer, "path is relative to the repository", "%s", err)
		return
	case errors.As(err, &version) && c.Rev != "HEAD":
		pointer = "/rev"
	case c.Git != "":
		pointer = "/git"
	}
	p.contextProblem(c, pointer, contextHint(err), "%s", err)
}

// contextHint says what may help against an error of a repository.
func contextHint(err error) string {
	var version *gitrepo.VersionError
	var access *gitrepo.AccessError
	var missing *gitrepo.MissingError
	switch {
	case errors.As(err, &version):
		if hint := diag.DidYouMean(version.Version, version.Known); hint != "" {
			return hint
		}
		return "name a branch, tag or commit under rev"
	case errors.As(err, &access), errors.As(err, &missing):
		return "give credentials as for monctl vendor, in MONCTL_GIT_TOKEN_<HOST> or netrc"
	}
	return ""
}

// addContext makes the bundle of an environment.
func (p *Pass) addContext(f contextFolder, env string) {
	files, prefix, ok := p.contextOf(f, env)
	if !ok {
		return
	}
	name := func(n string) string { return f.name(prefix + n) }
	read := readLoose
	if bundle.IsTree(files) {
		read = bundle.ReadTree
	}
	b, diags := read(env, files, name)
	p.Diags = append(p.Diags, diags.WithEnv(env)...)
	if b.Len() == 0 && !diags.HasErrors() {
		d := p.Diags.Warnf("context/empty", p.Project.At(f.Pointer), "there is no monitoring in %s", strings.TrimSuffix(f.name(prefix), "/"))
		d.Pointer, d.Hint = f.Pointer, "a context is a folder that monctl render wrote, or one with rule files and an alertmanager.yml"
	}
	p.Context[env] = append(p.Context[env], b)
}

// contextOf returns the files that belong to an environment, relative to its
// folder.
func (p *Pass) contextOf(f contextFolder, env string) (files []bundle.TreeFile, prefix string, ok bool) {
	folder, named := f.Environments[env]
	switch {
	case f.Environments != nil && (!named || folder == ""):
		return nil, "", false
	case f.Environments == nil && slices.ContainsFunc(p.Project.EnvironmentNames(), f.has):
		folder = env
	}
	prefix = strings.TrimPrefix(path.Clean(folder)+"/", "./")
	for _, file := range f.files {
		if rest, ok := strings.CutPrefix(file.Path, prefix); ok {
			files = append(files, bundle.TreeFile{Path: rest, Data: file.Data})
		}
	}
	if len(files) == 0 && prefix != "" {
		p.contextProblem(f.Context, "", "map it to a folder under environments, or to \"\" if it has no such context",
			"%s has no folder %q for environment %s", strings.TrimSuffix(f.name(""), "/"), strings.TrimSuffix(prefix, "/"), env)
		return nil, "", false
	}
	return files, prefix, true
}

// has reports whether there is a folder of a name.
func (f contextFolder) has(folder string) bool {
	return slices.ContainsFunc(f.files, func(t bundle.TreeFile) bool { return strings.HasPrefix(t.Path, folder+"/") })
}

func isContextFile(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json", ".tmpl", ".tpl"}, path.Ext(name))
}

// readFolder reads a folder of the disk, through the importer, so that a
// watcher sees changes of the files.
func (p *Pass) readFolder(f *contextFolder) error {
	root := filepath.FromSlash(f.Path)
	if !filepath.IsAbs(root) {
		root = filepath.Join(p.opts.Dir, root)
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s", f.Path)
	}
	f.prefix = strings.TrimPrefix(path.Clean(filepath.ToSlash(f.Path))+"/", "./")
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != root && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !isContextFile(name) {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if info, err := d.Info(); err == nil && info.Size() > maxContextFile {
			return fmt.Errorf("%s is larger than %d MiB", f.name(rel), maxContextFile>>20)
		}
		data, err := p.importer.Read(f.name(rel))
		if err != nil {
			return fmt.Errorf("read %s: %w", f.name(rel), err)
		}
		f.files = append(f.files, bundle.TreeFile{Path: rel, Data: data})
		return nil
	})
}

// readRepository reads a folder of a repository at a revision.
func (p *Pass) readRepository(ctx context.Context, f *contextFolder) error {
	if p.opts.Repositories == nil {
		return errors.New("repositories cannot be read here")
	}
	client, err := p.opts.Repositories()
	if err != nil {
		return err
	}
	remote := remoteURL(p.opts.Dir, f.Git)
	commit, err := client.Resolve(ctx, remote, f.Rev)
	if err != nil {
		return err
	}
	tree, err := client.Tree(ctx, remote, commit)
	if err != nil {
		return err
	}
	folder := strings.TrimPrefix(path.Clean(f.Path)+"/", "./")
	f.prefix = f.Git + "@" + f.Rev + ":" + folder
	return tree.Walk(ctx, folder, func(e gitrepo.Entry) error {
		if e.Kind > gitrepo.Executable || !isContextFile(e.Path) {
			return nil
		}
		if e.Size > maxContextFile {
			return fmt.Errorf("%s is larger than %d MiB", f.name(e.Path), maxContextFile>>20)
		}
		content, err := tree.Open(e)
		if err != nil {
			return err
		}
		defer content.Close()
		data, err := io.ReadAll(io.LimitReader(content, maxContextFile))
		if err != nil {
			return fmt.Errorf("read %s: %w", f.name(e.Path), err)
		}
		f.files = append(f.files, bundle.TreeFile{Path: e.Path, Data: data})
		p.importer.Provide(f.name(e.Path), data) // for excerpts
		return nil
	})
}

var scpLike = regexp.MustCompile(`^([\w.-]+@[\w.-]+):([^/].*)$`)

// remoteURL makes a URL of what the project file calls a repository.
func remoteURL(dir, git string) string {
	if strings.Contains(git, "://") {
		return git
	}
	if m := scpLike.FindStringSubmatch(git); m != nil {
		return "ssh://" + m[1] + "/" + m[2]
	}
	full := filepath.FromSlash(git)
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, full)
	}
	return "file://" + filepath.ToSlash(full)
}

// readLoose reads files that monctl did not render: rule files, PrometheusRule
// objects, and an Alertmanager configuration, each known by its content.
// Anything else is none of monitoring's business.
func readLoose(env string, files []bundle.TreeFile, name func(string) string) (*bundle.Bundle, diag.List) {
	var objects []bundle.Object
	var diags diag.List
	for _, f := range files {
		if !slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(f.Path)) {
			continue
		}
		docs, problems := bundle.DecodeYAML(name(f.Path), f.Data)
		diags = append(diags, problems...)
		namespace := strings.ReplaceAll(strings.TrimSuffix(f.Path, path.Ext(f.Path)), "/", ".")
		for _, d := range docs {
			objects = append(objects, looseObjects(namespace, d, &diags)...)
		}
	}
	b, duplicates := bundle.New(env, objects)
	return b, append(diags, duplicates...)
}

func looseObjects(namespace string, d bundle.Document, diags *diag.List) []bundle.Object {
	v := d.Value
	switch {
	case v.Str("kind") == "PrometheusRule":
		metadata, _ := v.Get("metadata")
		if n := metadata.Str("name"); n != "" {
			namespace = n
		}
		return bundle.Groups(namespace, d, "/spec/groups", diags)
	case v.Has("groups"):
		return bundle.Groups(namespace, d, "/groups", diags)
	case v.Has("route") && v.Has("receivers"):
		o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Alertmanager}, v, d.Origin)
		if err != nil {
			diags.Errorf("source/read", d.Origin.At(""), "the value cannot be used: %s", err)
			return nil
		}
		return []bundle.Object{o}
	}
	return nil
}

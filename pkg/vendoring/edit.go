package vendoring

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// edit changes the project's file and lets go of locked versions, as the
// request says.
func (r *run) edit(ctx context.Context) error {
	if r.req.All {
		r.lock.Dependencies = nil
	}
	for _, name := range r.req.Update {
		if d, ok := r.p.lookup(name, &r.diags); ok {
			r.lock.remove(d.Path())
		}
	}
	for _, a := range r.req.Add {
		if err := r.add(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// add puts a dependency into the project's file. Without a version it has the
// remote's default branch.
func (r *run) add(ctx context.Context, a Addition) error {
	dep, ok := r.parse(a.URI)
	if !ok {
		return nil
	}
	dep.Single, dep.LegacyName = a.Single, a.LegacyName
	if a.LegacyName != "" {
		if err := checkElement(a.LegacyName); err != nil {
			r.diags.Errorf("vendor/containment", diag.Span{File: FileName}, "%q cannot be the short name of a package: %v", a.LegacyName, err)
			return nil
		}
	}
	if dep.Git != nil && dep.Version == "" {
		refs, err := r.p.opts.Repos.References(ctx, dep.Git.Remote())
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			found, err := explain("", err)
			for _, d := range found {
				d.Span = diag.Span{File: FileName}
				r.diags = append(r.diags, d)
			}
			return err
		}
		if dep.Version = refs.Head; dep.Version == "" {
			dep.Version = "master" // what jb assumes
		}
	}
	i := r.file.find(dep.Path())
	if i >= 0 && sameSource(r.file.Dependencies[i], dep) && r.file.Dependencies[i].Version == dep.Version {
		return nil
	}
	r.lock.remove(dep.Path())
	if i < 0 {
		r.file.spans = append(r.file.spans, diag.Span{File: FileName})
	}
	r.file.set(dep)
	return nil
}

// parse reads what somebody typed: a directory if it looks like one or is
// one, else a repository.
func (r *run) parse(uri string) (Dependency, bool) {
	at := diag.Span{File: FileName}
	if uri == "" {
		r.diags.Errorf("vendor/source", at, "a dependency without a name cannot be added")
		return Dependency{}, false
	}
	dir := filepath.Clean(uri)
	looksLocal := strings.HasPrefix(uri, "./") || strings.HasPrefix(uri, "../") || filepath.IsAbs(uri)
	g, version, err := parseGit(uri)
	if looksLocal || err != nil {
		abs := dir
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(r.p.opts.Dir, dir)
		}
		if info, statErr := os.Stat(abs); statErr == nil && info.IsDir() {
			dep := local(r.p.opts.Dir, dir)
			if err := checkElement(dep.base); err != nil {
				r.diags.Errorf("vendor/containment", at, "%s cannot be a package: %v", uri, err)
				return dep, false
			}
			return dep, true
		}
		if looksLocal {
			r.diags.Errorf("vendor/local", at, "there is no directory %s", uri)
			return Dependency{}, false
		}
		r.diags.Errorf("vendor/source", at, "%q is neither a repository nor a directory: %v", uri, err).Hint = "write host/owner/name/directory@version, a URL, or ./directory"
		return Dependency{}, false
	}
	dep := Dependency{Git: &g, Version: version}
	if err := checkPath(dep.Path()); err != nil || strings.Contains("/"+dep.Name()+"/", "/../") {
		r.diags.Errorf("vendor/containment", at, "the package would be vendor/%s, which is not within vendor", dep.Name())
		return dep, false
	}
	return dep, true
}

// lookup finds a package by its path, its short name, or what it was added by.
func (p *Project) lookup(name string, diags *diag.List) (Dependency, bool) {
	var all []Dependency
	for _, d := range append(slices.Clone(p.file.Dependencies), p.lock.Dependencies...) {
		if !slices.ContainsFunc(all, func(o Dependency) bool { return o.Path() == d.Path() }) {
			all = append(all, d)
		}
	}
	want := path.Clean(name)
	if g, _, err := parseGit(name); err == nil {
		want = path.Clean(g.Name())
	}
	var short []Dependency
	var known []string
	for _, d := range all {
		if d.Path() == want || d.Local != "" && filepath.Clean(d.Local) == filepath.Clean(name) {
			return d, true
		}
		if path.Base(d.Path()) == name || d.LegacyName == name {
			short = append(short, d)
		}
		known = append(known, d.Path())
	}
	at := diag.Span{File: FileName}
	switch len(short) {
	case 1:
		return short[0], true
	case 0:
		diags.Errorf("vendor/unknown-package", at, "the project has no package %q", name).Hint = suggestPackage(name, known)
	default:
		var paths []string
		for _, d := range short {
			paths = append(paths, d.Path())
		}
		slices.Sort(paths)
		diags.Errorf("vendor/unknown-package", at, "%q means several packages", name).Hint = "name one of " + strings.Join(paths, ", ")
	}
	return Dependency{}, false
}

// suggestPackage compares with full paths and with their last elements.
func suggestPackage(name string, known []string) string {
	if hint := diag.DidYouMean(name, known); hint != "" {
		return hint
	}
	var bases []string
	for _, k := range known {
		bases = append(bases, path.Base(k))
	}
	if hint := diag.DidYouMean(path.Base(name), bases); hint != "" || len(known) == 0 {
		return hint
	}
	slices.Sort(known)
	return "there are: " + strings.Join(slices.Compact(known), ", ")
}

package vendoring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// installed gives the contents that stand in vendor, and says where they are
// not those that are locked. It asks no repository.
type installed struct {
	p      *Project
	loader *loader
}

// load implements contents.
func (s *installed) load(ctx context.Context, q requirement) (*content, diag.List, error) {
	if q.Git == nil {
		return s.loader.load(ctx, q)
	}
	var diags diag.List
	i := s.p.lock.find(q.Path())
	if i < 0 {
		diags.Errorf("vendor/outdated", q.span, "%s is not locked", q.Path()).Hint = installHint
		return nil, diags, nil
	}
	locked := s.p.lock.Dependencies[i]
	c, diags, err := s.loader.readIntact(ctx, locked)
	if c != nil || err != nil {
		return c, place(diags, q), err
	}
	// Its requirements are those that stand there, right or wrong.
	c = &content{locked: locked, file: &decoded{File: &File{}}}
	data, err := s.loader.vendored(locked.Path())
	switch {
	case err != nil:
		diags.Errorf("vendor/outdated", q.span, "%s is not in %s", q.Path(), s.p.opts.Home).Hint = installHint
		return c, diags, nil //nolint:nilerr // it is missing, or not what a package is
	case s.mixed(locked):
	case locked.Sum == "":
		diags.Errorf("vendor/outdated", q.span, "%s is locked without a sum", q.Path()).Hint = installHint
	default:
		diags.Errorf("vendor/sum", q.span, "%s is not what was locked: its files have another sum", path.Join(s.p.opts.Home, q.Path())).Hint = installHint
	}
	var found diag.List
	c.file, found = s.loader.decode(locked, locked.Path(), filepath.Join(s.p.home(), filepath.FromSlash(locked.Path())), data)
	return c, append(diags, place(found, q)...), nil
}

const installHint = "'monctl vendor install' puts it right"

func place(diags diag.List, q requirement) diag.List {
	for i := range diags {
		if diags[i].Span == (diag.Span{}) {
			diags[i].Span = q.span
		}
	}
	return diags
}

// mixed reports whether another package stands within this one: then its sum
// says nothing.
func (s *installed) mixed(d Dependency) bool {
	return slices.ContainsFunc(s.p.lock.Dependencies, func(o Dependency) bool {
		return o.Path() != d.Path() && inside(o.Path(), d.Path())
	})
}

// walk resolves what stands in vendor.
func (p *Project) walk(ctx context.Context) (*resolver, []*chosen, error) {
	source := &installed{p, newLoader(p, p.lock.File)}
	r := &resolver{source: source, lock: p.lock.File, first: true}
	packages, err := r.resolve(ctx, p.file)
	return r, packages, err
}

var commitVersion = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Check compares the project's file, the lock file and vendor, and reports
// what install would change. It needs no network.
func (p *Project) Check(ctx context.Context) (diag.List, error) {
	r, packages, err := p.walk(ctx)
	if err != nil {
		return nil, err
	}
	diags := r.diags
	for i, d := range p.lock.Dependencies {
		if r.chosen[d.Path()] == nil && len(r.requirers[d.Path()]) == 0 {
			diags.Errorf("vendor/outdated", p.lock.spans[i], "%s is locked, and nothing requires it", d.Path()).Hint = installHint
		}
	}
	for i, d := range p.file.Dependencies {
		l := p.lock.find(d.Path())
		if l >= 0 && commitVersion.MatchString(d.Version) && p.lock.Dependencies[l].Version != d.Version {
			diags.Errorf("vendor/outdated", p.file.spans[i], "%s is required at %s and locked at %s", d.Path(), d.Version, p.lock.Dependencies[l].Version).Hint = "'monctl vendor update " + d.Path() + "' locks the required version"
		}
	}
	found, err := p.checkDisk(packages)
	return append(diags, found...), err
}

// checkDisk looks for what is in vendor and should not be, and for links.
func (p *Project) checkDisk(packages []*chosen) (diag.List, error) {
	links, diags := p.links(packages, p.file.LegacyImports)
	home, err := os.OpenRoot(p.home())
	if errors.Is(err, fs.ErrNotExist) {
		return diags, nil
	} else if err != nil {
		return nil, fmt.Errorf("open %s: %w", p.opts.Home, err)
	}
	defer home.Close()
	var paths []string
	for _, c := range packages {
		if c.Git != nil {
			paths = append(paths, c.Path())
		}
		if _, ok := links[c.Path()]; c.Git == nil && ok {
			if target, err := home.Readlink(c.Path()); err != nil || target != links[c.Path()] {
				diags.Errorf("vendor/outdated", c.span, "%s/%s is not a link to %s", p.opts.Home, c.Path(), c.Local).Hint = installHint
			}
		}
	}
	old, err := stale(home, paths, links, "")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.opts.Home, err)
	}
	for _, name := range old {
		if _, ok := links[name]; ok {
			continue
		}
		what := "nothing requires %s/%s"
		if strings.HasPrefix(name, stagingPrefix) {
			what = "%s/%s is left of a run that was killed, or belongs to one that is at it"
		}
		diags.Errorf("vendor/outdated", diag.Span{File: FileName}, what, p.opts.Home, name).Hint = installHint
	}
	for _, name := range legacyNames(links, packages) {
		if target, err := home.Readlink(name); err != nil || target != links[name] {
			diags.Errorf("vendor/outdated", diag.Span{File: FileName}, "the link %s/%s to %s is missing", p.opts.Home, name, links[name]).Hint = installHint
		}
	}
	return diags, nil
}

// legacyNames are the short names among links, sorted.
func legacyNames(links map[string]string, packages []*chosen) []string {
	var names []string
	for name := range links {
		if !slices.ContainsFunc(packages, func(c *chosen) bool { return c.Path() == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Package is a vendored dependency as it stands.
type Package struct {
	// Path is below vendor; Source says where it comes from.
	Path, Source string
	// Required is the version that the first requirement asks for, Version the
	// locked one; both are empty for a local directory.
	Required, Version string
	// Sum is the locked one.
	Sum string
	// Direct is true if the project itself requires it.
	Direct bool
	// ShortName is the name of a link to it, empty if there is none.
	ShortName string
	// RequiredBy are the ways in which it is required.
	RequiredBy []Requirement
}

// Requirement is one way to a package.
type Requirement struct {
	// Chain are the packages that lead there, the project's own first; it is
	// empty if the project requires the package.
	Chain []string
	// Version is what the last of them asks for.
	Version string
}

// Packages lists what the project needs as far as vendor tells, sorted by
// path. It needs no network; the diagnostics are those of what is missing.
func (p *Project) Packages(ctx context.Context) ([]Package, diag.List, error) {
	r, packages, err := p.walk(ctx)
	if err != nil {
		return nil, nil, err
	}
	links, _ := p.links(packages, p.file.LegacyImports)
	var all []Package
	for _, c := range packages {
		d := c.content.locked
		k := Package{Path: c.Path(), Source: d.Source(), Required: c.Version, Version: d.Version, Sum: d.Sum}
		for _, name := range legacyNames(links, packages) {
			if links[name] == c.Path() {
				k.ShortName = name
			}
		}
		for _, q := range r.requirers[c.Path()] {
			k.Direct = k.Direct || len(q.chain) == 0
			k.RequiredBy = append(k.RequiredBy, Requirement{Chain: q.chain, Version: q.Version})
		}
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b Package) int { return strings.Compare(a.Path, b.Path) })
	return all, r.diags, nil
}

// Find returns the package that a name means, which is a path, a short name,
// or what it was added by.
func (p *Project) Find(packages []Package, name string) (Package, diag.List) {
	var diags diag.List
	for _, k := range packages {
		if k.Path == name {
			return k, nil
		}
	}
	d, ok := p.lookup(name, &diags)
	for _, k := range packages {
		if ok && k.Path == d.Path() {
			return k, nil
		}
	}
	if ok {
		diags.Errorf("vendor/outdated", diag.Span{File: FileName}, "nothing requires %s, or it is not installed", d.Path()).Hint = installHint
	}
	return Package{}, diags
}

package vendoring

import (
	"context"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// requirement is a dependency that somebody asks for.
type requirement struct {
	Dependency
	// chain are the packages that lead to it, the project's own first; the
	// last one requires it.
	chain []string
	// span is where the project requires the first of the chain.
	span diag.Span
	// from is the package that requires it, nil for the project.
	from *content
}

func (q requirement) by() string {
	if len(q.chain) == 0 {
		return "the project"
	}
	return strings.Join(q.chain, " → ")
}

// chosen is a package that the project will have.
type chosen struct {
	requirement
	content *content
	// pinned is true if the project or the lock file decided on the version.
	pinned bool
}

// resolver decides which packages a project needs.
type resolver struct {
	source contents
	lock   *File
	first  bool // the first of conflicting requirements wins

	chosen map[string]*chosen
	// requirers has every requirement of a package, in the order of discovery.
	requirers map[string][]requirement
	diags     diag.List
}

// maxPackages bounds how many packages a project may need: a server could
// make up ever new ones.
const maxPackages = 10_000

// contents gives the content of what is required: from repositories and the
// vendor directory, or from the latter alone. What goes wrong for the user's
// part is a diagnostic, and the content nil.
type contents interface {
	load(ctx context.Context, q requirement) (*content, diag.List, error)
}

// resolve returns the packages in jb's order.
func (r *resolver) resolve(ctx context.Context, file *decoded) ([]*chosen, error) {
	r.chosen, r.requirers = map[string]*chosen{}, map[string][]requirement{}
	var required []requirement
	for i, d := range file.Dependencies {
		required = append(required, requirement{Dependency: d, span: file.spans[i]})
	}
	paths, err := r.ensure(ctx, required)
	if err != nil {
		return nil, err
	}
	var all []*chosen
	for _, path := range paths {
		all = append(all, r.chosen[path])
	}
	r.collisions(all)
	return all, nil
}

// ensure chooses what is required and, depth first, what that requires.
func (r *resolver) ensure(ctx context.Context, required []requirement) ([]string, error) {
	var level []*chosen
	var paths []string
	for _, q := range required {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.requirers[q.Path()] = append(r.requirers[q.Path()], q)
		if c, ok := r.chosen[q.Path()]; ok {
			if err := r.again(ctx, c, q); err != nil {
				return nil, err
			}
			continue
		}
		if len(r.chosen) == maxPackages {
			r.diags.Errorf("vendor/size", q.span, "more than %d packages are required", maxPackages)
			return nil, nil
		}
		c, err := r.choose(ctx, q)
		if err != nil {
			return nil, err
		}
		if c != nil {
			level = append(level, c)
			paths = append(paths, q.Path())
		}
	}
	for _, c := range level {
		if c.content.locked.Single {
			continue
		}
		nested, err := r.ensure(ctx, c.nested())
		if err != nil {
			return nil, err
		}
		paths = append(paths, nested...)
	}
	return paths, nil
}

// nested are the requirements of a package.
func (c *chosen) nested() []requirement {
	chain := append(slices.Clone(c.chain), c.Path())
	var all []requirement
	for _, d := range c.content.file.Dependencies {
		all = append(all, requirement{Dependency: d, chain: chain, span: c.span, from: c.content})
	}
	return all
}

// pin puts the locked version in the place of the required one.
func pin(q requirement, lock *File) (requirement, bool) {
	if i := lock.find(q.Path()); i >= 0 && q.Git != nil {
		q.Version = lock.Dependencies[i].Version
		return q, true
	}
	return q, len(q.chain) == 0
}

func (r *resolver) choose(ctx context.Context, q requirement) (*chosen, error) {
	wanted := q
	q, pinned := pin(q, r.lock)
	content, diags, err := r.source.load(ctx, q)
	if err != nil {
		return nil, err
	}
	r.diags = append(r.diags, diags...)
	if content == nil {
		return nil, nil
	}
	c := &chosen{requirement: wanted, content: content, pinned: pinned}
	r.chosen[q.Path()] = c
	return c, nil
}

// again looks at a further requirement of a chosen package.
func (r *resolver) again(ctx context.Context, c *chosen, q requirement) error {
	if r.first || c.pinned || q.Git == nil || q.Version == c.Version {
		return nil
	}
	other, diags, err := r.source.load(ctx, q)
	if err != nil {
		return err
	}
	r.diags = append(r.diags, diags...)
	if other == nil || other.locked.Version == c.content.locked.Version {
		return nil
	}
	d := r.diags.Errorf("vendor/conflict", q.span, "%s is required in two versions, %s and %s", q.Path(), c.Version, q.Version)
	d.Detail = "version " + c.Version + " is required by " + c.by() + "\nversion " + q.Version + " is required by " + q.by()
	d.Hint = "decide for the project with 'monctl vendor add " + strings.TrimSuffix(c.Source(), "/") + "@VERSION', or take the first with --first-wins, as jb does"
	if c.span != q.span {
		d.Related = append(d.Related, diag.Related{Message: "version " + c.Version + " comes from here", Span: c.span})
	}
	return nil
}

// collisions finds packages that cannot both have their place: one is a link,
// and the other would be within.
func (r *resolver) collisions(all []*chosen) {
	for _, link := range all {
		for _, other := range all {
			if link.Git == nil && link != other && inside(other.Path(), link.Path()) {
				r.diags.Errorf("vendor/containment", other.span, "%s would be within %s, which is a link to a local directory", other.Path(), link.Path())
			}
		}
	}
}

package vendoring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/monctl/monctl/pkg/diag"
)

// Addition is a dependency that the project is to have.
type Addition struct {
	// URI is host/owner/repository/directory@version, a URL, or a directory.
	URI        string
	Single     bool
	LegacyName string
}

// Request says what to do beside installing what is locked.
type Request struct {
	Add []Addition
	// Update names packages whose locked versions are let go; All is every one.
	Update []string
	All    bool
}

// PackageChange is what happened to a package, or to a link or directory that
// no package needs any more.
type PackageChange struct {
	// Path is below vendor; Action is "add", "update" or "remove".
	Path, Action string
	// From and To are locked versions.
	From, To string
}

// Result is what a run came to.
type Result struct {
	Changes []PackageChange
	// Unchanged counts the packages that were as they should be.
	Unchanged int
}

// Install makes vendor and the lock file what the project asks for. If a
// diagnostic is an error, nothing has changed. It waits for another process
// that is at it in the same project, and then goes by the files as that left
// them.
func (p *Project) Install(ctx context.Context, req Request) (*Result, diag.List, error) {
	lock := flock.New(filepath.Join(p.opts.Dir, FileName))
	// Where the file system has no locks it has to do without.
	if locked, err := lock.TryLockContext(ctx, lockPoll); locked && err == nil {
		defer func() { _ = lock.Unlock() }()
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	now, diags, err := Load(p.opts)
	if now == nil || err != nil {
		return nil, diags, err
	}
	return now.install(ctx, req)
}

// lockPoll is how often a run looks whether another one has ended.
const lockPoll = 50 * time.Millisecond

func (p *Project) install(ctx context.Context, req Request) (*Result, diag.List, error) {
	r := &run{p: p, req: req, file: &decoded{File: p.file.clone(), spans: slices.Clone(p.file.spans)}, lock: p.lock.clone()}
	if err := r.edit(ctx); err != nil || r.diags.HasErrors() {
		return nil, r.diags, err
	}
	if err := r.resolve(ctx); err != nil || r.diags.HasErrors() {
		return nil, r.diags, err
	}
	result, err := r.install(ctx)
	return result, r.diags, err
}

// run is one installation.
type run struct {
	p    *Project
	req  Request
	file *decoded
	// lock is the lock file without what is to be decided anew.
	lock     *File
	packages []*chosen
	diags    diag.List
}

func (r *run) resolve(ctx context.Context) error {
	loader := newLoader(r.p, r.lock)
	e := &explorer{loader: loader, lock: r.lock, file: r.file, slots: make(chan struct{}, r.p.opts.Workers), seen: map[string]bool{}}
	e.run(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	resolver := &resolver{source: loader, lock: r.lock, first: r.p.opts.FirstWins}
	packages, err := resolver.resolve(ctx, r.file)
	r.packages = packages
	r.diags = append(r.diags, resolver.diags...)
	return err
}

// install stages what is new, and changes the disk if all of it is well.
func (r *run) install(ctx context.Context) (result *Result, err error) {
	made, err := makeDirectories(r.p.home())
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", r.p.opts.Home, err)
	}
	done := false
	defer func() {
		if !done {
			for _, dir := range slices.Backward(made) {
				_ = os.Remove(dir) // only if it is empty, as it was when it was made
			}
		}
	}()
	home, err := os.OpenRoot(r.p.home())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", r.p.opts.Home, err)
	}
	defer home.Close()
	work, err := os.MkdirTemp(r.p.home(), stagingPrefix+"*")
	if err != nil {
		return nil, fmt.Errorf("stage packages: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // the next run removes what stays
	stage := filepath.Base(work)
	c, err := r.prepare(ctx, home, stage)
	if err != nil || r.diags.HasErrors() {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result = r.result(home, c)
	if err := home.Mkdir(path.Join(stage, "old"), 0o700); err != nil {
		return nil, fmt.Errorf("stage packages: %w", err)
	}
	if err := c.apply(home, path.Join(stage, "old")); err != nil {
		return nil, err
	}
	done = true
	return result, nil
}

// makeDirectories makes a directory and those it is in, and returns which
// there were not.
func makeDirectories(dir string) ([]string, error) {
	var missing []string
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, d)
	}
	slices.Reverse(missing)
	return missing, os.MkdirAll(dir, 0o777) //nolint:gosec // the umask decides, as for any source
}

// prepare works out the change and stages its packages.
func (r *run) prepare(ctx context.Context, home *os.Root, stage string) (change, error) {
	c := change{staged: map[string]string{}, files: map[string][]byte{}}
	if err := r.stageAll(ctx, home, stage, c.staged); err != nil || r.diags.HasErrors() {
		return c, err
	}
	var diags diag.List
	c.links, diags = r.p.links(r.packages, r.file.LegacyImports)
	r.diags = append(r.diags, diags...)
	var paths []string
	for _, k := range r.packages {
		if k.Git != nil {
			paths = append(paths, k.Path())
		}
	}
	var err error
	if c.stale, err = stale(home, paths, c.links, stage); err != nil {
		return c, fmt.Errorf("read %s: %w", r.p.opts.Home, err)
	}
	return c, r.files(c.files)
}

// stageAll stages the packages that are not intact, and those within them,
// which would go with them.
func (r *run) stageAll(ctx context.Context, home *os.Root, stage string, staged map[string]string) error {
	type job struct {
		*chosen
		dir   string
		sum   string
		diags diag.List
		err   error
	}
	var jobs []*job
	for i, k := range r.packages {
		if k.Git != nil && (k.content.tree != nil || r.within(k)) {
			jobs = append(jobs, &job{chosen: k, dir: path.Join(stage, strconv.Itoa(i))})
		}
	}
	slots := make(chan struct{}, r.p.opts.Workers)
	var work sync.WaitGroup
	for _, j := range jobs {
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if j.content.tree == nil {
				j.diags, j.err = r.reload(ctx, j.content)
			}
			if j.err == nil && !j.diags.HasErrors() {
				j.sum, j.diags, j.err = r.p.stage(ctx, home, j.dir, j.content)
			}
		})
	}
	work.Wait()
	for _, j := range jobs {
		if j.err != nil {
			return j.err
		}
		for _, d := range j.diags {
			d.Span = j.span
			if len(j.chain) > 0 {
				d.Detail = appendLine(d.Detail, "required by "+j.by())
			}
			r.diags = append(r.diags, d)
		}
		r.verify(j.chosen, j.sum)
		j.content.locked.Sum = j.sum
		staged[j.Path()] = j.dir
	}
	return nil
}

// within reports whether a package that is to be replaced contains this one.
func (r *run) within(k *chosen) bool {
	return slices.ContainsFunc(r.packages, func(o *chosen) bool {
		return o != k && o.Git != nil && o.content.tree != nil && inside(k.Path(), o.Path())
	})
}

// reload opens the tree of a package that was intact.
func (r *run) reload(ctx context.Context, c *content) (diag.List, error) {
	tree, err := r.p.opts.Repos.Tree(ctx, c.locked.Git.Remote(), c.locked.Version)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return explain(c.locked.Version, err)
	}
	c.tree, c.dir = tree, c.locked.Git.Subdir
	return nil, nil
}

// verify compares the sum of what was fetched with the locked one.
func (r *run) verify(k *chosen, sum string) {
	i := r.lock.find(k.Path())
	if i < 0 || sum == "" {
		return
	}
	l := r.lock.Dependencies[i]
	if l.Sum != "" && l.Sum != sum {
		d := r.diags.Errorf("vendor/sum", k.span, "%s has the sum %s, and the lock file says %s", k.Path(), sum, l.Sum)
		d.Detail = "version " + l.Version + " of " + k.Source()
		d.Hint = "if the repository is trusted, 'monctl vendor update " + k.Path() + "' locks what it has now"
	}
}

// files decides which of the two files are written, by jb's rules: the lock
// file always by an update, else each if its meaning or order has changed.
func (r *run) files(into map[string][]byte) error {
	lock := &File{}
	for _, k := range r.packages {
		lock.Dependencies = append(lock.Dependencies, k.content.locked)
	}
	lock.tidy()
	update := r.req.All || len(r.req.Update) > 0
	if err := encodeInto(into, filepath.Join(r.p.opts.Dir, LockName), lock, update || !lock.same(r.p.lock.File), r.p.lockData); err != nil {
		return err
	}
	r.file.tidy()
	return encodeInto(into, filepath.Join(r.p.opts.Dir, FileName), r.file.File, !update && !r.file.same(r.p.file.File), r.p.fileData)
}

func encodeInto(into map[string][]byte, name string, f *File, changed bool, before []byte) error {
	if !changed {
		return nil
	}
	data, err := f.Encode()
	if err == nil && !slices.Equal(data, before) {
		into[name] = data
	}
	return err
}

// result says what is about to change.
func (r *run) result(home *os.Root, c change) *Result {
	out := &Result{}
	for _, k := range r.packages {
		from := ""
		if i := r.p.lock.find(k.Path()); i >= 0 {
			from = r.p.lock.Dependencies[i].Version
		}
		_, err := home.Lstat(k.Path())
		change := PackageChange{Path: k.Path(), Action: "update", From: from, To: k.content.locked.Version}
		if err != nil {
			change.Action = "add"
		}
		_, fresh := c.staged[k.Path()]
		if k.Git == nil {
			target, _ := home.Readlink(k.Path())
			fresh = target != k.content.link
		} else if fresh && err == nil && from == change.To && !r.differs(home, k) {
			fresh = false
		}
		if !fresh {
			out.Unchanged++
			continue
		}
		out.Changes = append(out.Changes, change)
	}
	for _, name := range c.stale {
		if _, ok := c.links[name]; ok || strings.HasPrefix(name, stagingPrefix) {
			continue // replaced
		}
		out.Changes = append(out.Changes, PackageChange{Path: name, Action: "remove"})
	}
	slices.SortFunc(out.Changes, func(a, b PackageChange) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// differs reports whether vendor has something else than what is locked now.
func (r *run) differs(home *os.Root, k *chosen) bool {
	sum, err := sumDir(context.Background(), home, k.Path())
	return err != nil || sum != k.content.locked.Sum
}

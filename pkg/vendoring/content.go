package vendoring

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
)

// content is one version of a package.
type content struct {
	// locked is the entry of the lock file; its sum is that of the lock file
	// until the package is staged.
	locked Dependency
	// file holds its own requirements.
	file *decoded
	// tree and dir are where a Git source's content is; tree is nil if the
	// package stands in vendor as it should.
	tree *gitrepo.Tree
	dir  string
	// reading is held while the tree is read: a tree is for one at a time, and
	// the local dependencies of a package are all read from its tree.
	reading sync.Mutex
	// target is the absolute directory that a local dependency links to.
	target string
	// link is what the link in vendor says.
	link string
}

// loader loads from vendor what is intact there, and the rest from
// repositories.
type loader struct {
	p    *Project
	lock *File

	mu    sync.Mutex
	calls map[string]*loading
}

type loading struct {
	once    sync.Once
	content *content
	diags   diag.List
	err     error
}

func newLoader(p *Project, lock *File) *loader {
	return &loader{p: p, lock: lock, calls: map[string]*loading{}}
}

// load implements contents. One content is loaded once, whoever requires it;
// the diagnostics are given to whoever is first.
func (l *loader) load(ctx context.Context, q requirement) (*content, diag.List, error) {
	key := q.Path() + "\n" + q.Source() + "\n" + q.Version
	if q.Git == nil && q.from != nil {
		key += "\n" + q.from.locked.Path()
	}
	l.mu.Lock()
	c, ok := l.calls[key]
	if !ok {
		c = &loading{}
		l.calls[key] = c
	}
	l.mu.Unlock()
	c.once.Do(func() { c.content, c.diags, c.err = l.read(ctx, q) })
	// Who asks may have come another way, so the place is theirs.
	diags := make(diag.List, 0, len(c.diags))
	for _, d := range c.diags {
		if d.Span == (diag.Span{}) {
			d.Span = q.span
			if len(q.chain) > 0 {
				d.Detail = appendLine(d.Detail, "required by "+q.by())
			}
		}
		diags = append(diags, d)
	}
	return c.content, diags, c.err
}

func appendLine(s, line string) string {
	if s == "" {
		return line
	}
	return s + "\n" + line
}

func (l *loader) read(ctx context.Context, q requirement) (*content, diag.List, error) {
	if q.Git == nil {
		return l.readLocal(q)
	}
	if i := l.lock.find(q.Path()); i >= 0 && l.lock.Dependencies[i].Version == q.Version {
		c, diags, err := l.readIntact(ctx, l.lock.Dependencies[i])
		if c != nil || err != nil {
			return c, diags, err
		}
	}
	return l.readGit(ctx, q)
}

// readIntact reads a package that stands in vendor and has the locked sum.
func (l *loader) readIntact(ctx context.Context, locked Dependency) (*content, diag.List, error) {
	if locked.Sum == "" || locked.Git == nil {
		return nil, nil, nil
	}
	root, err := os.OpenRoot(l.p.home())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	if !realDirectory(root, locked.Path()) {
		return nil, nil, nil
	}
	sum, err := sumDir(ctx, root, locked.Path())
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil || sum != locked.Sum {
		return nil, nil, nil //nolint:nilerr // what cannot be read is not intact
	}
	data, err := readBounded(root, path.Join(locked.Path(), FileName))
	if err != nil {
		return nil, nil, err
	}
	c := &content{locked: locked}
	var diags diag.List
	c.file, diags = l.decode(locked, locked.Path(), filepath.Join(l.p.home(), filepath.FromSlash(locked.Path())), data)
	return c, diags, nil
}

// realDirectory reports whether no part of a path is a link.
func realDirectory(root *os.Root, name string) bool {
	for _, dir := range append(ancestors(name), name) {
		if info, err := root.Lstat(dir); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// maxFileSize bounds a jsonnetfile.json.
const maxFileSize = 4 << 20

// readBounded reads a jsonnetfile.json; there need not be one.
func readBounded(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f)
}

// decode reads the jsonnetfile.json of a package. Only its errors count: what
// is merely odd in it is nothing the project can change.
func (l *loader) decode(of Dependency, name, dir string, data []byte) (*decoded, diag.List) {
	file, found := decode(path.Join(l.p.opts.Home, name, FileName), dir, data)
	var diags diag.List
	for _, d := range found {
		if d.Severity == diag.Error {
			d.Detail = appendLine(d.Detail, "the file is that of "+of.Source()+" in version "+of.Version)
			diags = append(diags, d)
		}
	}
	return file, diags
}

func (l *loader) readGit(ctx context.Context, q requirement) (*content, diag.List, error) {
	remote := q.Git.Remote()
	commit, err := l.p.opts.Repos.Resolve(ctx, remote, q.Version)
	if err != nil {
		return l.trouble(ctx, q, err)
	}
	tree, err := l.p.opts.Repos.Tree(ctx, remote, commit)
	if err != nil {
		return l.trouble(ctx, q, err)
	}
	c := &content{locked: q.Dependency, tree: tree, dir: q.Git.Subdir}
	// A tag object in the lock file stays: that is what jb writes for GitHub.
	c.locked.Version, c.locked.Sum = commit, ""
	data, err := treeFile(tree, q.Git.Subdir, FileName)
	if errors.Is(err, gitrepo.ErrNoDirectory) {
		return nil, l.noDirectory(ctx, tree, q), nil
	} else if err != nil {
		return l.trouble(ctx, q, err)
	}
	var diags diag.List
	c.file, diags = l.decode(c.locked, q.Path(), filepath.Join(l.p.home(), filepath.FromSlash(q.Path())), data)
	return c, diags, nil
}

func (l *loader) noDirectory(ctx context.Context, tree *gitrepo.Tree, q requirement) diag.List {
	var diags diag.List
	d := diags.Errorf("vendor/subdir", diag.Span{}, "%s has no directory %s in version %s", q.Git.Remote(), q.Git.Subdir, q.Version)
	if dirs, err := tree.Directories(ctx); err == nil {
		d.Hint = diag.DidYouMean(path.Clean(q.Git.Subdir)[1:], dirs)
	}
	return diags
}

// trouble says what an error of a repository means for the user.
func (l *loader) trouble(ctx context.Context, q requirement, err error) (*content, diag.List, error) {
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	diags, err := explain(q.Version, err)
	return nil, diags, err
}

// explain makes a diagnostic of an error of a repository, unless it is one of
// this machine.
func explain(version string, err error) (diag.List, error) {
	var diags diag.List
	none := diag.Span{}
	if e, ok := errors.AsType[*gitrepo.VersionError](err); ok {
		diags.Errorf("vendor/version", none, "%v", e).Hint = suggestVersion(version, e.Known)
		return diags, nil
	}
	if e, ok := errors.AsType[*gitrepo.OfflineError](err); ok {
		diags.Errorf("vendor/offline", none, "%v", e).Hint = "run it once without --offline"
		return diags, nil
	}
	if e, ok := errors.AsType[*gitrepo.SizeError](err); ok {
		diags.Errorf("vendor/size", none, "%v", e)
		return diags, nil
	}
	if e, ok := errors.AsType[*gitrepo.AccessError](err); ok {
		diags.Errorf("vendor/auth", none, "%v", e).Hint = credentialsHint(e.Host, e.SSH)
		return diags, nil
	}
	if e, ok := errors.AsType[*gitrepo.MissingError](err); ok {
		diags.Errorf("vendor/fetch", none, "%v", e).Hint = "many servers say so of a private one, too: " + credentialsHint(e.Host, e.SSH)
		return diags, nil
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, err
	}
	if _, ok := errors.AsType[*os.LinkError](err); ok {
		return nil, err
	}
	diags.Errorf("vendor/fetch", none, "%v", err)
	return diags, nil
}

// credentialsHint says where credentials for a host come from.
func credentialsHint(host string, ssh bool) string {
	if ssh {
		return "keys come from the SSH agent or ~/.ssh, and the host's own has to be in ~/.ssh/known_hosts (see ssh-keyscan)"
	}
	return "credentials for " + host + " come from MONCTL_GIT_TOKEN_<HOST> or netrc"
}

// suggestVersion names what is like a version, or the few versions that there
// are.
func suggestVersion(version string, known []string) string {
	if hint := diag.DidYouMean(version, known); hint != "" || len(known) == 0 || len(known) > 10 {
		return hint
	}
	return "there are: " + strings.Join(known, ", ")
}

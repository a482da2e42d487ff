package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/project"
)

// Earlier is a project as it was at another revision, rendered.
type Earlier struct {
	*Pass
	folder string
}

// Close removes what the earlier state needs on the disk; its findings can be
// shown and its places looked up until then.
func (e *Earlier) Close() error { return os.RemoveAll(e.folder) }

// Earlier renders the project as it was at a base, for the environments that
// were rendered now. Those that there were not have no output. Folders that
// sources import from and that are not in Git, such as vendor/, are those of
// now. Files are named as they are now.
func (p *Pass) Earlier(ctx context.Context, base *gitrepo.Base) (_ *Earlier, err error) {
	folder, err := os.MkdirTemp("", "monctl-revision-*")
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", base.Commit, err)
	}
	e := &Earlier{folder: folder}
	defer func() {
		if err != nil {
			_ = e.Close()
		}
	}()
	if err := base.Export(ctx, folder); err != nil {
		return nil, err
	}
	within, err := filepath.Rel(base.Root(), realPath(p.opts.Dir))
	if err != nil || !filepath.IsLocal(within) {
		return nil, fmt.Errorf("render %s: %s is not in the repository", base.Commit, p.opts.Dir)
	}
	dir := filepath.Join(folder, within)
	if err := os.MkdirAll(dir, 0o700); err != nil { // there may have been no project
		return nil, fmt.Errorf("render %s: %w", base.Commit, err)
	}
	opts := p.opts
	opts.Dir, opts.Files, opts.Environments = dir, nil, nil
	then, _, err := project.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", base.Commit, err)
	}
	for _, out := range p.Outputs {
		if then != nil && slices.Contains(then.EnvironmentNames(), out.Env.Name) {
			opts.Environments = append(opts.Environments, out.Env.Name)
		}
	}
	if err := p.lend(dir, then); err != nil {
		return nil, fmt.Errorf("render %s: %w", base.Commit, err)
	}
	if e.Pass, err = Start(opts); err != nil {
		return nil, err
	}
	if then != nil && len(opts.Environments) == 0 {
		return e, nil
	}
	e.contextFrom(p.opts.Dir)
	p.lockDiffers(e.Pass)
	return e, e.Render(ctx)
}

// realPath is a path as Git names it, without links.
func realPath(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
}

// lend links the folders of libraries that the revision does not have.
func (p *Pass) lend(dir string, then *project.Project) error {
	if then == nil {
		return nil
	}
	for _, lib := range then.Jsonnet.JPath {
		if filepath.IsAbs(lib) || !filepath.IsLocal(filepath.FromSlash(lib)) {
			continue
		}
		from, to := filepath.Join(p.opts.Dir, filepath.FromSlash(lib)), filepath.Join(dir, filepath.FromSlash(lib))
		_, missing := os.Lstat(to)
		if info, err := os.Stat(from); missing == nil || err != nil || !info.IsDir() {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.Symlink(from, to); err != nil {
			return err
		}
	}
	return nil
}

// contextFrom makes contexts that lie outside of the repository be read where
// they are read now.
func (e *Earlier) contextFrom(dir string) {
	if e.Project == nil {
		return
	}
	for i, c := range e.Project.Context {
		if c.Git == "" && !filepath.IsAbs(c.Path) {
			if _, err := os.Stat(filepath.Join(e.opts.Dir, filepath.FromSlash(c.Path))); err != nil {
				e.Project.Context[i].Path = filepath.Join(dir, filepath.FromSlash(c.Path))
			}
		}
	}
}

const lockFile = "jsonnetfile.lock.json"

// lockDiffers warns if the earlier state would have had other vendored files
// than those that it is rendered with.
func (p *Pass) lockDiffers(then *Pass) {
	vendor := filepath.Join(then.opts.Dir, "vendor")
	if info, err := os.Lstat(vendor); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return
	}
	now, errNow := os.ReadFile(filepath.Join(p.opts.Dir, lockFile))
	before, errThen := os.ReadFile(filepath.Join(then.opts.Dir, lockFile))
	if errNow == nil && (errThen != nil || strings.TrimSpace(string(now)) != strings.TrimSpace(string(before))) {
		d := p.Diags.Warnf("vendor/outdated", diag.Span{File: lockFile}, "the revision has other vendored packages, and vendor/ is not in Git: its sources are rendered with those of now")
		d.Hint = "a difference that only an upgrade of a package makes is not seen"
	}
}

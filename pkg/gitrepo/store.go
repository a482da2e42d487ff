package gitrepo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// entry is the directory of a remote in the cache.
func (c *Client) entry(remote string) string {
	return filepath.Join(c.opts.Cache, "git", fmt.Sprintf("%x", sha256.Sum256([]byte(remote)))[:32])
}

// localDir returns the directory that a file:// URL means.
func localDir(remote string) (string, bool) {
	rest, ok := strings.CutPrefix(remote, "file://")
	if !ok {
		return "", false
	}
	rest = strings.TrimPrefix(rest, "localhost")
	if unescaped, err := url.PathUnescape(rest); err == nil {
		rest = unescaped
	}
	return filepath.FromSlash(rest), true
}

// openLocal opens a repository on this machine, bare or with a work tree. As
// git does, it looks for the name with .git added and left out, too.
func openLocal(remote, dir string) (*filesystem.Storage, error) {
	for _, d := range []string{dir, dir + ".git", strings.TrimSuffix(dir, ".git")} {
		for _, d := range []string{filepath.Join(d, ".git"), d} {
			if isRepository(d) {
				return openOwn(remote, d)
			}
		}
	}
	return nil, fmt.Errorf("%s is no Git repository", remote)
}

// openOwn opens a repository if its objects have names that go-git knows.
func openOwn(remote, dir string) (*filesystem.Storage, error) {
	s := openStore(dir)
	conf, err := s.Config()
	if err != nil {
		return nil, fmt.Errorf("read the configuration of %s: %w", remote, err)
	}
	if format := conf.Raw.Section("extensions").Option("objectformat"); format != "" && format != "sha1" {
		return nil, fmt.Errorf("%s: %w", remote, errSHA256)
	}
	return s, nil
}

func isRepository(dir string) bool {
	for _, name := range []string{"HEAD", "objects"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// objectCache bounds the objects that an open store keeps in memory.
const objectCache = 16 * cache.MiByte

func openStore(dir string) *filesystem.Storage {
	// Alternates are absolute names: a clone on the same machine has them.
	return filesystem.NewStorageWithOptions(osfs.New(dir), cache.NewObjectLRU(objectCache),
		filesystem.Options{AlternatesFS: osfs.New("/")})
}

// commitStore opens a store that has a commit (or a tag object) and its tree.
func (c *Client) commitStore(ctx context.Context, remote, commit string) (*filesystem.Storage, error) {
	url := c.URL(remote)
	hash := plumbing.NewHash(commit)
	if dir, ok := localDir(url); ok {
		s, err := openLocal(remote, dir)
		if err != nil {
			return nil, err
		}
		if s.HasEncodedObject(hash) != nil {
			return nil, &VersionError{Remote: remote, Version: commit}
		}
		return s, nil
	}
	whole := filepath.Join(c.entry(url), wholeHistory)
	if ok, err := complete(whole, []plumbing.Hash{hash}); err == nil && ok {
		return openStore(whole), nil
	}
	dir, err := c.stored(ctx, remote, url, commit, []plumbing.Hash{hash})
	if err != nil {
		return nil, err
	}
	return openStore(dir), nil
}

// wholeHistory is the name of a store that has more than one commit.
const wholeHistory = "history"

// history opens a store with every commit that a branch or tag reaches.
func (c *Client) history(ctx context.Context, remote string) (*filesystem.Storage, error) {
	url := c.URL(remote)
	if dir, ok := localDir(url); ok {
		return openLocal(remote, dir)
	}
	dir, err := c.stored(ctx, remote, url, wholeHistory, nil)
	if err != nil {
		return nil, err
	}
	return openStore(dir), nil
}

// stored makes sure that the cache has a store of that name, and returns its
// directory. Without wants, everything is fetched.
func (c *Client) stored(ctx context.Context, remote, url, name string, wants []plumbing.Hash) (string, error) {
	dir := filepath.Join(c.entry(url), name)
	return once(ctx, &c.mu, c.fetches, dir, func(ctx context.Context) (string, error) {
		switch ok, err := complete(dir, wants); {
		case err != nil:
			return "", err
		case ok && (wants != nil || c.opts.Offline):
			return dir, nil // the history of yesterday is not that of today
		case c.opts.Offline && wants == nil:
			return "", &OfflineError{Remote: remote, What: "the history"}
		case c.opts.Offline:
			return "", &OfflineError{Remote: remote, What: "commit " + name}
		}
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return "", fmt.Errorf("write the cache: %w", err)
		}
		removeAbandoned(filepath.Dir(dir), time.Now())
		tmp, err := os.MkdirTemp(filepath.Dir(dir), fetchPrefix+"*")
		if err != nil {
			return "", fmt.Errorf("write the cache: %w", err)
		}
		defer func() { _ = os.RemoveAll(tmp) }() // what stays is only rubbish in a cache
		if err := c.fetch(ctx, remote, url, wants, tmp); err != nil {
			return "", err
		}
		return dir, install(tmp, dir, wants)
	})
}

const (
	fetchPrefix = "fetch-"
	// abandoned is the age at which nobody is still fetching.
	abandoned = 24 * time.Hour
)

// removeAbandoned removes what killed processes have left of a remote.
func removeAbandoned(entry string, now time.Time) {
	left, err := os.ReadDir(entry)
	if err != nil {
		return
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), fetchPrefix) && now.Sub(info.ModTime()) > abandoned {
			_ = os.RemoveAll(filepath.Join(entry, e.Name())) // only rubbish in a cache
		}
	}
}

// install gives a store its name. Whoever was faster has made the same store,
// unless that is a history: then the newer one stays.
func install(tmp, dir string, wants []plumbing.Hash) error {
	err := os.Rename(tmp, dir)
	if err == nil {
		return nil
	}
	if ok, _ := complete(dir, wants); ok && wants != nil {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	return nil
}

// complete reports whether a store is there and has what was wanted; one that
// was damaged is fetched again.
func complete(dir string, wants []plumbing.Hash) (bool, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("read the cache: %w", err)
	}
	s := openStore(dir)
	for _, h := range wants {
		if _, err := s.EncodedObject(plumbing.AnyObject, h); err != nil {
			return false, nil //nolint:nilerr // whatever is wrong with it, fetching it again mends it
		}
	}
	return true, nil
}

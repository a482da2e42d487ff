package gitrepo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// References are the branches and tags of a remote.
type References struct {
	// Head is the name of the default branch, "main"; empty if unknown.
	Head string `json:"head,omitempty"`
	// Commits maps full names, "refs/heads/main", to commits.
	Commits map[string]string `json:"commits"`
}

// Names returns the short names of branches and tags, sorted.
func (r References) Names() []string {
	var names []string
	for full := range r.Commits {
		for _, prefix := range []string{"refs/heads/", "refs/tags/"} {
			if short, ok := strings.CutPrefix(full, prefix); ok {
				names = append(names, short)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	fullCommit  = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)
	shortCommit = regexp.MustCompile(`^[0-9a-fA-F]{4,39}$`)
)

// Resolve returns the commit that a version of a remote is now. A full commit
// is taken at its word; a tag wins over a branch of the same name, as it does
// for git.
func (c *Client) Resolve(ctx context.Context, remote, version string) (string, error) {
	if fullCommit.MatchString(version) {
		return strings.ToLower(version), nil
	}
	refs, err := c.References(ctx, remote)
	if err != nil {
		return "", err
	}
	for _, name := range []string{version, "refs/tags/" + version, "refs/heads/" + version} {
		if commit, ok := refs.Commits[name]; ok && strings.HasPrefix(name, "refs/") {
			return commit, nil
		}
	}
	if version == "HEAD" && refs.Head != "" {
		return refs.Commits["refs/heads/"+refs.Head], nil
	}
	if shortCommit.MatchString(version) {
		return c.expand(ctx, remote, strings.ToLower(version), refs)
	}
	return "", &VersionError{Remote: remote, Version: version, Known: refs.Names()}
}

// expand finds the commit that an abbreviation means, which takes the whole
// history: no server tells.
func (c *Client) expand(ctx context.Context, remote, version string, refs References) (string, error) {
	s, err := c.history(ctx, remote)
	if err != nil {
		return "", err
	}
	commits, err := s.IterEncodedObjects(plumbing.CommitObject)
	if err != nil {
		return "", fmt.Errorf("read the history of %s: %w", remote, err)
	}
	var found []string
	err = commits.ForEach(func(o plumbing.EncodedObject) error {
		if h := o.Hash().String(); strings.HasPrefix(h, version) && !slices.Contains(found, h) {
			found = append(found, h)
		}
		return ctx.Err()
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("read the history of %s: %w", remote, err)
	case len(found) == 1:
		return found[0], nil
	}
	return "", &VersionError{Remote: remote, Version: version, Known: refs.Names(), Ambiguous: len(found) > 1}
}

// References lists the branches and tags of a remote.
func (c *Client) References(ctx context.Context, remote string) (References, error) {
	url := c.URL(remote)
	return once(ctx, &c.mu, c.lists, url, func(ctx context.Context) (References, error) {
		if dir, ok := localDir(url); ok {
			return localReferences(remote, dir)
		}
		name := filepath.Join(c.entry(url), "references.json")
		if c.opts.Offline {
			return cachedReferences(remote, name)
		}
		s, err := c.open(ctx, remote, url)
		if err != nil {
			return References{}, err
		}
		defer s.Close()
		refs := advertised(s.refs)
		return refs, writeReferences(name, refs)
	})
}

func cachedReferences(remote, name string) (References, error) {
	var refs References
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return refs, &OfflineError{Remote: remote, What: "the list of branches and tags"}
	}
	if err == nil {
		err = json.Unmarshal(data, &refs)
	}
	if err != nil {
		return refs, fmt.Errorf("read the cache: %w", err)
	}
	return refs, nil
}

func writeReferences(name string, refs References) error {
	data, err := json.Marshal(refs)
	if err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "references-*")
	if err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the cache: %w", err)
	}
	return nil
}

// advertised converts what a server says first; a tag object is followed to
// its commit.
func advertised(ar *packp.AdvRefs) References {
	refs := References{Commits: map[string]string{}}
	for name, h := range ar.References {
		if peeled, ok := ar.Peeled[name]; ok {
			h = peeled
		}
		if strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/") {
			refs.Commits[name] = h.String()
		}
	}
	for _, symref := range ar.Capabilities.Get(capability.SymRef) {
		if branch, ok := strings.CutPrefix(symref, "HEAD:refs/heads/"); ok {
			refs.Head = branch
		}
	}
	if refs.Head == "" && ar.Head != nil {
		refs.Head = guessHead(refs, ar.Head.String())
	}
	return refs
}

// guessHead names the branch that HEAD is, for servers that tell its commit
// only.
func guessHead(refs References, commit string) string {
	names := slices.Concat([]string{"main", "master"}, refs.Names())
	for _, name := range names {
		if refs.Commits["refs/heads/"+name] == commit {
			return name
		}
	}
	return ""
}

func localReferences(remote, dir string) (References, error) {
	s, err := openLocal(remote, dir)
	if err != nil {
		return References{}, err
	}
	refs := References{Commits: map[string]string{}}
	all, err := s.IterReferences()
	if err != nil {
		return refs, fmt.Errorf("read the references of %s: %w", remote, err)
	}
	err = all.ForEach(func(r *plumbing.Reference) error {
		name := r.Name()
		switch {
		case name == plumbing.HEAD && r.Type() == plumbing.SymbolicReference:
			refs.Head = r.Target().Short()
		case r.Type() == plumbing.HashReference && (name.IsBranch() || name.IsTag()):
			h, err := peel(s, r.Hash())
			if err != nil {
				return err
			}
			refs.Commits[name.String()] = h.String()
		}
		return nil
	})
	if err != nil {
		return refs, fmt.Errorf("read the references of %s: %w", remote, err)
	}
	return refs, nil
}

// peel follows tag objects to what they tag.
func peel(s storer.EncodedObjectStorer, h plumbing.Hash) (plumbing.Hash, error) {
	for range 16 { // a chain of tags is a curiosity, an endless one an attack
		tag, err := object.GetTag(s, h)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			return h, nil
		}
		if err != nil {
			return h, err
		}
		h = tag.Target
	}
	return h, fmt.Errorf("tag %s: too many tags of tags", h)
}

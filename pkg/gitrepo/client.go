package gitrepo

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Rewrite sends remotes that begin with From to To plus what follows.
type Rewrite struct{ From, To string }

// Login is what a host asks for; a token is a password, and most hosts accept
// any user with it.
type Login struct{ User, Password string }

// SSH says how to be known to SSH servers, and how to know them.
type SSH struct {
	// Agent is the socket of an agent, Keys are files with private keys; the
	// agent is preferred.
	Agent string
	Keys  []string
	// KnownHosts are files in OpenSSH's format. A server that none of them
	// names is refused.
	KnownHosts []string
}

// Options configure a Client.
type Options struct {
	// Cache is the directory of the cache, absolute.
	Cache string
	// Offline has the cache answer everything but file:// remotes.
	Offline bool
	// Rewrites are mirrors; the longest matching From wins.
	Rewrites []Rewrite
	// Login finds credentials for a host; nil if there are none.
	Login func(host string) (Login, bool)
	// HTTP carries requests; http.DefaultTransport if nil.
	HTTP http.RoundTripper
	SSH  SSH
	// MaxPack bounds the bytes of a pack, MaxInflated those of its objects;
	// 1 GiB and 4 GiB if 0.
	MaxPack, MaxInflated int64
}

// Client reads repositories. It is safe for concurrent use, and asks a remote
// only once for its references and only once for a commit.
type Client struct {
	opts Options

	mu      sync.Mutex
	lists   map[string]*call[References]
	fetches map[string]*call[string]
}

// New returns a client.
func New(opts Options) *Client {
	opts.MaxPack = cmp.Or(opts.MaxPack, 1<<30)
	opts.MaxInflated = cmp.Or(opts.MaxInflated, 4<<30)
	if opts.HTTP == nil {
		opts.HTTP = http.DefaultTransport
	}
	if opts.Login == nil {
		opts.Login = func(string) (Login, bool) { return Login{}, false }
	}
	opts.Rewrites = slices.Clone(opts.Rewrites)
	slices.SortStableFunc(opts.Rewrites, func(a, b Rewrite) int { return cmp.Compare(len(b.From), len(a.From)) })
	return &Client{opts: opts, lists: map[string]*call[References]{}, fetches: map[string]*call[string]{}}
}

// URL returns where a remote is read from: the remote itself, or its mirror.
func (c *Client) URL(remote string) string {
	for _, r := range c.opts.Rewrites {
		if rest, ok := strings.CutPrefix(remote, r.From); ok {
			return r.To + rest
		}
	}
	return remote
}

// call is work that is done once, however many ask for it.
type call[T any] struct {
	once  sync.Once
	value T
	err   error
}

// once does the work of a key unless that has been done. A caller's
// cancellation ends the work for all: they run under one context.
func once[T any](ctx context.Context, mu *sync.Mutex, calls map[string]*call[T], key string, work func(context.Context) (T, error)) (T, error) {
	mu.Lock()
	c, ok := calls[key]
	if !ok {
		c = &call[T]{}
		calls[key] = c
	}
	mu.Unlock()
	c.once.Do(func() { c.value, c.err = work(ctx) })
	return c.value, c.err
}

// VersionError says that a remote does not have a version.
type VersionError struct {
	Remote, Version string
	// Known are the names of the remote's branches and tags, sorted.
	Known []string
	// Ambiguous is true if an abbreviated commit names several.
	Ambiguous bool
}

// Error implements error.
func (e *VersionError) Error() string {
	if e.Ambiguous {
		return fmt.Sprintf("%s has several commits %s", e.Remote, e.Version)
	}
	return fmt.Sprintf("%s has no branch, tag or commit %q", e.Remote, e.Version)
}

// OfflineError says that the cache does not have what is needed.
type OfflineError struct{ Remote, What string }

// Error implements error.
func (e *OfflineError) Error() string {
	return fmt.Sprintf("%s of %s is not in the cache", e.What, e.Remote)
}

// SizeError says that something is larger than is allowed.
type SizeError struct {
	Remote, What string
	Limit        int64
}

// Error implements error.
func (e *SizeError) Error() string {
	return fmt.Sprintf("%s of %s exceeds %d bytes", e.What, e.Remote, e.Limit)
}

// MissingError says that there is no repository, or that the server does not
// admit that there is one to who asks.
type MissingError struct {
	Remote string
	// Host is where it was looked for; SSH says how.
	Host string
	SSH  bool
}

// Error implements error.
func (e *MissingError) Error() string { return e.Remote + ": there is no such repository" }

// AccessError says that a remote wants to know who asks, or refuses them.
type AccessError struct {
	Remote string
	// Host is who wants to know, which may be a mirror; SSH says how it was
	// asked.
	Host string
	SSH  bool
	Err  error
}

// Error implements error.
func (e *AccessError) Error() string { return fmt.Sprintf("%s: %v", e.Remote, e.Err) }

// Unwrap returns the cause.
func (e *AccessError) Unwrap() error { return e.Err }

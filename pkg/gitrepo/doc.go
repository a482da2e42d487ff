// Package gitrepo reads Git repositories that lie elsewhere: it resolves a
// version to a commit, and gives the tree of a commit.
//
// A remote is the URL of a repository: https, http, ssh, or file. A Rewrite
// sends all remotes with a prefix to a mirror, as Git's url.<base>.insteadOf
// does. A version is what people write: a branch, a tag, the name of a
// reference, or a commit, which may be abbreviated to four digits.
//
// A repository behind file:// is read where it lies. From any other, a commit
// is fetched once, without its history where the server allows that, and kept
// in the cache: a directory of bare object stores, one a commit, beside the
// references that the remote had when it was last asked. Stores are never
// changed once they have their name, so that any number of processes may share
// the cache. Offline, the cache is all there is.
//
// Everything is done by go-git's protocol and storage packages, so that no git
// program is needed. Its global table of transports is left alone: a Client
// has transports of its own.
//
// A server is not trusted. What it sends is bounded before it is indexed: the
// bytes of the pack, and the objects' sizes in sum, those of deltas included.
// Credentials are attached to a request by the host that it goes to, never by
// the host that it began with, so that a redirect takes none along. The names
// in a tree are handed out as they are; who writes them to a disk checks them.
package gitrepo

// Package vendoring makes a project's vendor directory out of its
// jsonnetfile.json. Files, sums and layout are those of jsonnet-bundler (jb)
// v0.6.0, so that either tool can go on where the other stopped.
//
// A Dependency names a source and a version. The source is a directory of a
// Git repository or a local directory; the version of a Git source is a branch,
// a tag or a commit. A File is jsonnetfile.json, which says what is wanted, or
// jsonnetfile.lock.json, which says what that came to: the same structure with
// a commit for a version, and a sum. A package is a vendored dependency. Its
// path is below vendor: host/owner/repository and the directory within, or the
// last element of a local directory's name, which is a symbolic link.
//
// The sum of a package is the SHA-256 of its files' contents one after the
// other, in the order in which a directory walk finds them; names do not count.
// A file behind a link counts; at a link that leads to a directory, out of the
// package or nowhere the walk ends, and the sum with it. That is jb's sum.
//
// Resolving goes through the requirements in jb's order: those of a file, then
// for each of them, depth first, those of its own jsonnetfile.json. The first
// requirement of a package decides, a locked version beats it, and the
// project's own file comes before all others. Where two packages require
// different commits of a third, and neither the project nor the lock file
// decides, that is a conflict, and an error unless the first is to win.
//
// What comes from a repository is not trusted. No name, link or nested
// requirement makes anything appear outside vendor, or through a link that
// stands in it; number and size of files are bounded.
//
// A run stages everything in a directory within vendor and then moves it to its
// place. Before the first move nothing has changed, and a move that fails
// takes the others back.
package vendoring

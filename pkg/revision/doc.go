// Package revision stores what was ever deployed, by content.
//
// A revision is a bundle that was deployed, known by bundle.Revision: the hash
// of its references and bodies. Its Manifest says of which objects it is made,
// who made it, when and why; the bodies are blobs, each stored once under its
// SHA-256. An Activation is the moment at which a revision began to run; the
// last one names the active revision.
//
// On disk, below the data directory:
//
//	lock                      held while a process uses the store
//	blobs/ab/<sha256>         a body
//	revisions/<revision>.json a manifest
//	active                    the activations, the active one last
//	tmp/                      files being written
//
// Every file is written aside, synced, renamed and its directory synced, in an
// order in which nothing names what is not there yet: blobs, manifest,
// active. So a process may be killed at any point and the store is as it was
// before or after; what was left aside is swept away by the next Open.
//
// What is read is checked. A file that is damaged is reported with its name and
// what can be done about it, in a *CorruptError, and nothing is deleted or
// guessed. Storing the same content anew replaces a damaged blob.
package revision

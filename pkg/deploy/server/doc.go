// Package server deploys to the bundled server, through its own interface
// (pkg/api). The server validates a bundle as a whole, switches as a whole and
// keeps what ran before if anything fails; a change is guarded by the revision
// that it is based on, and only bodies that the server does not have travel.
package server

// Package deploy ships bundles to where they run.
//
// A Target is one such place; its Capabilities say what it can do. The
// sub-packages are the kinds of targets: deploy/server for the bundled server.
//
// To deploy is to read what is live, to compare, and to apply a change that is
// based on exactly that: if somebody else changed the target meanwhile, nothing
// happens. Compare says what a change does to each object; it asks nobody and
// changes nothing, so a dry run is to stop there.
package deploy

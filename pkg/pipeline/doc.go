// Package pipeline runs the stages of monctl one after the other: load the
// project, render its environments, validate what came out, test it.
//
// A Pass is one run of the stages over one state of the disk. Every stage adds
// its diagnostics to the pass and does what it can with what the stage before
// made. The context is the monitoring that is kept elsewhere; only checks see
// it. A suite of tests is run once for the environments that have it and the
// rules in common. Watch waits until something changed that a pass has read or looked
// for.
package pipeline

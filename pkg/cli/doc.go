// Package cli is the command line of monctl: one file a verb.
//
// It is the only package that reads flags, the environment and the working
// directory, prints, and decides on exit codes. Each verb has a constructor
// that parses flags into a plain options struct, and a run function that does
// the work with it. A System is the process as the commands see it, so that
// tests bring their own.
//
// What a command finds goes into a report (pkg/view) on standard output, or on
// standard error where standard output carries what was rendered. Messages for
// the person in front of it, progress among them, go to standard error.
package cli

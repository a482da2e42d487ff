// Package jsonnet evaluates Jsonnet.
//
// An Engine evaluates a Request: an entry file, the function that is applied
// to its value before it is manifested, external variables and top-level
// arguments. The Result is a JSON document, with the places in the source that
// its values came from (Origin) and the list of the files that were read or
// looked for, which is what a watcher has to look at.
//
// An Importer finds imports: beside the importing file, then in the library
// path, then in the library that is embedded in the binary. It reads a file
// once, so that all evaluations that share it see one state of the disk; names
// are relative to the project, since std.thisFile can end up in the output.
//
// User mistakes become diagnostics with the codes "jsonnet/syntax",
// "jsonnet/import", "jsonnet/runtime", "jsonnet/timeout", "jsonnet/memory".
//
// There are two engines. Own evaluates with package vm: it can be interrupted
// at any point, its limits end in diagnostics, and its results know where every
// value was made. Upstream evaluates with go-jsonnet; it is what Own is held
// against, and Verify evaluates with both. Upstream cannot be interrupted: when
// a limit is exceeded the evaluation is reported and abandoned, but goes on in
// the background until the process ends. Its results know no more than the entry
// file.
//
// A Session is an engine of its own kind too, for passes over a project that is
// being edited: what an edit does not reach is not evaluated again.
package jsonnet

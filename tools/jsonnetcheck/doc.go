// Command jsonnetcheck holds the engines of pkg/jsonnet against references
// that are laid out beside the project.
//
//	jsonnetcheck [-engines upstream,own] conformance DIR
//	jsonnetcheck [-engines upstream,own] [-rendered DIR] corpus DIR
//
// conformance runs upstream's own test data: DIR/go-jsonnet/testdata, as it is
// in go-jsonnet's repository, and DIR/jsonnet/test_suite, as it is in the
// repository of the C++ implementation. Each program is held against its golden
// file and against what go-jsonnet itself says in the same run.
//
// corpus evaluates every entry of DIR/entries.json, a list of
//
//	{"name": "…", "dir": "…", "entry": "…", "jpath": ["…"], "transform": "…", "reference": "…"}
//
// with every engine, holds the documents against the reference output, or
// go-jsonnet's where there is none, and prints the times. An entry whose
// transform leaves the fields prometheusAlerts, prometheusRules and
// grafanaDashboards of a mixin is also rendered as pkg/render does it, and the
// rule groups and dashboards of the bundle are held, one by one, against those
// that go-jsonnet made and, with -rendered, against files.
//
// Both end with exit code 1 if there is a difference that the table of reasons
// does not explain.
package main

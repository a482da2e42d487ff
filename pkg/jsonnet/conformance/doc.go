// Package conformance holds the engines of pkg/jsonnet to the language, to
// each other, and to their limits. It has nothing but tests.
//
// A conformance case is a program with the value that it comes to, or the
// message and the place of its failure (testdata/*.txt, whose format is
// described in suite_test.go); every engine must agree. Generated programs
// (generate_test.go) have no expectation: all engines must say the same, and
// what they do not agree about is shrunk to a small program first. Limits
// (limits_test.go) are about programs that would never end or need all of the
// memory.
//
// Upstream's own test data and public mixins are not part of the repository;
// tools/jsonnetcheck runs them where they are laid out.
package conformance

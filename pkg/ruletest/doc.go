// Package ruletest runs unit tests of rules: promtool's test files, unchanged,
// with promtool's verdicts.
//
// A suite is one test file. It names rule files and holds tests; promtool calls
// a test a test group. A test has input series, and assertions: which alerts
// fire at a time (alert_rule_test), which samples an expression yields
// (promql_expr_test). A failure is an assertion that did not hold, or something
// that kept the test from being judged: a series that does not parse, a rule
// file that cannot be read, a rule whose evaluation fails.
//
// Every test is judged on its own. A mistake in one test of a file is a
// diagnostic at its line and a failure of that test; the others still run. The
// suite as a whole fails if anything in it does, so its verdict is promtool's.
//
// Files are not read here: the caller passes the suites' contents and a
// function that resolves the patterns under rule_files.
//
// docs/promtool-differences.md lists what differs from promtool.
package ruletest

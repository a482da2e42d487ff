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
// A scenario is a test that goes on to Alertmanager. A sender makes of the
// alerts that the rules hold what Prometheus would deliver; the simulation
// (package routing/simulate) plays it through the Alertmanager configuration,
// which together with external labels and relabelling is what the suite pages
// through; and the assertions ask which receivers a label set reaches
// (route_test), what a receiver is notified of (notification_test), and what
// suppresses an alert (suppression_test). docs/tests.md has the format.
//
// Every test is judged on its own. A mistake in one test of a file is a
// diagnostic at its line and a failure of that test; the others still run. The
// suite as a whole fails if anything in it does, so its verdict is promtool's.
//
// Coverage counts items: what a test can show about a rule or a route, and what
// some test has shown. A subject is a rule with its items; a probe is an
// expression that has a sample whenever an item occurred. Both coverage and the
// explanations of failures look at what a test has left behind, through
// promeval's Observer, so that they cost nothing unless they are asked for.
//
// Files are not read here, but by functions that the caller passes: they
// resolve the patterns under rule_files, and alertmanager_file.
//
// docs/promtool-differences.md lists what differs from promtool.
package ruletest

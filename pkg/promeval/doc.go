// Package promeval evaluates Prometheus rules over synthetic series at virtual
// time, with the upstream PromQL engine and the upstream alerting rules.
//
// A Column is one input series: labels, and the samples that promtool's series
// notation ("0+1x10 _ stale") stands for, placed on a clock that starts at a
// given instant and advances by a fixed gap.
//
// A Store is an append-only, in-memory series store for one evaluation. It
// accepts and rejects samples as the head of Prometheus' TSDB does, including
// the order of the checks: the first sample at an instant wins, an equal one is
// dropped, a differing one is a duplicate-sample error. Native histograms go
// through upstream's chunk encoder, because it rewrites their counter-reset
// hints.
//
// An Engine is the upstream PromQL engine with promtool's options. Rules are a
// parsed, validated rule file that any number of evaluations may share.
//
// An Evaluation steps through virtual time: at every Tick the input samples up
// to that instant become visible, then every rule of every group is evaluated
// in order, its samples appended and vanished series marked stale. This is the
// exact path. What it does not compute is chosen so that no result can differ:
// a rule none of whose selectors matches a series that exists yields nothing
// (see empty.go for what must hold), and annotations are expanded when they
// are asked for, not at every tick.
//
// Deliberately absent: wall-clock time, group intervals (every group runs at
// every tick, as in promtool), notification, and any file access.
package promeval

// Package promeval evaluates Prometheus rules over synthetic series at virtual
// time, with the upstream PromQL engine.
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
// An Engine is the upstream PromQL engine with promtool's options, and a set of
// rules that any number of evaluations may share. A rule's position is its
// place among all of them.
//
// An Evaluation is asked tick by tick: at every Tick the input samples up to
// that instant become visible, then every rule of every group is evaluated in
// order, its samples appended and vanished series marked stale. How it comes by
// the answers is its own matter, and there are two ways:
//
// Step by step (step.go), as just said, with instant queries. Rules are skipped
// that provably yield nothing (empty.go), and annotations are expanded when
// they are asked for; apart from that it does what promtool does.
//
// As ranges (ranges.go, window.go), if the Clock is known beforehand: the input
// is loaded at once; then the rules are evaluated one after the other, each
// after those that it reads (program.go), for all ticks in range queries of some
// thousand ticks, and the state machine of alerts (state.go) is moved through
// the result. This is done only where every step of the range query is certain
// to be, bit for bit, what the tick would have been:
//
//   - A rule that looks ahead or at a fixed time, or has a function that nobody
//     has looked at (classify.go), and rules that depend on themselves or read a
//     later rule's output are evaluated tick by tick, over a view of the store
//     that shows what they would have seen.
//   - A range query yields the series of operators in no order. Where a sum may
//     round differently for that, or topk choose between equals (order.go), the
//     ticks of that window are evaluated one by one.
//   - Series are put into the store in the order in which they would have come
//     into being (output.go).
//   - A limit that an instant query may exceed holds for the range too; windows
//     are made small enough.
//   - Whatever else is unusual, above all a rule that fails, two rules that write
//     one series, native histograms and label templates that query, has the
//     evaluation made again, step by step.
//
// Plain is a third way, for comparison only: upstream's rule groups on the
// embedded TSDB. Verify holds an Evaluation against it.
//
// A Reach says which rules can have an effect over given input series. The
// others are certain to yield nothing, so that a test need not be run again when
// one of them is edited.
//
// An Outbox decides which of the alerts that the rules hold Prometheus sends to
// Alertmanager after a tick.
//
// An Observer evaluates expressions over what an evaluation has left behind,
// for those who want to know how it came about.
//
// Deliberately absent: wall-clock time, group intervals (every group runs at
// every tick, as in promtool, unless a Schedule says otherwise), notification,
// and any file access but that of Plain.
package promeval

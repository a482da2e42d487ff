// Package peer runs the real programs that monctl is tested against: it is the
// harness of the tests in e2e, and holds no test of monctl itself.
//
// A peer is a program that somebody else wrote: promtool, amtool, Prometheus,
// Alertmanager, an exporter. monctl is started by the same means, as a user
// would start it. A [Process] is one that stays (a server), a [Result] is what
// one that ended left behind (a tool). A [Webhook] is the receiving end of a
// notification, inside the test.
//
// The pinned peers are those that `make peers` builds into .bin; the exporters
// are the distribution's. A missing one fails the test, because a test that
// silently does without its oracle proves nothing.
//
// Every process listens on a loopback port that was free, is ended by its
// process id when the test ends, and has its output shown when the test fails.
package peer

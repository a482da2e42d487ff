// Package e2e runs monctl beside the real programs: promtool and amtool of the
// versions that are embedded, and the exporters of the distribution. Its tests
// have the build tag e2e; `make e2e` installs what they need.
//
// Every test works on a copy of this repository's own monitoring, listens on
// free ports of the loopback interface, and ends what it started.
package e2e

// Package depgraph says what hangs on what in the monitoring of an
// environment: metric → recording rule → alerting rule → route → receiver, and
// metric → panel → dashboard.
//
// A Graph is made of one bundle that is the project's own and of any number of
// others, its context, which are only read: routing that another repository
// owns, rules that feed a dashboard here.
//
// A Node is one thing; a recording rule's node stands for the recorded name,
// whichever rules make it, an alert's for one alerting rule. The series of a
// histogram are one metric. An Edge leads from what is needed to what needs
// it, in the direction in which samples and alerts travel, and is Certain or
// Possible: of labels that come out of a query the values are unknown, so that
// an alert may take several routes, or a selector several recorded series.
// What cannot be has no edge. An inhibition rule hangs on the alerts that it
// can mute and on those that it mutes them for, and nothing hangs on it.
//
// A Rule and a Query are what expressions stand in: the level on which checks
// look, where Nodes are what people look at. Expressions of dashboards are
// read with their variables filled in (pkg/dashboard); names that a variable
// holds are not known and make no edge.
package depgraph

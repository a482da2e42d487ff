// Package expr is monctl's one door to PromQL as a language: it parses, names
// what an expression selects, and turns the parser's errors into diagnostics.
//
// An Expr is a parsed expression together with the text it was parsed from. A
// Selector is one vector selector in it: what series it asks for, over which
// range. Normal text is the parser's own printing of an expression, the same
// for two expressions that differ in spelling only. A SyntaxError says where
// in the text the parser stumbled, as a line and column within the expression.
//
// The language is that of Prometheus 3.15 without feature flags, which is what
// the bundled server runs and what promtool checks. Of MetricsQL, VictoriaMetrics'
// language, which PromQL is a part of, no more is known here than whether a text
// is an expression of it.
//
// An Analysis is what is known about an expression without any data: which
// labels its result has, may have or cannot have, between which bounds its
// values lie, and which of its parts cannot do what they say. A Source is one
// way in which series come into a result. Whatever depends on the data is left
// open, so that what an analysis says is certain.
//
// Evaluation is not done here. Labels.Fixed says which labels every series of a
// result has with one value, and which none has. A label whose value depends on
// the data is unknown, and what follows from it is Possible at most, never
// Certain.
package expr

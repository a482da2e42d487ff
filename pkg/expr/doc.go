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
// the bundled server runs and what promtool checks.
//
// Evaluation is not done here. What can be said of a result without data is
// its Output: which labels every element has with one value, and which it
// cannot have. A label whose value depends on the data is unknown, and what
// follows from it is Possible at most, never Certain.
package expr

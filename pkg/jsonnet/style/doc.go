// Package style is about how Jsonnet is written, not what it comes to. It
// formats a file as jsonnetfmt does, and finds what is suspicious in one as
// jsonnet-lint does; both are go-jsonnet's own formatter and linter, with
// Options and findings in monctl's terms.
//
// To format a text is to lay it out anew by Options: the same tokens but for
// white space, quotes, comment signs, the order of imports and what is
// redundant, and so the same program. A finding is a diagnostic: of code
// "jsonnet/syntax" if the text is no Jsonnet, else of the linter's codes, which
// Lint lists.
package style

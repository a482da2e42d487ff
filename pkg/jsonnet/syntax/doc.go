// Package syntax reads Jsonnet programs into the syntax tree of go-jsonnet.
//
// Parse yields what jsonnet.SnippetToAST yields: the desugared and analysed
// tree, node for node, with the same values, locations, contexts (the names of
// the frames of a stack trace) and free variables. It does so in one pass over
// the text, several times faster, because parsing is most of the time that a
// fast evaluator has left. Two things differ, and nobody who evaluates sees
// them: fodder (the white space and comments between tokens, which only a
// formatter needs) is skipped, and an empty slice may be nil.
//
// Errors are upstream's. On the first thing that is not well-formed the parser
// here gives up without a message and upstream's parser is asked: its error
// stands, and should it accept the text after all, so does its tree. Only text
// nested so deeply that upstream would exhaust the stack of its goroutine,
// which no recover catches, is refused here (ErrTooDeep).
//
// # One pass
//
// Upstream reads tokens, then a raw tree, then walks it three times: to name
// contexts, to desugar, to analyse. Here the desugared node is made at once.
//
//   - Desugaring (desugar.go, object.go) needs the level of object nesting, which
//     is known on the way down. Locations are those of the raw tree, so every
//     expression leaves the end that its raw node would have in parser.last: the
//     closing parenthesis of a parenthesised one, the keyword of `super.x`.
//   - Contexts (context.go) flow down too, but upstream's walk does not visit the
//     target of `target.name`, which is only known to be one when it has been
//     read; and the object of `local x = {…}` is only named after x if nothing
//     follows it. So nodes with a context are logged and cleared when a dot
//     follows, and the text of contexts is written at the very end.
//   - Free variables (freevars.go) flow up. Sets are interned, so that the many
//     nodes with the same set share one slice, which must not be written to. A
//     variable that is free in the whole program and is not std is unknown.
//
// Nodes come from slabs (slab.go), names and strings are parts of the text where
// they can be; so a tree keeps its text alive.
package syntax

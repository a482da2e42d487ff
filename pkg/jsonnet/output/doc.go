// Package output turns the document that an evaluation made into what the
// jsonnet command writes.
//
// A Mode says which: one JSON document, the text that a string is (-S), the
// documents of a stream (-y), or the files that an object's fields are (-m).
// The modes need nothing of an engine but its document: a part of it is the
// same document with a smaller indent, since a newline never stands within a
// string. Where a value does not fit the mode, the error is upstream's.
package output

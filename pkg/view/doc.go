// Package view is how a command tells what it did and found.
//
// A Report is the one document that every command makes; docs/report-format.md
// describes its JSON. A Renderer draws a report in one of the formats of
// Formats. The text for people is drawn from the decoded JSON document and
// from nothing else, so that the two cannot diverge.
//
// A Finding is a diagnostic together with the Excerpts of the sources that it
// points at; Annotate cuts them, since a renderer opens no files. For the
// formats that know findings only (github, gitlab, sarif, checkstyle), a
// failed test and a rendered file that differs are findings as well.
//
// Text that stems from a user's files may hold anything. Every renderer
// neutralises it for its medium: control and bidirectional characters for a
// terminal, workflow commands for GitHub, what XML cannot say for JUnit and
// Checkstyle.
package view

// Package glob reads the patterns in which a project names its files.
//
// A pattern is a slash-separated path in which "?" is one character and "*"
// any number of them, both within a folder; "**/" is any number of folders and
// "**" anything at all. A backslash takes the special meaning from the
// character after it.
package glob

// Package deps says which files a file is made of, and what a change of files
// touches.
//
// A Graph holds files and their Edges: the imports that stand in the text of a
// Jsonnet file, whether they are evaluated or not. An edge leads to the first
// file that is there of those the import is looked for as, or to none: what is
// missing is not an error, since imports are lazy. A CUE file has edges to the
// other files of its package and to those of the packages that it imports, as
// far as its module holds them; YAML and JSON depend on themselves only.
//
// A Source is a file that something is rendered from, for some environments.
// It is touched by a change of itself, of a file that it imports directly or
// not, and of a file that would be found before one of these if it existed; the
// files that variables of its environments name count like imports. If it is
// known what its evaluation has read and looked for, that counts instead.
package deps

// Package verdict asks an upstream loader about a value and finds out which
// part of the value its answer is about.
//
// A loader takes YAML and returns one error, often without a place. What the
// loader accepts is right and what it refuses is wrong: this package never
// judges on its own, it only locates. A Finding is one mistake with the JSON
// Pointer of the part that made it.
//
// Two kinds of answers are told apart. Decoding errors carry line numbers;
// the value is encoded one scalar a line, so that a line is a pointer. All
// other errors are located by experiment: the smallest prefix of an array, or
// the one field of an object, without which the loader says something else, is
// where the mistake lies.
//
// A loader speaks of one mistake at a time, so the part that it spoke of is
// left out and it is asked again. What it then says may only follow from what
// was left out; such an answer is not told.
package verdict

package cli

// NewRoot is the command line, for the test that keeps its reference current.
var NewRoot = newRoot

package vm

// The functions of the standard library that are written in Go are of two
// kinds. Those that go-jsonnet has in Go too evaluate all their arguments, in
// order, before they start. Those that std.jsonnet defines take their
// arguments as thunks ("~") and evaluate what its code evaluates, in its
// order; they deal with arguments as they should be, and whenever something
// is unusual they call the definition of std.jsonnet (Evaluation.standard), so
// that its result or error is the same to the letter.

// stdNatives is the table of all of them.
func stdNatives() []nativeDecl {
	var all []nativeDecl
	for _, part := range [][]nativeDecl{
		stdTypeNatives(), stdNumberNatives(), stdMathNatives(),
		stdStringNatives(), stdSplitNatives(), stdEscapeNatives(), stdEncodingNatives(),
		stdArrayNatives(), stdFunctionalNatives(), stdSearchNatives(), stdSortNatives(), stdSetNatives(),
		stdObjectNatives(), stdMergeNatives(), stdManifestNatives(), stdParseNatives(), stdMachineNatives(),
	} {
		all = append(all, part...)
	}
	return all
}

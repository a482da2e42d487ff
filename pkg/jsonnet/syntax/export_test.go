package syntax

import "github.com/google/go-jsonnet/ast"

// Accepts reports whether the parser here accepts text without upstream's help.
func Accepts(text string) bool {
	node, _ := parse("", "", text)
	return node != nil
}

// Upstream is what Parse does with what is not accepted.
func Upstream(diagnosticName ast.DiagnosticFileName, importedFilename, text string) (ast.Node, error) {
	return upstream(diagnosticName, importedFilename, text)
}

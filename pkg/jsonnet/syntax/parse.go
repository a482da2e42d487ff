package syntax

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"
)

// maxDepth is how deeply expressions may nest for the parser here; what nests
// more deeply is left to upstream's.
const maxDepth = 1000

// ErrTooDeep is the error for a program that nests so deeply that upstream's
// parser could exhaust the stack.
var ErrTooDeep = errors.New("expressions are nested too deeply")

// Parse returns the desugared and analysed tree of snippet, or upstream's error
// for it. diagnosticName names the text in messages, importedFilename is the
// path that its imports are relative to (empty where there is none).
func Parse(diagnosticName ast.DiagnosticFileName, importedFilename, snippet string) (ast.Node, error) {
	if node := parse(diagnosticName, importedFilename, snippet); node != nil {
		return node, nil
	}
	return upstream(diagnosticName, importedFilename, snippet)
}

// parser is the state of one pass over a text.
type parser struct {
	lexer
	nodes
	variables

	name   string
	source *ast.Source

	// level counts the objects around the current expression, depth the
	// expressions.
	level, depth int

	// last is where the raw node of the last expression ends, free the set of
	// its free variables.
	last ast.Location
	free set

	// literals are the names of the fields of the objects around that are not
	// computed.
	literals []string

	contexts
}

// parse returns the tree of snippet, or nil if it is not well-formed or not for
// the parser here.
func parse(diagnosticName ast.DiagnosticFileName, importedFilename, snippet string) ast.Node {
	if !utf8.ValidString(snippet) {
		return nil // upstream replaces the bytes that are not
	}
	p := &parser{name: importedFilename, source: newSource(diagnosticName, snippet)}
	p.text = snippet
	p.line = 1
	p.current = p.newContext(topLevel, "", nil)
	p.variables.init()
	p.next()
	node := p.expr()
	if p.kind != tokEOF || p.failed || !p.closed(p.free) {
		return nil
	}
	p.writeContexts()
	return node
}

// newSource splits the text of a program into lines, as ast.BuildSource does,
// but without copying them.
func newSource(name ast.DiagnosticFileName, text string) *ast.Source {
	lines := make([]string, 0, strings.Count(text, "\n")+1)
	for {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			break
		}
		lines = append(lines, text[:i+1])
		text = text[i+1:]
	}
	return &ast.Source{DiagnosticFileName: name, Lines: append(lines, text+"\n")}
}

// upstream asks upstream's parser.
func upstream(diagnosticName ast.DiagnosticFileName, importedFilename, snippet string) (node ast.Node, err error) {
	if tooDeep(snippet) {
		return nil, fmt.Errorf("%s: %w", diagnosticName, ErrTooDeep)
	}
	defer func() {
		if r := recover(); r != nil {
			node, err = nil, fmt.Errorf("%s: %v", diagnosticName, r)
		}
	}()
	node, err = jsonnet.SnippetToAST(string(diagnosticName), snippet)
	if err != nil {
		return nil, err //nolint:wrapcheck // upstream's error stands
	}
	if string(diagnosticName) != importedFilename {
		rename(node, importedFilename)
	}
	return node, nil
}

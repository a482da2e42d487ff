package syntax

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/go-jsonnet/ast"
)

// Limits of nesting. Upstream's parser dies of a stack overflow at about 9500
// brackets, 12 times as many nested locals or conditionals, or a million
// operators in a row.
const (
	// maxDepth bounds the sum of the costs of the expressions around one: one
	// that begins with a keyword costs 1, any other bracketDepth.
	maxDepth     = 6000 * bracketDepth
	bracketDepth = 8
	// maxOperators bounds the operators that stand in rows of more than
	// shortRow, which make the tree as deep as the row is long.
	maxOperators = 200_000
	shortRow     = 16
)

// bytesPerNode is a low estimate of the text for a node with a context.
const bytesPerNode = 16

// ErrTooDeep is the error for a program that nests more deeply than upstream's
// parser surely survives.
var ErrTooDeep = errors.New("expressions are nested too deeply")

// Parse returns the desugared and analysed tree of snippet, or upstream's error
// for it. diagnosticName names the text in messages, importedFilename is the
// path that its imports are relative to (empty where there is none).
func Parse(diagnosticName ast.DiagnosticFileName, importedFilename, snippet string) (ast.Node, error) {
	node, err := parse(diagnosticName, importedFilename, snippet)
	if node == nil && err == nil {
		return upstream(diagnosticName, importedFilename, snippet)
	}
	return node, err
}

// parser is the state of one pass over a text.
type parser struct {
	lexer
	nodes
	variables

	name   string
	source *ast.Source

	// level counts the objects around the current expression, depth the costs of
	// the expressions around it, operators those that make the tree deep.
	level, depth, operators int
	tooDeep                 bool

	// last is where the raw node of the last expression ends, free the set of
	// its free variables.
	last ast.Location
	free set

	// literals are the names of the fields of the objects around that are not
	// computed.
	literals []string

	contexts
}

// parse returns the tree of snippet, nil if upstream is to be asked, or an error
// if it must not be.
func parse(diagnosticName ast.DiagnosticFileName, importedFilename, snippet string) (ast.Node, error) {
	p := &parser{name: importedFilename}
	p.text = snippet
	p.invalid = !utf8.ValidString(snippet)
	p.source = newSource(diagnosticName, p.validate(snippet))
	p.line = 1
	p.visited = make([]*ast.NodeBase, 0, len(snippet)/bytesPerNode)
	p.current = p.newContext(topLevel, "", nil)
	p.variables.init()
	p.next()
	node := p.expr()
	switch {
	case p.tooDeep:
		return nil, fmt.Errorf("%s:%d:%d: %w", diagnosticName, p.begin.Line, p.begin.Column, ErrTooDeep)
	case p.kind != tokEOF, p.failed, !p.closed(p.free):
		return nil, nil
	}
	p.writeContexts()
	return node, nil
}

// nest goes one expression deeper; it reports whether that is allowed.
func (p *parser) nest(cost int) bool {
	p.depth += cost
	if p.depth > maxDepth {
		p.refuse()
		return false
	}
	return true
}

// row counts one more operator in a row that has n already.
func (p *parser) row(n int) int {
	if n >= shortRow {
		if p.operators++; p.operators > maxOperators {
			p.refuse()
		}
	}
	return n + 1
}

// refuse gives up on text that nests too deeply.
func (p *parser) refuse() {
	if !p.failed {
		p.tooDeep = true
	}
	p.fail()
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

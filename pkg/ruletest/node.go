package ruletest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Codes of findings about a test file itself.
const (
	codeSyntax     = "test/syntax"
	codeUnknownKey = "test/unknown-key"
	codeValue      = "test/value"
)

// node is a YAML node with its place.
type node struct {
	*yaml.Node
	pointer string
}

// decoder reads a test file node by node, so that every mistake is reported
// with its place and the rest is still read.
type decoder struct {
	file   string
	origin bundle.Origin
	diags  diag.List
	depth  int
}

// span is the place of a node in the source that the user writes.
func (d *decoder) span(n node) diag.Span {
	if d.origin != nil {
		return d.origin.At(n.pointer)
	}
	s := diag.Span{File: d.file, Start: diag.Position{Line: n.Line, Column: n.Column}}
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && !strings.Contains(n.Value, "\n") {
		width := len([]rune(n.Value))
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			width += 2
		}
		s.End = diag.Position{Line: n.Line, Column: n.Column + max(width, 1)}
	}
	return s
}

func (d *decoder) errorf(code string, n node, format string, args ...any) *diag.Diagnostic {
	e := d.diags.Errorf(code, d.span(n), format, args...)
	e.Pointer = n.pointer
	return e
}

// resolve follows aliases.
func resolve(n node) node {
	for n.Kind == yaml.AliasNode {
		n.Node = n.Alias
	}
	return n
}

func isNull(n node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// fields is what a mapping may hold.
type fields map[string]func(node)

// mapping reads a mapping of known keys. Unknown ones are errors, as they are
// for promtool.
func (d *decoder) mapping(n node, what string, f fields) {
	d.entries(n, what, func(key, value node) { d.field(key, value, what, f) })
}

// entries calls read for each entry of a mapping. Repeated keys are errors;
// explicit keys win over merged ones.
func (d *decoder) entries(n node, what string, read func(key, value node)) {
	if n = resolve(n); isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.errorf(codeValue, n, "%s must be a mapping, not %s", what, kindOf(n))
		return
	}
	seen := map[string]bool{}
	var merged []node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := node{n.Content[i], n.pointer}
		value := node{n.Content[i+1], n.pointer + "/" + escape(key.Value)}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, node{n.Content[i+1], n.pointer})
			continue
		}
		if seen[key.Value] {
			d.errorf(codeUnknownKey, key, "the key %q is repeated in %s", key.Value, what)
			continue
		}
		seen[key.Value] = true
		read(key, value)
	}
	for _, m := range merged {
		d.merge(m, seen, read)
	}
}

func (d *decoder) merge(n node, seen map[string]bool, read func(key, value node)) {
	defer d.enter()()
	if n = resolve(n); d.depth > maxDepth {
		d.errorf(codeValue, n, "the mapping is merged with itself, or with others too deeply")
		return
	}
	sources := []node{n}
	if n.Kind == yaml.SequenceNode {
		sources = nil
		for _, c := range n.Content {
			sources = append(sources, resolve(node{c, n.pointer}))
		}
	}
	for _, s := range sources {
		if s.Kind != yaml.MappingNode {
			d.errorf(codeValue, s, "only mappings can be merged, not %s", kindOf(s))
			continue
		}
		for i := 0; i+1 < len(s.Content); i += 2 {
			key := node{s.Content[i], s.pointer}
			if key.ShortTag() == "!!merge" {
				d.merge(node{s.Content[i+1], s.pointer}, seen, read)
			} else if !seen[key.Value] {
				seen[key.Value] = true
				read(key, node{s.Content[i+1], s.pointer + "/" + escape(key.Value)})
			}
		}
	}
}

func (d *decoder) field(key, value node, what string, f fields) {
	read, known := f[key.Value]
	if known {
		read(value)
		return
	}
	e := d.errorf(codeUnknownKey, key, "%s has no key %q", what, key.Value)
	e.Hint = diag.DidYouMean(key.Value, slices.Sorted(maps.Keys(f)))
	e.Pointer = value.pointer
}

// sequence calls read for each element.
func (d *decoder) sequence(n node, what string, read func(i int, n node)) {
	if n = resolve(n); isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.errorf(codeValue, n, "%s must be a list, not %s", what, kindOf(n))
		return
	}
	for i, c := range n.Content {
		read(i, resolve(node{c, n.pointer + "/" + strconv.Itoa(i)}))
	}
}

// spliced is sequence for a list whose elements may be lists themselves, so
// that one list can take in others.
func (d *decoder) spliced(n node, what string, read func(n node)) {
	defer d.enter()()
	d.sequence(n, what, func(_ int, n node) {
		switch {
		case n.Kind != yaml.SequenceNode:
			read(n)
		case d.depth < maxDepth:
			d.spliced(n, what, read)
		default:
			d.errorf(codeValue, n, "%s: the list contains itself, or lists within lists too deeply", what)
		}
	})
}

// maxDepth bounds how deep lists may stand in each other, and mappings be merged
// with each other: an anchor may be part of what it names.
const maxDepth = 16

// enter counts a level until what it returns is called.
func (d *decoder) enter() (leave func()) {
	d.depth++
	return func() { d.depth-- }
}

// decode reads a leaf into a Go value.
func decode[T any](d *decoder, n node, what string) T {
	var v T
	if err := n.Decode(&v); err != nil {
		d.errorf(codeValue, n, "%s: %s", what, yamlMessage(err))
	}
	return v
}

// yamlMessage strips the positions from an error of the YAML library.
func yamlMessage(err error) string {
	if t, ok := errors.AsType[*yaml.TypeError](err); ok {
		parts := make([]string, len(t.Errors))
		for i, e := range t.Errors {
			parts[i] = withoutLine(e)
		}
		return strings.Join(parts, "; ")
	}
	return withoutLine(strings.TrimPrefix(err.Error(), "yaml: "))
}

func withoutLine(text string) string {
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, after, ok := strings.Cut(rest, ": "); ok {
			if _, err := strconv.Atoi(number); err == nil {
				return after
			}
		}
	}
	return text
}

// yamlLine is the line that an error of the YAML library names, or 0.
func yamlLine(err error) int {
	_, rest, ok := strings.Cut(err.Error(), "line ")
	if !ok {
		return 0
	}
	number, _, _ := strings.Cut(rest, ":")
	line, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return line
}

func kindOf(n node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return fmt.Sprintf("%q", n.Value)
	}
}

// escape is RFC 6901's escaping of a JSON Pointer's token.
func escape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// listWords joins words for a sentence.
func listWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func quote(s string) string { return strconv.Quote(s) }

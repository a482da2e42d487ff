package ruletest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Codes of findings about a test file itself.
const (
	codeSyntax      = "test/syntax"
	codeUnknownKey  = "test/unknown-key"
	codeValue       = "test/value"
	codeUnsupported = "test/unsupported"
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

// fields is what a mapping may hold. Keys with a nil function are known, but
// this version cannot check them.
type fields map[string]func(node)

// mapping reads a mapping. Unknown and repeated keys are errors, as they are
// for promtool; explicit keys win over merged ones.
func (d *decoder) mapping(n node, what string, f fields) {
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
		d.field(key, value, what, f)
	}
	for _, m := range merged {
		d.merge(m, what, f, seen)
	}
}

func (d *decoder) merge(n node, what string, f fields, seen map[string]bool) {
	n = resolve(n)
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
				d.merge(node{s.Content[i+1], s.pointer}, what, f, seen)
			} else if !seen[key.Value] {
				seen[key.Value] = true
				d.field(key, node{s.Content[i+1], s.pointer + "/" + escape(key.Value)}, what, f)
			}
		}
	}
}

func (d *decoder) field(key, value node, what string, f fields) {
	read, known := f[key.Value]
	switch {
	case !known:
		names := make([]string, 0, len(f))
		for name := range f {
			names = append(names, name)
		}
		slices.Sort(names)
		e := d.errorf(codeUnknownKey, key, "%s has no key %q", what, key.Value)
		e.Hint = diag.DidYouMean(key.Value, names)
		e.Pointer = value.pointer
	case read == nil:
		e := d.errorf(codeUnsupported, key, "this version of monctl cannot check %q", key.Value)
		e.Hint = "remove it, or keep it in a file of its own: passing over it would report a test as passed that was not made"
		e.Pointer = value.pointer
	default:
		read(value)
	}
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

func quote(s string) string { return strconv.Quote(s) }

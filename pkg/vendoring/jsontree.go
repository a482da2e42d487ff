package vendoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/diag"
)

// node is a JSON value that knows its place.
type node struct {
	span diag.Span
	// value is nil, bool, json.Number, string, []node or []member.
	value any
}

type member struct {
	name string
	span diag.Span
	node
}

// field returns the last member of a name, which is the one that counts.
func (n node) field(name string) (node, bool) {
	members, _ := n.value.([]member)
	for _, m := range slices.Backward(members) {
		if m.name == name {
			return m.node, m.value != nil
		}
	}
	return node{}, false
}

func (n node) kind() string {
	switch n.value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case []node:
		return "an array"
	default:
		return "an object"
	}
}

// jsonReader reads a document into nodes.
type jsonReader struct {
	file string
	data []byte
	dec  *json.Decoder
}

// parseJSON reads one JSON document; the span of an error is where it is.
func parseJSON(file string, data []byte) (node, diag.Span, error) {
	r := &jsonReader{file: file, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err == nil {
		if _, err = r.dec.Token(); errors.Is(err, io.EOF) {
			return n, diag.Span{}, nil
		} else if err == nil {
			err = errors.New("there is more after the end of the document")
		}
	}
	at := r.dec.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = r.skip(max(syntax.Offset-1, 0))
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("unexpected end of the document")
	}
	p := r.position(at)
	return node{}, diag.Span{File: file, Start: p}, err
}

// maxNesting bounds recursion; the format needs four levels.
const maxNesting = 100

func (r *jsonReader) value(depth int) (node, error) {
	if depth > maxNesting {
		return node{}, fmt.Errorf("values nest more than %d deep", maxNesting)
	}
	start := r.next()
	token, err := r.dec.Token()
	if err != nil {
		return node{}, err
	}
	var value any = token
	switch token {
	case json.Delim('['):
		value, err = r.array(depth)
	case json.Delim('{'):
		value, err = r.object(depth)
	}
	if err != nil {
		return node{}, err
	}
	return node{r.span(start), value}, nil
}

func (r *jsonReader) array(depth int) (any, error) {
	elements := []node{}
	for r.dec.More() {
		n, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		elements = append(elements, n)
	}
	_, err := r.dec.Token()
	return elements, err
}

func (r *jsonReader) object(depth int) (any, error) {
	members := []member{}
	for r.dec.More() {
		start := r.next()
		key, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: fmt.Sprint(key), span: r.span(start)}
		if m.node, err = r.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	_, err := r.dec.Token()
	return members, err
}

// next is the offset at which the next token begins.
func (r *jsonReader) next() int64 {
	return r.skip(r.dec.InputOffset())
}

// skip goes on to what is neither space nor a separator.
func (r *jsonReader) skip(at int64) int64 {
	for at < int64(len(r.data)) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) span(start int64) diag.Span {
	return diag.Span{File: r.file, Start: r.position(start), End: r.position(r.dec.InputOffset())}
}

func (r *jsonReader) position(offset int64) diag.Position {
	before := r.data[:min(offset, int64(len(r.data)))]
	line := bytes.Count(before, []byte("\n"))
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return diag.Position{Line: line + 1, Column: column + 1}
}

package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Mode is a kind of output.
type Mode struct {
	// Text wants a string, or strings, and writes what they say.
	Text bool
	// Stream wants an array and writes a YAML stream of its elements; Text does
	// not change it.
	Stream bool
	// Files wants an object and writes a file for each of its fields.
	Files bool
	// NoNewline leaves the newline at the end away, but not in a stream.
	NoNewline bool
}

// File is one file of a Files document.
type File struct {
	Name string
	Data []byte
}

// MismatchError says that a value does not fit the mode.
type MismatchError struct{ message string }

// Error is upstream's message.
func (e *MismatchError) Error() string { return e.message }

// Transform is the function to apply to the value before it is manifested: a
// value that is no string is refused before anything in it is evaluated.
func (m Mode) Transform() string {
	if m.Text && !m.Stream && !m.Files {
		return "function(v) if std.isString(v) then v else error 'expected string result, got: ' + std.type(v)"
	}
	return ""
}

// One returns what is written for a document that is neither a stream nor
// files.
func (m Mode) One(doc []byte) ([]byte, error) {
	doc = bytes.TrimSuffix(doc, []byte("\n"))
	if m.Text {
		var text string
		if err := json.Unmarshal(doc, &text); err != nil {
			return nil, &MismatchError{"expected string result, got: " + typeOf(doc)}
		}
		doc = []byte(text)
	}
	return m.end(doc), nil
}

// Documents returns the documents of a stream.
func (m Mode) Documents(doc []byte) ([][]byte, error) {
	if typeOf(doc) != "array" {
		return nil, &MismatchError{"stream mode: top-level object was a " + typeOf(doc) +
			", should be an array whose elements hold the JSON for each document in the stream."}
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(doc, &elements); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	out := make([][]byte, 0, len(elements))
	for _, e := range elements {
		out = append(out, append(dedent(e), '\n'))
	}
	return out, nil
}

// WriteStream returns the stream of documents as jsonnet -y writes it.
func WriteStream(documents [][]byte) []byte {
	var b bytes.Buffer
	for _, d := range documents {
		b.WriteString("---\n")
		b.Write(d)
	}
	if len(documents) > 0 {
		b.WriteString("...\n")
	}
	return b.Bytes()
}

// All returns the files that a document's fields are, by name.
func (m Mode) All(doc []byte) ([]File, error) {
	if typeOf(doc) != "object" {
		return nil, &MismatchError{"multi mode: top-level object was a " + typeOf(doc) +
			", should be an object whose keys are filenames and values hold the JSON for that file."}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(doc, &fields); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	var out []File
	for name, value := range fields {
		data := dedent(value)
		if m.Text {
			var text string
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, &MismatchError{"multi mode: top-level object's key " + name + " has a value of type " + goTypeOf(value) + ", should be a string"}
			}
			data = []byte(text)
		}
		out = append(out, File{Name: name, Data: m.end(data)})
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (m Mode) end(data []byte) []byte {
	if m.NoNewline {
		return data
	}
	return append(data, '\n')
}

// dedent takes one level of indentation away.
func dedent(value []byte) []byte {
	return bytes.ReplaceAll(value, []byte("\n   "), []byte("\n"))
}

// typeOf names the type of a JSON value as std.type does.
func typeOf(doc []byte) string {
	doc = bytes.TrimLeft(doc, " \n")
	if len(doc) == 0 {
		return "nothing"
	}
	switch doc[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

// goTypeOf names it as upstream does in one message.
func goTypeOf(doc []byte) string {
	return map[string]string{
		"object": "map[string]interface {}", "array": "[]interface {}", "string": "string",
		"boolean": "bool", "null": "<nil>", "number": "float64",
	}[typeOf(doc)]
}

package vm

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/google/go-jsonnet"
)

func stdParseNatives() []nativeDecl {
	return []nativeDecl{
		{"parseJson", "str", stdParseJSON},
		{"parseYaml", "str", stdParseYaml},
	}
}

func stdParseJSON(e *Evaluation, a []Value) Value {
	s := e.wantText(a[0])
	e.alloc(4 * len(s)) // while it is decoded
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		e.fail("failed to parse JSON: %s", err)
	}
	return e.fromGo(v)
}

// stdParseYaml reads a stream as upstream's own decoder does: several
// documents, or one after a marker, make an array.
func stdParseYaml(e *Evaluation, a []Value) Value {
	s := e.wantText(a[0])
	e.alloc(8 * len(s))
	d := jsonnet.NewYAMLToJSONDecoder(strings.NewReader(s))
	var docs []any
	for {
		var doc any
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			e.fail("failed to parse YAML: %s", err)
		}
		e.step()
		docs = append(docs, doc)
	}
	switch {
	case len(docs) == 0:
		return null
	case d.IsStream():
		return e.fromGo(docs)
	default:
		return e.fromGo(docs[0])
	}
}

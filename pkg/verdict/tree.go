package verdict

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
)

// tree is a value encoded one scalar a line.
type tree struct {
	yaml []byte
	// keys and values hold the pointers by the line where a key or a value
	// begins, outermost first.
	keys, values map[int][]place
}

type place struct {
	pointer, name string
	kind          yaml.Kind
}

func newTree(v bundle.Value) (*tree, error) {
	data, err := bundle.EncodeYAML(v)
	if err != nil {
		return nil, err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil {
		return nil, fmt.Errorf("read back encoded value: %w", err)
	}
	t := &tree{yaml: data, keys: map[int][]place{}, values: map[int][]place{}}
	t.add("", &node)
	return t, nil
}

func (t *tree) add(pointer string, n *yaml.Node) {
	if n.Kind == yaml.DocumentNode {
		for _, c := range n.Content {
			t.add(pointer, c)
		}
		return
	}
	t.values[n.Line] = append(t.values[n.Line], place{pointer: pointer, kind: n.Kind})
	switch n.Kind {
	case yaml.SequenceNode:
		for i, c := range n.Content {
			t.add(pointer+"/"+strconv.Itoa(i), c)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, child := n.Content[i], n.Content[i+1]
			p := pointer + "/" + bundle.EscapeToken(key.Value)
			t.keys[key.Line] = append(t.keys[key.Line], place{pointer: p, name: key.Value})
			t.add(p, child)
		}
	case yaml.DocumentNode, yaml.ScalarNode, yaml.AliasNode:
	}
}

// key returns the pointer of the field of some name that begins on a line.
func (t *tree) key(line int, name string) string {
	for _, p := range t.keys[line] {
		if p.name == name {
			return p.pointer
		}
	}
	return t.value(line, "", anywhere)
}

// value returns the pointer of the value of a YAML type, such as "seq", that
// begins on a line, of the innermost one if tag is "". Of several such values it
// is the first that can be meant, or the first of all if none can.
func (t *tree) value(line int, tag string, meant func(pointer string) bool) string {
	want := yaml.ScalarNode
	switch tag {
	case "seq":
		want = yaml.SequenceNode
	case "map":
		want = yaml.MappingNode
	}
	places := t.values[line]
	of := func(p place) bool { return p.kind == want }
	if i := slices.IndexFunc(places, func(p place) bool { return of(p) && meant(p.pointer) }); i >= 0 {
		return places[i].pointer
	}
	if i := slices.IndexFunc(places, of); i >= 0 {
		return places[i].pointer
	}
	if len(places) > 0 {
		return places[len(places)-1].pointer
	}
	if keys := t.keys[line]; len(keys) > 0 {
		return keys[0].pointer
	}
	return ""
}

// anywhere means every value.
func anywhere(string) bool { return true }

type decodingLine struct {
	number int
	text   string
}

const decodingPrefix = "yaml: unmarshal errors:\n"

// isDecoding recognises yaml.TypeError, in whichever version of the library.
func isDecoding(err error) bool { return strings.Contains(err.Error(), decodingPrefix) }

var numbered = regexp.MustCompile(`(?m)^  line (\d+): `)

// decodingLines takes the error apart again; one message may hold newlines.
func decodingLines(err error) []decodingLine {
	_, text, _ := strings.Cut(err.Error(), decodingPrefix)
	var out []decodingLine
	found := numbered.FindAllStringSubmatchIndex(text, -1)
	for i, m := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		n, _ := strconv.Atoi(text[m[2]:m[3]])
		out = append(out, decodingLine{number: n, text: strings.TrimSuffix(text[m[1]:end], "\n")})
	}
	return out
}

package bundle

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/diag"
)

// Document is one document of a YAML or JSON file, with the place of every
// value in it.
type Document struct {
	Value  Value
	Origin Origin
}

// maxAliased bounds how many nodes aliases may expand to, against documents
// that grow exponentially.
const maxAliased = 1 << 20

// DecodeYAML reads all documents of a YAML (or JSON) file. Anchors, aliases
// and merge keys are resolved. What cannot be read becomes diagnostics with
// code "source/yaml"; empty documents are left out.
func DecodeYAML(file string, data []byte) ([]Document, diag.List) {
	var docs []Document
	var diags diag.List
	decoder := yaml.NewDecoder(bytes.NewReader(withoutSurrogates(data)))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return docs, diags
		}
		if err != nil {
			yamlError(&diags, file, data, err)
			return docs, diags
		}
		r := yamlReader{file: file, places: map[string]yamlPlace{}, diags: &diags}
		v := r.value("", &node, 0)
		if v.Kind == Null && len(node.Content) == 1 && node.Content[0].Value == "" {
			continue
		}
		docs = append(docs, Document{Value: v, Origin: r.origin()})
	}
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

// yamlError takes the position out of the parser's message. Of a tab, the
// parser names the line before; of an unknown anchor, none.
func yamlError(diags *diag.List, file string, data []byte, err error) {
	message := err.Error()
	span := diag.Span{File: file}
	m := yamlLine.FindStringSubmatch(message)
	if m[1] != "" {
		span.Start.Line, _ = strconv.Atoi(m[1])
	}
	message = strings.TrimPrefix(message, m[0])
	hint := ""
	if strings.Contains(message, "tab character") {
		hint = "indent with spaces"
		if p, ok := findInLines(data, span.Start.Line, yamlTab); ok {
			span.Start = p
		}
	} else if strings.Contains(message, "unexpected end of stream") {
		hint = "a quote is still open"
		if span.Start.Line == 0 { // the parser counts from 0 here, and says nothing of that
			span.Start.Line = 1
		}
	} else if m := yamlAnchor.FindStringSubmatch(message); m != nil {
		alias := regexp.MustCompile(`()\*` + regexp.QuoteMeta(m[1]) + `\b`)
		if p, ok := findInLines(data, 1, alias); ok {
			span.Start = p
		}
	}
	diags.Errorf("source/yaml", span, "%s", message).Hint = hint
}

var (
	yamlTab    = regexp.MustCompile(`^( *)\t`)
	yamlAnchor = regexp.MustCompile(`^unknown anchor '(.+)' referenced`)
)

// findInLines returns where, from a line on, an expression first matches: the
// end of its first group.
func findInLines(data []byte, from int, re *regexp.Regexp) (diag.Position, bool) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if m := re.FindSubmatchIndex(line); n >= from && m != nil {
			return diag.Position{Line: n, Column: len([]rune(string(line[:m[3]]))) + 1}, true
		}
	}
	return diag.Position{}, false
}

// yamlReader turns nodes into values and notes where each came from.
type yamlReader struct {
	file   string
	places map[string]yamlPlace
	diags  *diag.List
	// aliased counts the values read since the first alias; exploded is set
	// once they were too many.
	aliased  int
	exploded bool
}

// yamlPlace is where a value stands, small because every value has one. The
// end of what may go over several lines is not known, and zero. Key is the
// column of the field's name where it begins on the same line, as the names of
// nearly all scalars do; else it is zero.
type yamlPlace struct{ line, column, end, key int32 }

func placeOf(n *yaml.Node) yamlPlace {
	p := yamlPlace{line: int32(n.Line), column: int32(n.Column)} //nolint:gosec // a file is not that long
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		width := utf8.RuneCountInString(n.Value)
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			width += 2
		}
		p.end = p.column + int32(max(width, 1)) //nolint:gosec // nor is a line
	}
	return p
}

func (p yamlPlace) span(file string) diag.Span {
	s := diag.Span{File: file, Start: diag.Position{Line: int(p.line), Column: int(p.column)}}
	if p.end > 0 {
		s.End = diag.Position{Line: s.Start.Line, Column: int(p.end)}
	}
	return s
}

func (r *yamlReader) span(n *yaml.Node) diag.Span { return placeOf(n).span(r.file) }

// origin looks up what has been read.
func (r *yamlReader) origin() Origin {
	file, places := r.file, r.places
	values := lookup(diag.Span{File: file}, func(pointer string) (diag.Span, bool) {
		p, ok := places[pointer]
		return p.span(file), ok
	})
	return yamlOrigin{values, file, places}
}

// yamlOrigin knows where values stand, and where scalars are named. What is
// in a list or mapping stands where it is named anyway.
type yamlOrigin struct {
	Origin
	file   string
	places map[string]yamlPlace
}

// Named implements Namer.
func (o yamlOrigin) Named(pointer string) diag.Span {
	p := o.places[pointer]
	if p.key == 0 {
		return diag.Span{}
	}
	name := unescapeToken(pointer[strings.LastIndexByte(pointer, '/')+1:])
	start := diag.Position{Line: int(p.line), Column: int(p.key)}
	end := diag.Position{Line: start.Line, Column: start.Column + max(utf8.RuneCountInString(name), 1)}
	return diag.Span{File: o.file, Start: start, End: end}
}

func (r *yamlReader) value(pointer string, n *yaml.Node, depth int) Value {
	if depth > maxDepth {
		r.diags.Errorf("source/yaml", r.span(n), "nested more than %d levels deep", maxDepth)
		return Value{}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return r.value(pointer, n.Content[0], depth)
	case yaml.AliasNode:
		if r.aliased++; r.aliased > maxAliased {
			if !r.exploded {
				r.exploded = true
				r.diags.Errorf("source/yaml", r.span(n), "aliases expand to more than %d values", maxAliased)
			}
			return Value{}
		}
		return r.value(pointer, n.Alias, depth+1)
	case yaml.SequenceNode:
		r.places[pointer] = placeOf(n)
		v := Value{Kind: Array}
		for i, c := range n.Content {
			v.Elem = append(v.Elem, r.counted(pointer+"/"+strconv.Itoa(i), c, depth))
		}
		return v
	case yaml.MappingNode:
		r.places[pointer] = placeOf(n)
		return r.mapping(pointer, n, depth)
	default:
		r.places[pointer] = placeOf(n)
		if n.Style&yaml.TaggedStyle != 0 && n.ShortTag() == "!!binary" {
			return r.binary(n)
		}
		return scalar(n)
	}
}

// binary decodes base64, which a Value can hold if it is text.
func (r *yamlReader) binary(n *yaml.Node) Value {
	text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), ""))
	if err != nil || !utf8.Valid(text) {
		r.diags.Errorf("source/yaml", r.span(n), "a binary value must be UTF-8 text in base64")
		return Value{}
	}
	return StringValue(string(text))
}

// counted reads a child; within aliases every value counts, not every alias.
func (r *yamlReader) counted(pointer string, n *yaml.Node, depth int) Value {
	if r.aliased > 0 {
		r.aliased++
	}
	return r.value(pointer, n, depth+1)
}

func (r *yamlReader) mapping(pointer string, n *yaml.Node, depth int) Value {
	v := Value{Kind: Map}
	var merged []Value
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, child := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			merged = append(merged, r.merged(pointer, child, depth)...)
			r.places[pointer] = placeOf(n)
			continue
		}
		if key.Kind != yaml.ScalarNode {
			r.diags.Errorf("source/yaml", r.span(key), "a key must be a scalar")
			continue
		}
		if key.Style&yaml.TaggedStyle != 0 && key.ShortTag() == "!!binary" {
			text := r.binary(key)
			if text.Kind != String {
				continue
			}
			decoded := *key
			decoded.Value = text.Text
			key = &decoded
		}
		if v.Has(key.Value) {
			r.diags.Errorf("source/yaml", r.span(key), "key %q stands twice in one mapping", key.Value)
			continue
		}
		at := pointer + "/" + EscapeToken(key.Value)
		v.Keys = append(v.Keys, key.Value)
		v.Elem = append(v.Elem, r.counted(at, child, depth))
		if child.Kind != yaml.ScalarNode {
			// What is in a list or mapping begins on a later line as often as
			// not; its key says better which one is meant.
			r.places[at] = placeOf(key)
		} else if p, ok := r.places[at]; ok && key.Line == child.Line {
			p.key = int32(key.Column) //nolint:gosec // a line is not that long
			r.places[at] = p
		}
	}
	for _, m := range merged {
		for i, k := range m.Keys {
			if !v.Has(k) {
				v.Keys, v.Elem = append(v.Keys, k), append(v.Elem, m.Elem[i])
			}
		}
	}
	return v
}

// merged are the mappings behind a merge key: one, or a list of them. Anything
// else is refused, as the YAML package does (decode.go, merge).
func (r *yamlReader) merged(pointer string, n *yaml.Node, depth int) []Value {
	m := r.counted(pointer, n, depth)
	all := []Value{m}
	if m.Kind == Array && n.Kind == yaml.SequenceNode {
		all = m.Elem
	}
	for _, one := range all {
		if one.Kind != Map {
			r.diags.Errorf("source/yaml", r.span(n), "<< takes a mapping or a list of mappings")
			return nil
		}
	}
	return all
}

// scalar keeps what JSON can say and everything else as it was written.
func scalar(n *yaml.Node) Value {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return StringValue(n.Value)
	}
	switch tag(n) {
	case "!!null":
		return Value{}
	case "!!bool":
		if n.Value == "true" || n.Value == "false" {
			return Value{Kind: Bool, Text: n.Value}
		}
	case "!!int", "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && formatNumber(f) == n.Value {
			return Value{Kind: Number, Text: n.Value}
		}
	case "!!str":
		if !ambiguous(n.Value) || n.Style&yaml.TaggedStyle != 0 {
			return StringValue(n.Value)
		}
	}
	return Value{Kind: String, Text: n.Value, Src: n.Value}
}

// tag is what a plain scalar is: what it says of itself if that is a string,
// else what it looks like. A tag that does not fit its scalar is refused by
// the loaders; here it would only change what is written.
func tag(n *yaml.Node) string {
	if n.Style&yaml.TaggedStyle == 0 || n.ShortTag() == "!!str" {
		return n.ShortTag()
	}
	return (&yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}).ShortTag()
}

// ambiguousWords are truth values to YAML 1.1, in any case.
var ambiguousWords = [...]string{"y", "n", "yes", "no", "on", "off"}

// ambiguous reports whether a plain scalar is a string to one YAML version
// and something else to another: such a word, or digits with : or _ between
// them, which YAML 1.1 reads as a number. Every string that is read or written
// is asked about.
func ambiguous(s string) bool {
	for _, w := range ambiguousWords {
		if strings.EqualFold(s, w) {
			return true
		}
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	for part := range strings.SplitSeq(s, ":") {
		if part == "" || part[0] < '0' || part[0] > '9' || strings.Trim(part, "0123456789_") != "" {
			return false
		}
	}
	return true
}

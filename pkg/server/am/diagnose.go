package am

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/diag"
)

const (
	codeConfig  = "alertmanager/config"
	defaultFile = "alertmanager.yml"
)

// source is a configuration file as far as it is needed to say where something
// stands in it.
type source struct {
	file    string
	scalars []place // Values and keys, in the order of the file.
}

// place is a scalar of the file.
type place struct {
	pointer string // Of the value; of the key's value if it is a key.
	text    string
	line    int
	column  int
	key     bool
}

// newSource reads what it can; of a file that is not YAML it knows no places.
func newSource(file string, data []byte) *source {
	if file == "" {
		file = defaultFile
	}
	s := &source{file: file}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err == nil && len(doc.Content) == 1 {
		s.collect(doc.Content[0], "")
	}
	return s
}

func (s *source) collect(n *yaml.Node, pointer string) {
	switch n.Kind {
	case yaml.ScalarNode:
		s.scalars = append(s.scalars, place{pointer, n.Value, n.Line, n.Column, false})
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			below := pointer + "/" + escapePointer(k.Value)
			s.scalars = append(s.scalars, place{below, k.Value, k.Line, k.Column, true})
			s.collect(n.Content[i+1], below)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			s.collect(c, pointer+"/"+strconv.Itoa(i))
		}
	}
}

func escapePointer(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// find returns the n-th place that fits, counting from 0.
func (s *source) find(n int, fits func(place) bool) (place, bool) {
	for _, p := range s.scalars {
		if !fits(p) {
			continue
		}
		if n--; n < 0 {
			return p, true
		}
	}
	return place{}, false
}

// valuesAt returns the texts of the values whose pointers match.
func (s *source) valuesAt(pointer *regexp.Regexp) []string {
	var out []string
	for _, p := range s.scalars {
		if !p.key && pointer.MatchString(p.pointer) {
			out = append(out, p.text)
		}
	}
	return out
}

func (s *source) span(p place) diag.Span {
	return diag.Span{File: s.file, Start: diag.Position{Line: p.line, Column: p.column}}
}

// errorf adds an error about the configuration as a whole.
func (s *source) errorf(list *diag.List, code, format string, args ...any) *diag.Diagnostic {
	d := list.Errorf(code, diag.Span{File: s.file}, format, args...)
	d.Object = "alertmanager"
	return d
}

// at moves a finding to a place.
func (s *source) at(d *diag.Diagnostic, p place) {
	d.Span, d.Pointer = s.span(p), p.pointer
}

var (
	// As yaml.v2 writes them: "yaml: line 3: …", and, in a list of errors of
	// types, "  line 3: …".
	syntaxLine   = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)
	typeLine     = regexp.MustCompile(`^line (\d+): (.*)$`)
	unknownField = regexp.MustCompile(`^field (\S+) not found in type (\S+)$`)
	knownTwice   = regexp.MustCompile(`^field (\S+) already set in type \S+$`)

	// As config.Config.UnmarshalYAML writes them.
	missingReceiver = regexp.MustCompile(`^undefined receiver ("(?:[^"\\]|\\.)*") used in route$`)
	missingInterval = regexp.MustCompile(`^undefined time interval ("(?:[^"\\]|\\.)*") used in route$`)
	twiceReceiver   = regexp.MustCompile(`^notification config name ("(?:[^"\\]|\\.)*") is not unique$`)
	twiceInterval   = regexp.MustCompile(`^(?:mute )?time interval ("(?:[^"\\]|\\.)*") is not unique$`)

	atReceiverName = regexp.MustCompile(`^/receivers/\d+/name$`)
	atIntervalName = regexp.MustCompile(`^/(mute_)?time_intervals/\d+/name$`)
	atRouteUse     = regexp.MustCompile(`^/route(/routes/\d+)*/receiver$`)
	atIntervalUse  = regexp.MustCompile(`^/route(/routes/\d+)*/(mute|active)_time_intervals/\d+$`)
)

// verdict turns what upstream's loader says into findings.
func (s *source) verdict(err error) diag.List {
	var list diag.List
	head, rest, many := strings.Cut(err.Error(), "\n")
	if many && strings.HasPrefix(head, "yaml: unmarshal errors:") {
		for line := range strings.SplitSeq(rest, "\n") {
			s.typeError(&list, strings.TrimSpace(line))
		}
		return list
	}
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
		s.errorf(&list, codeConfig, "%s", m[2]).Span.Start.Line = atoi(m[1])
		return list
	}
	s.semanticError(&list, err.Error())
	return list
}

func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0 // Unknown.
	}
	return n
}

func (s *source) typeError(list *diag.List, message string) {
	line := 0
	if m := typeLine.FindStringSubmatch(message); m != nil {
		line, message = atoi(m[1]), m[2]
	}
	if m := unknownField.FindStringSubmatch(message); m != nil {
		// The type's name is upstream's affair and mostly "plain".
		d := s.errorf(list, codeConfig, "unknown field %q", m[1])
		d.Span.Start.Line = line
		// Decoders are nested, so yaml.v2 counts some lines otherwise.
		if p, ok := s.find(0, func(p place) bool { return p.key && p.text == m[1] && p.line == line }); ok {
			s.at(d, p)
		} else if p, ok := s.find(0, func(p place) bool { return p.key && p.text == m[1] }); ok {
			s.at(d, p)
		}
		d.Hint = "remove it, or see whether it is misspelt or belongs elsewhere"
		return
	}
	d := s.errorf(list, codeConfig, "%s", message)
	d.Span.Start.Line = line
	if m := knownTwice.FindStringSubmatch(message); m != nil {
		d.Summary = "the field " + strconv.Quote(m[1]) + " is set twice"
	}
	if p, ok := s.find(0, func(p place) bool { return p.line == line }); ok {
		d.Pointer = p.pointer
	}
}

func (s *source) semanticError(list *diag.List, message string) {
	d := s.errorf(list, codeConfig, "%s", strings.TrimPrefix(message, "yaml: "))
	about := func(re *regexp.Regexp) (string, bool) {
		m := re.FindStringSubmatch(message)
		if m == nil {
			return "", false
		}
		name, err := strconv.Unquote(m[1])
		return name, err == nil
	}
	locate := func(n int, name string, pointer *regexp.Regexp) {
		if p, ok := s.find(n, func(p place) bool { return !p.key && p.text == name && pointer.MatchString(p.pointer) }); ok {
			s.at(d, p)
		}
	}
	if name, ok := about(missingReceiver); ok {
		locate(0, name, atRouteUse)
		d.Hint = orList(diag.DidYouMean(name, s.valuesAt(atReceiverName)), "receivers", s.valuesAt(atReceiverName))
	}
	if name, ok := about(missingInterval); ok {
		locate(0, name, atIntervalUse)
		d.Hint = orList(diag.DidYouMean(name, s.valuesAt(atIntervalName)), "time intervals", s.valuesAt(atIntervalName))
	}
	if name, ok := about(twiceReceiver); ok {
		locate(1, name, atReceiverName)
	}
	if name, ok := about(twiceInterval); ok {
		locate(1, name, atIntervalName)
	}
}

// orList returns the hint, or one that lists what there is.
func orList(hint, what string, names []string) string {
	if hint != "" || len(names) == 0 {
		return hint
	}
	return "the " + what + " are " + strings.Join(names, ", ")
}

package gitrepo

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// attributes are the lines of .gitattributes that apply to a directory, the
// strongest last. They are read as gitattributes(5) says. (The matcher of
// go-git v5.19.3 panics at a pattern that ends in a slash.)
type attributes []attributeLine

type attributeLine struct {
	// macro is the name that a line "[attr]name …" defines; else pattern tells
	// which files the line is about.
	macro   string
	pattern *pathPattern
	states  []attributeState
}

// attributeState gives one attribute a value: "set", "unset", "unspecified", or
// "=" and what it is set to.
type attributeState struct{ name, value string }

const (
	isSet       = "set"
	isUnset     = "unset"
	unspecified = "unspecified"
)

// The bounds of a .gitattributes file and of a line: git ignores longer lines,
// and takes larger files than we do.
const (
	maxAttributes    = 1 << 20
	maxAttributeLine = 2048
)

// binaryMacro is what git defines itself.
var binaryMacro = []attributeState{{"diff", isUnset}, {"merge", isUnset}, {"text", isUnset}}

// with adds the lines of a directory's .gitattributes.
func (a attributes) with(t *Tree, dir string, entries []Entry) attributes {
	i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == ".gitattributes" && e.Kind <= Executable })
	if i < 0 || entries[i].Size > maxAttributes {
		return a
	}
	r, err := t.Open(entries[i])
	if err != nil {
		return a
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return a
	}
	return append(slices.Clip(a), parseAttributes(dir, string(data))...)
}

// parseAttributes leaves out the lines that git ignores with a warning.
func parseAttributes(dir, text string) attributes {
	var all attributes
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		if len(line) >= maxAttributeLine {
			continue
		}
		if l, ok := parseAttributeLine(dir, strings.Trim(line, attributeBlank)); ok {
			all = append(all, l)
		}
	}
	return all
}

const attributeBlank = " \t\r"

func parseAttributeLine(dir, line string) (attributeLine, bool) {
	if line == "" || line[0] == '#' {
		return attributeLine{}, false
	}
	name, rest, quoted := cutQuoted(line)
	if !quoted {
		end := strings.IndexAny(line, attributeBlank)
		if end < 0 {
			end = len(line)
		}
		name, rest = line[:end], line[end:]
	}
	var l attributeLine
	if macro, ok := strings.CutPrefix(name, "[attr]"); ok && macro != "" {
		if dir != "" || !attributeName.MatchString(macro) {
			return l, false // macros stand in the topmost directory
		}
		l.macro = macro
	} else if strings.HasPrefix(name, "!") {
		return l, false // negative patterns are forbidden
	} else {
		l.pattern = newPathPattern(dir, name)
	}
	for word := range strings.FieldsFuncSeq(rest, func(r rune) bool { return strings.ContainsRune(attributeBlank, r) }) {
		s := attributeState{word, isSet}
		if name, value, ok := strings.Cut(word, "="); ok {
			s = attributeState{name, "=" + value}
		}
		switch s.name[:min(1, len(s.name))] {
		case "-":
			s = attributeState{s.name[1:], isUnset}
		case "!":
			s = attributeState{s.name[1:], unspecified}
		}
		if !attributeName.MatchString(s.name) {
			return l, false
		}
		l.states = append(l.states, s)
	}
	return l, true
}

var attributeName = regexp.MustCompile(`^[A-Za-z0-9_.][-A-Za-z0-9_.]*$`)

// cutQuoted reads a name in quotes with the escapes of C.
func cutQuoted(line string) (name, rest string, ok bool) {
	if line[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			return b.String(), line[i+1:], true
		case c == '\\' && i+1 < len(line):
			i++
			if at := strings.IndexByte(`abfnrtv"\`, line[i]); at >= 0 {
				b.WriteByte("\a\b\f\n\r\t\v\"\\"[at])
			} else if code, err := strconv.ParseUint(line[i:min(i+3, len(line))], 8, 8); err == nil && i+2 < len(line) {
				b.WriteByte(byte(code))
				i += 2
			} else {
				return "", "", false
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// of returns the states of a file's attributes; name is its whole path. The
// strongest line comes first, and in a line the last attribute.
func (a attributes) of(name string) map[string]string {
	macros := map[string][]attributeState{"binary": binaryMacro}
	for _, l := range a {
		if l.macro != "" {
			macros[l.macro] = l.states
		}
	}
	found := map[string]string{}
	var apply func(states []attributeState)
	apply = func(states []attributeState) {
		for _, s := range slices.Backward(states) {
			if _, decided := found[s.name]; decided {
				continue
			}
			found[s.name] = s.value
			if s.value == isSet {
				apply(macros[s.name])
			}
		}
	}
	for _, l := range slices.Backward(a) {
		if l.pattern != nil && l.pattern.match(name) {
			apply(l.states)
		}
	}
	return found
}

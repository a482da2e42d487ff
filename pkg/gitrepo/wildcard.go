package gitrepo

import (
	"fmt"
	"regexp"
	"strings"
)

// pathPattern tells files by their path in the repository.
type pathPattern struct {
	// dir is the directory that the pattern is relative to, "" or with a slash
	// at its end; base has the last element of a path compared alone.
	dir  string
	base bool
	re   *regexp.Regexp
}

// newPathPattern returns nil for what matches no file, as a pattern of a
// directory does.
func newPathPattern(dir, pattern string) *pathPattern {
	if strings.HasSuffix(pattern, "/") {
		return nil
	}
	p := &pathPattern{dir: dir, base: !strings.Contains(pattern, "/")}
	if dir != "" {
		p.dir += "/"
	}
	re, ok := wildcardRegexp(strings.TrimPrefix(pattern, "/"))
	if !ok {
		return nil
	}
	p.re = re
	return p
}

func (p *pathPattern) match(name string) bool {
	rest, ok := strings.CutPrefix(name, p.dir)
	if p.base {
		rest = rest[strings.LastIndexByte(rest, '/')+1:]
	}
	return ok && p.re.MatchString(latin1(rest))
}

// latin1 makes a character of each byte: a wildcard of git's is about bytes.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// wildcardRegexp translates a pattern. Regular expressions take time linear in
// what they read, whatever a repository may have made up.
func wildcardRegexp(pattern string) (*regexp.Regexp, bool) {
	// git compares what comes before the first wildcard by itself, so that a
	// "**" right after it is an element, too.
	first := strings.IndexAny(pattern, `*?[\`)
	var b strings.Builder
	b.WriteString("(?s)^")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			stars := i
			for i+1 < len(pattern) && pattern[i+1] == '*' {
				i++
			}
			free := i > stars && (stars == first || pattern[stars-1] == '/') // "**" as an element
			switch {
			case free && i+1 == len(pattern):
				b.WriteString(".*")
			case free && pattern[i+1] == '/':
				b.WriteString("(?:.*/)?")
				i++
			default:
				b.WriteString("[^/]*")
			}
		case '?':
			b.WriteString("[^/]")
		case '[':
			class, length := characterClass(pattern[i:])
			if length == 0 {
				return nil, false // git's matcher gives up
			}
			b.WriteString(class)
			i += length - 1
		case '\\':
			if i++; i == len(pattern) {
				return nil, false
			}
			b.WriteString(regexp.QuoteMeta(latin1(pattern[i : i+1])))
		default:
			b.WriteString(regexp.QuoteMeta(latin1(string([]byte{c}))))
		}
	}
	re, err := regexp.Compile(b.String() + "$")
	return re, err == nil
}

// characterClass translates "[a-z]" at the beginning of a pattern; its length
// is 0 if it does not end. A class never takes a slash.
func characterClass(pattern string) (class string, length int) {
	in, length := classMembers(pattern)
	if length == 0 {
		return "", 0
	}
	negated := pattern[1] == '!' || pattern[1] == '^'
	b := strings.Builder{}
	b.WriteString("[")
	for c := range in {
		if c != '/' && in[c] != negated {
			fmt.Fprintf(&b, `\x{%x}`, c)
		}
	}
	if b.Len() == 1 {
		return `[^\x{0}-\x{10FFFF}]`, length // nothing
	}
	return b.String() + "]", length
}

// classMembers reads a class without its negation.
func classMembers(pattern string) (in [256]bool, length int) {
	i := 1
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		i++
	}
	literal := func() int { // a character, with a backslash or without
		if i < len(pattern) && pattern[i] == '\\' {
			i++
		}
		if i >= len(pattern) {
			return -1
		}
		i++
		return int(pattern[i-1])
	}
	begin := -1 // what a range may begin with
	for first := true; i < len(pattern) && (first || pattern[i] != ']'); first = false {
		switch {
		case pattern[i] == '-' && begin >= 0 && i+1 < len(pattern) && pattern[i+1] != ']':
			i++
			for c, end := begin, literal(); c <= end; c++ {
				in[c] = true
			}
			begin = -1
		case strings.HasPrefix(pattern[i:], "[:"):
			name, _, ok := strings.Cut(pattern[i+2:], ":]")
			re, err := regexp.Compile("^[[:" + name + ":]]$")
			if !ok || err != nil || strings.HasPrefix(name, "^") {
				return in, 0
			}
			for c := range 128 {
				in[c] = in[c] || re.MatchString(string(rune(c)))
			}
			i, begin = i+len(name)+4, -1
		default:
			if begin = literal(); begin < 0 {
				return in, 0
			}
			in[begin] = true
		}
	}
	if i >= len(pattern) {
		return in, 0
	}
	return in, i + 1
}

package gitrepo

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/monctl/monctl/pkg/glob"
)

// OwnersFiles are the places of a repository's CODEOWNERS, the first that
// exists counts: GitHub's documentation, "About code owners".
func OwnersFiles() []string {
	return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
}

// Owners says who looks after the files of a repository.
type Owners struct{ rules []ownersRule }

type ownersRule struct {
	pattern *regexp.Regexp
	owners  []string
}

// ParseOwners reads a CODEOWNERS file. A line that GitHub cannot use, such as
// a negated pattern, is skipped, as GitHub does.
func ParseOwners(text string) *Owners {
	o := &Owners{}
	for line := range strings.SplitSeq(text, "\n") {
		fields := ownersFields(strings.TrimRight(line, "\r"))
		if len(fields) == 0 || strings.ContainsAny(fields[0][:1], "!#") || strings.ContainsAny(fields[0], "[]") {
			continue
		}
		if re, err := regexp.Compile(ownersPattern(fields[0])); err == nil {
			o.rules = append(o.rules, ownersRule{re, fields[1:]})
		}
	}
	return o
}

// ownersFields splits a line at spaces that no backslash stands before, and
// leaves a comment away.
func ownersFields(line string) []string {
	var fields []string
	var field strings.Builder
	end := func() {
		if field.Len() > 0 {
			fields = append(fields, field.String())
			field.Reset()
		}
	}
	escaped := false
	for _, c := range line {
		switch {
		case escaped && unicode.IsSpace(c):
			field.WriteRune(c)
		case escaped:
			field.WriteString(`\` + string(c))
		case unicode.IsSpace(c):
			end()
		case c == '#' && field.Len() == 0:
			return fields
		case c != '\\':
			field.WriteRune(c)
		}
		escaped = c == '\\' && !escaped
	}
	end()
	return fields
}

// Of returns the owners of a file by its path in the repository, those of the
// last line that matches; none if that line names none.
func (o *Owners) Of(path string) []string {
	if o == nil {
		return nil
	}
	for _, rule := range slices.Backward(o.rules) {
		if rule.pattern.MatchString(path) {
			return rule.owners
		}
	}
	return nil
}

// ownersPattern turns a pattern into a regular expression. As in .gitignore, a
// slash at the beginning or within ties it to the root, one at the end makes
// it a folder, and what matches a folder matches all in it; only "folder/*"
// means no more than the files directly in it.
func ownersPattern(pattern string) string {
	folder := strings.HasSuffix(pattern, "/")
	trimmed := strings.TrimSuffix(pattern, "/")
	rooted := strings.Contains(trimmed, "/")
	trimmed = strings.TrimPrefix(trimmed, "/")
	var b strings.Builder
	b.WriteString("(?s)^")
	if !rooted {
		b.WriteString("(?:.*/)?")
	}
	b.WriteString(glob.Expression(trimmed))
	switch {
	case trimmed == "": // "/" is everything
		b.WriteString(".*")
	case folder:
		b.WriteString("/.*")
	case !strings.HasSuffix(trimmed, "/*"):
		b.WriteString("(?:/.*)?")
	}
	b.WriteString("$")
	return b.String()
}

package depgraph

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
)

// nameIndex knows the names of all series that something makes or reads.
type nameIndex struct {
	all      []string // sorted
	recorded []string // sorted
	// resolved caches which names a selector that is not of fixed names can
	// take, by its NameKey.
	resolved map[string][]string
}

func newNameIndex(recorded, others map[string]bool) *nameIndex {
	all := maps.Clone(others)
	maps.Copy(all, recorded)
	return &nameIndex{
		all: slices.Sorted(maps.Keys(all)), recorded: slices.Sorted(maps.Keys(recorded)), resolved: map[string][]string{},
	}
}

// isVariable reports whether a name is made by a dashboard's variable, in part
// at least.
func isVariable(name string) bool { return strings.Contains(name, dashboard.Placeholder) }

// fixedNames returns the names that a selector spells out.
func fixedNames(s expr.Selector) []string {
	names, exact := s.Names()
	if !exact {
		return nil
	}
	return slices.DeleteFunc(names, isVariable)
}

// resolve returns the names that a selector can take and does not spell out:
// those of a regular expression, or of a name with a variable in it. A
// selector that says nothing of the name takes none.
func (x *nameIndex) resolve(s expr.Selector) []string {
	names, exact := s.Names()
	if exact {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isVariable(name) })
		if len(names) == 0 {
			return nil
		}
	}
	key := s.NameKey()
	if out, ok := x.resolved[key]; ok {
		return out
	}
	var out []string
	switch {
	case exact:
		for _, name := range names {
			out = append(out, x.pattern(name)...)
		}
	case s.IsNamed() && !isVariable(key):
		out = x.matching(s.Prefix(), s.Selects)
	}
	x.resolved[key] = out
	return out
}

// pattern returns the names that a name with variables in it can become. One
// that is nothing but a variable says nothing.
func (x *nameIndex) pattern(name string) []string {
	parts := strings.Split(name, dashboard.Placeholder)
	if strings.Join(parts, "") == "" {
		return nil
	}
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	re, err := regexp.Compile("^" + strings.Join(parts, ".*") + "$")
	if err != nil {
		return nil // cannot be: all parts are quoted
	}
	prefix, _, _ := strings.Cut(name, dashboard.Placeholder)
	return x.matching(prefix, re.MatchString)
}

func (x *nameIndex) matching(prefix string, match func(string) bool) []string {
	var out []string
	for i := sort.SearchStrings(x.all, prefix); i < len(x.all) && strings.HasPrefix(x.all[i], prefix); i++ {
		if match(x.all[i]) {
			out = append(out, x.all[i])
		}
	}
	return out
}

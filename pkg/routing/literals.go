package routing

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// maxLiterals bounds the values that literals lists.
const maxLiterals = 200

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/: |"

// literals returns all texts that a regular expression matches as a whole,
// where they are few: of "a|b" a and b.
func literals(pattern string) ([]string, bool) {
	if strings.Trim(pattern, plain) == "" { // the usual case needs no parser
		return strings.Split(pattern, "|"), true
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, false
	}
	return listed(re.Simplify())
}

func listed(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{string(re.Rune)}, re.Flags&syntax.FoldCase == 0
	case syntax.OpCapture:
		return listed(re.Sub[0])
	case syntax.OpCharClass:
		return class(re.Rune)
	case syntax.OpQuest:
		inner, ok := listed(re.Sub[0])
		return append(inner, ""), ok
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			one, ok := listed(sub)
			if out = append(out, one...); !ok || len(out) > maxLiterals {
				return nil, false
			}
		}
		return out, true
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			tails, ok := listed(sub)
			if !ok || len(out)*len(tails) > maxLiterals {
				return nil, false
			}
			out = product(out, tails)
		}
		return out, true
	default:
		return nil, false
	}
}

func class(ranges []rune) ([]string, bool) {
	var out []string
	for pair := range slices.Chunk(ranges, 2) {
		if int(pair[1]-pair[0])+len(out) > maxLiterals {
			return nil, false
		}
		for r := pair[0]; r <= pair[1]; r++ {
			out = append(out, string(r))
		}
	}
	return out, true
}

func product(heads, tails []string) []string {
	var out []string
	for _, head := range heads {
		for _, tail := range tails {
			out = append(out, head+tail)
		}
	}
	return out
}

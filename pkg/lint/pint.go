package lint

import (
	"regexp"
	"strings"
	"time"
)

// PintKind says what a comment of pint asks for.
type PintKind int

// The kinds of comments that are heeded. Disable and IgnoreLine are about a
// rule and a line, their FileWide counterparts about a file.
const (
	PintDisable PintKind = iota
	PintFileDisable
	PintIgnore
	PintRuleOwner
	PintFileOwner
)

// PintComment is a comment of pint in a YAML file; the format is described in
// pint's documentation, "Ignoring problems" and "rule/owner".
type PintComment struct {
	Kind PintKind
	// Line is the comment's own, counted from 1; From and To are the lines that
	// are ignored, To being zero for all that follow.
	Line, From, To int
	// Codes are those of the checks that correspond to the disabled one.
	Codes []string
	// Until is the end of a snooze, zero for never.
	Until time.Time
	Owner string
}

// pintChecks returns our codes for checks of pint. Checks that need a server,
// or settings of pint's own, have no counterpart.
func pintChecks() map[string][]string {
	return map[string][]string{
		"alerts/absent":          {"alert/for"},
		"alerts/annotation":      {"alert/annotations", "alert/runbook"},
		"alerts/comparison":      {"promql/comparison"},
		"alerts/for":             {"alert/for"},
		"alerts/template":        {"alert/humanize", "alert/label-value", "alert/template"},
		"group/interval":         {"rules/interval"},
		"labels/conflict":        {"rules/external-label"},
		"promql/aggregate":       {"promql/aggregation"},
		"promql/counter":         {"promql/counter"},
		"promql/fragile":         {"promql/fragile"},
		"promql/impossible":      {"promql/impossible"},
		"promql/nan":             {"promql/nan"},
		"promql/offset":          {"promql/offset"},
		"promql/range_query":     {"promql/range-query"},
		"promql/rate":            {"promql/rate"},
		"promql/regexp":          {"promql/regexp"},
		"promql/series":          {"promql/unknown-label", "promql/unknown-metric"},
		"promql/vector_matching": {"promql/vector-matching"},
		"rule/duplicate":         {"rules/duplicate"},
		"rule/for":               {"alert/for"},
		"rule/label":             {"alert/severity"},
		"rule/name":              {"alert/name", "record/name"},
	}
}

// PintCodes returns the codes that correspond to what a comment disables: a
// check of pint and, in parentheses, what it is narrowed to. The name of an
// annotation is heeded; those of Prometheus servers are not, since no check
// here asks one.
func PintCodes(match string) []string {
	name, param, _ := strings.Cut(match, "(")
	param = strings.TrimSuffix(param, ")")
	switch {
	case name == "alerts/annotation" && param == "runbook_url":
		return []string{"alert/runbook"}
	case name == "alerts/annotation" && param != "":
		return []string{"alert/annotations"}
	}
	return pintChecks()[name]
}

var pintComment = regexp.MustCompile(`(?:^|\s)#\s*pint\s+([a-z]+(?:/[a-z-]+)?)((?:\s+[^#\s]+)*)`)

// PintComments finds the comments of pint in the text of a YAML file. What is
// misspelt is passed over: pint says so itself.
func PintComments(text string) []PintComment {
	if !strings.Contains(text, "pint") {
		return nil
	}
	var out []PintComment
	begin := 0
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		for _, m := range pintComment.FindAllStringSubmatch(line, -1) {
			n, words := i+1, strings.Fields(m[2])
			switch m[1] {
			case "ignore/file":
				out = append(out, PintComment{Kind: PintIgnore, Line: n, From: n})
			case "ignore/line":
				out = append(out, PintComment{Kind: PintIgnore, Line: n, From: n, To: n})
			case "ignore/next-line":
				out = append(out, PintComment{Kind: PintIgnore, Line: n, From: n + 1, To: n + 1})
			case "ignore/begin":
				begin = n
			case "ignore/end":
				if begin > 0 {
					out = append(out, PintComment{Kind: PintIgnore, Line: begin, From: begin, To: n})
				}
				begin = 0
			default:
				if c, ok := pintWords(m[1], words); ok {
					c.Line = n
					out = append(out, c)
				}
			}
		}
	}
	if begin > 0 {
		out = append(out, PintComment{Kind: PintIgnore, Line: begin, From: begin})
	}
	return out
}

// pintWords reads the comments that have words of their own.
func pintWords(what string, words []string) (PintComment, bool) {
	if len(words) == 0 {
		return PintComment{}, false
	}
	c := PintComment{Kind: PintDisable}
	scope, verb, _ := strings.Cut(what, "/")
	if verb == "" {
		scope, verb = "rule", scope
	}
	switch verb {
	case "owner":
		c.Kind, c.Owner = PintRuleOwner, strings.Join(words, " ")
		if scope == "file" {
			c.Kind = PintFileOwner
		}
		return c, scope == "file" || scope == "rule"
	case "snooze":
		until, err := time.Parse(time.DateOnly, words[0])
		if err != nil {
			until, err = time.Parse(time.RFC3339, words[0])
		}
		if err != nil {
			return c, false
		}
		c.Until, words = until, words[1:]
	case "disable":
	default:
		return c, false
	}
	if scope == "file" {
		c.Kind = PintFileDisable
	}
	c.Codes = PintCodes(strings.Join(words, " "))
	return c, len(c.Codes) > 0
}

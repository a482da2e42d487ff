package bundle

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Selector chooses objects by reference and by label. The zero Selector
// chooses all.
type Selector struct {
	refs   []refTerm
	labels []labelTerm
}

// refTerm is a pattern for references.
type refTerm struct {
	text    string
	pattern *regexp.Regexp
	negate  bool
}

// labelTerm is a condition on a label. A label that an object does not have is
// empty, as in Prometheus.
type labelTerm struct {
	name    string
	value   string         // unless pattern is set
	pattern *regexp.Regexp // anchored
	negate  bool
}

// ParseSelector makes a selector of terms for references and for labels.
//
// A term for references is an RE2 expression that has to match all of one,
// "rules/node/.*"; with "!" before it, it takes away what it matches. An object
// is chosen if any of the others matches, or if there are none, and nothing
// takes it away. A slash within a namespace or folder is written %2F in a
// reference; the expression may have either.
//
// A term for labels is name=value, name!=value, name=~regexp or name!~regexp,
// or several of them with commas between. All of them have to hold.
func ParseSelector(refs, labels []string) (Selector, error) {
	var s Selector
	for _, text := range refs {
		t := refTerm{text: text}
		expr, negate := strings.CutPrefix(text, "!")
		t.negate = negate
		if expr == "" {
			return s, fmt.Errorf("selection %q: want an expression for references such as rules/node/.*", text)
		}
		var err error
		if t.pattern, err = anchored(expr); err != nil {
			return s, fmt.Errorf("selection %q: %w", text, err)
		}
		s.refs = append(s.refs, t)
	}
	for _, text := range labels {
		for _, term := range splitLabelTerms(text) {
			t, err := parseLabelTerm(term)
			if err != nil {
				return s, err
			}
			s.labels = append(s.labels, t)
		}
	}
	return s, nil
}

// anchored compiles an expression that has to match all of a text. Its errors
// are about the expression as it is written.
func anchored(expr string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(expr); err != nil {
		return nil, err
	}
	return regexp.Compile("^(?s:" + expr + ")$")
}

var (
	labelTermRE  = regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_./-]*)(=~|!~|!=|==|=)(.*)$`)
	labelTermSep = regexp.MustCompile(`,\s*[a-zA-Z_][a-zA-Z0-9_./-]*(=~|!~|!=|==|=)`)
)

// splitLabelTerms splits at those commas that a further condition follows; any
// other belongs to an expression.
func splitLabelTerms(text string) []string {
	var terms []string
	from := 0
	for _, at := range labelTermSep.FindAllStringIndex(text, -1) {
		terms = append(terms, text[from:at[0]])
		from = at[0] + 1
	}
	return append(terms, text[from:])
}

func parseLabelTerm(text string) (labelTerm, error) {
	m := labelTermRE.FindStringSubmatch(text)
	if m == nil {
		return labelTerm{}, fmt.Errorf("label selection %q: want name=value, name!=value, name=~regexp or name!~regexp", text)
	}
	t := labelTerm{name: m[1], value: m[3], negate: m[2][0] == '!'}
	if strings.HasSuffix(m[2], "~") {
		var err error
		if t.pattern, err = anchored(m[3]); err != nil {
			return t, fmt.Errorf("label selection %q: %w", text, err)
		}
	}
	return t, nil
}

// IsZero reports whether the selector chooses everything.
func (s Selector) IsZero() bool { return len(s.refs) == 0 && len(s.labels) == 0 }

// Matches reports whether the selector chooses an object.
func (s Selector) Matches(o Object) bool {
	chosen := !slices.ContainsFunc(s.refs, func(t refTerm) bool { return !t.negate })
	for _, t := range s.refs {
		if !t.matches(o.Ref) {
			continue
		}
		if t.negate {
			return false
		}
		chosen = true
	}
	for _, t := range s.labels {
		if t.takes(o.Labels[t.name]) == t.negate {
			return false
		}
	}
	return chosen
}

// takes reports whether a value is the one that the condition names, be it to
// have or not to have.
func (t labelTerm) takes(value string) bool {
	if t.pattern != nil {
		return t.pattern.MatchString(value)
	}
	return value == t.value
}

func (t refTerm) matches(r Ref) bool {
	if t.pattern.MatchString(r.String()) {
		return true
	}
	return strings.Contains(r.Space, "/") && t.pattern.MatchString(string(r.Kind)+"/"+r.Space+"/"+r.Name)
}

// maxHinted is how many spaces a hint lists.
const maxHinted = 8

// spaces sums references up by what stands in front of their names, as
// expressions that select them.
func spaces(refs []string) []string {
	count := map[string]int{}
	for _, ref := range refs {
		folder := ref
		if i := strings.LastIndexByte(ref, '/'); i >= 0 {
			folder = ref[:i]
		}
		count[folder]++
	}
	var out []string
	for _, folder := range slices.Sorted(maps.Keys(count)) {
		if len(out) == maxHinted {
			return append(out, fmt.Sprintf("and %d more", len(count)-maxHinted))
		}
		expr := regexp.QuoteMeta(folder)
		if strings.Contains(folder, "/") || count[folder] > 1 {
			expr += "/.*"
		}
		out = append(out, fmt.Sprintf("%s (%d)", expr, count[folder]))
	}
	return out
}

// Hint says, of a selector that chooses nothing of some bundles, what could
// have been meant: an expression that would match, or what there is.
func (s Selector) Hint(bundles ...*Bundle) string {
	var refs []string
	labels := map[string]map[string]bool{} // the values of each
	for _, b := range bundles {
		for _, o := range b.Objects() {
			refs = append(refs, o.Ref.String())
			for name, value := range o.Labels {
				if labels[name] == nil {
					labels[name] = map[string]bool{}
				}
				labels[name][value] = true
			}
		}
	}
	for _, t := range s.labels {
		if hint := t.hint(labels); hint != "" {
			return hint
		}
	}
	for _, t := range s.refs {
		if hint := t.hint(refs); !t.negate && hint != "" {
			return hint
		}
	}
	if len(refs) == 0 {
		return "there are no objects at all"
	}
	return "there are: " + strings.Join(spaces(refs), ", ")
}

// hint says what labels there are, where an object would need another one than
// they have.
func (t labelTerm) hint(labels map[string]map[string]bool) string {
	names := slices.Sorted(maps.Keys(labels))
	values := slices.Sorted(maps.Keys(labels[t.name]))
	switch {
	case len(names) == 0:
		return "none of the objects has labels"
	case len(values) == 0:
		if near := diag.Suggest(t.name, names); near != "" {
			return fmt.Sprintf("did you mean the label %s?", near)
		}
		if !t.negate {
			return fmt.Sprintf("no object has the label %s; there are: %s", t.name, strings.Join(names, ", "))
		}
	case !t.negate && !slices.ContainsFunc(values, t.takes):
		if near := diag.Suggest(t.value, values); near != "" {
			return fmt.Sprintf("did you mean \"%s=%s\"?", t.name, near)
		}
		if len(values) > maxHinted {
			values = append(values[:maxHinted], "and more")
		}
		return fmt.Sprintf("the values of %s are: %s", t.name, strings.Join(values, ", "))
	}
	return ""
}

// hint tries what people write who think of folders, globs or names.
func (t refTerm) hint(refs []string) string {
	expr := strings.TrimPrefix(t.text, "!")
	folder := strings.TrimRight(strings.TrimSuffix(expr, "*"), "/.")
	for _, try := range []string{folder + "/.*", ".*/" + folder, ".*/" + folder + "/.*", "(?i)" + expr} {
		re, err := anchored(try)
		if err == nil && folder != "" && slices.ContainsFunc(refs, re.MatchString) {
			return fmt.Sprintf("did you mean %q?", try)
		}
	}
	if near := diag.Suggest(expr, refs); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

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

func anchored(expr string) (*regexp.Regexp, error) { return regexp.Compile("^(?s:" + expr + ")$") }

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
		value := o.Labels[t.name]
		match := value == t.value
		if t.pattern != nil {
			match = t.pattern.MatchString(value)
		}
		if match == t.negate {
			return false
		}
	}
	return chosen
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
	labels := map[string]bool{}
	for _, b := range bundles {
		for _, o := range b.Objects() {
			refs = append(refs, o.Ref.String())
			for name := range o.Labels {
				labels[name] = true
			}
		}
	}
	for _, t := range s.labels {
		if len(labels) == 0 {
			return "none of the objects has labels"
		}
		if !labels[t.name] {
			if near := diag.Suggest(t.name, slices.Sorted(maps.Keys(labels))); near != "" {
				return fmt.Sprintf("did you mean the label %s?", near)
			}
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

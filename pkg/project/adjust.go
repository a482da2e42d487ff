package project

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Adjustment says how what sources evaluate to is changed. All of its matches
// are made with the rules and dashboards as the sources have them.
type Adjustment struct {
	// Environments are patterns of the environments that it holds for.
	Environments []string           `json:"environments"`
	Namespace    string             `json:"namespace"`
	Drop         []RuleMatch        `json:"drop"`
	Patch        []RulePatch        `json:"patch"`
	Labels       map[string]string  `json:"labels"`
	Annotations  map[string]string  `json:"annotations"`
	Severities   map[string]string  `json:"severities"`
	Runbook      string             `json:"runbook"`
	Dashboards   DashboardAdjusting `json:"dashboards"`
	// Pointer leads to the adjustment within the project file.
	Pointer string `json:"-"`
}

// DashboardAdjusting is the part of an Adjustment that is about dashboards.
type DashboardAdjusting struct {
	Drop        []Pattern             `json:"drop"`
	Patch       []DashboardPatch      `json:"patch"`
	Folder      string                `json:"folder"`
	Tags        []string              `json:"tags"`
	Datasources map[string]Datasource `json:"datasources"`
}

// RuleMatch matches the rules that all of its patterns match; a pattern that
// is not set matches everything.
type RuleMatch struct {
	// Name is the name of an alerting or recording rule.
	Name                 Pattern
	Alert, Record, Group Pattern
	Labels               map[string]Pattern
}

// RulePatch is merged over the rules that match.
type RulePatch struct {
	Match RuleMatch       `json:"match"`
	Set   json.RawMessage `json:"set"`
}

// DashboardPatch is merged over the dashboards that match.
type DashboardPatch struct {
	Match Pattern         `json:"match"`
	Set   json.RawMessage `json:"set"`
}

// Datasource says what becomes of a variable that chooses a data source.
type Datasource struct {
	Rename  string `json:"rename"`
	Default string `json:"default"`
	Regex   string `json:"regex"`
	Pin     string `json:"pin"`
}

// SourceAdjustment is an Adjustment of the sources whose path matches.
type SourceAdjustment struct {
	Sources []string `json:"sources"`
	Adjustment
}

// HoldsFor reports whether the adjustment is meant for an environment.
func (a *Adjustment) HoldsFor(env string) bool {
	return len(a.Environments) == 0 || MatchesAny(a.Environments, env)
}

// Pattern is a fully anchored regular expression, negated by "!" before it.
// The zero Pattern matches everything.
type Pattern struct {
	Text   string
	re     *regexp.Regexp
	negate bool
}

// ParsePattern reads a pattern.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{Text: text}
	expr, negate := strings.CutPrefix(text, "!")
	p.negate = negate
	var err error
	if p.re, err = anchored(expr); err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	return p, nil
}

// anchored compiles an expression that has to match all of a text. Its errors
// are about the expression as it is written.
func anchored(expr string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(expr); err != nil {
		return nil, err
	}
	return regexp.Compile("^(?:" + expr + ")$")
}

// IsSet reports whether there is a pattern.
func (p Pattern) IsSet() bool { return p.re != nil }

// Negated reports whether the pattern begins with "!".
func (p Pattern) Negated() bool { return p.negate }

// Matches reports whether the pattern matches a text.
func (p Pattern) Matches(text string) bool {
	return p.re == nil || p.re.MatchString(text) != p.negate
}

// UnmarshalJSON reads a pattern from a string. One that does not compile keeps
// its text, for the loader to report.
func (p *Pattern) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParsePattern(text)
	if err != nil {
		parsed = Pattern{Text: text}
	}
	*p = parsed
	return nil
}

// UnmarshalJSON reads a match from a string, which is a name, or an object.
func (m *RuleMatch) UnmarshalJSON(data []byte) error {
	*m = RuleMatch{}
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &m.Name)
	}
	var fields struct {
		Alert  Pattern            `json:"alert"`
		Record Pattern            `json:"record"`
		Group  Pattern            `json:"group"`
		Labels map[string]Pattern `json:"labels"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	m.Alert, m.Record, m.Group, m.Labels = fields.Alert, fields.Record, fields.Group, fields.Labels
	return nil
}

// Names returns the names that the match asks for and that are no expressions.
func (m RuleMatch) Names() []string {
	var names []string
	for _, p := range []Pattern{m.Name, m.Alert, m.Record} {
		if p.Text != "" && p.Text == regexp.QuoteMeta(p.Text) {
			names = append(names, p.Text)
		}
	}
	return names
}

// RunbookPlaceholders are the words that may stand in braces in a runbook.
func RunbookPlaceholders() []string { return []string{"alert", "alert_lower", "group", "namespace"} }

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// ExpandRunbook puts values in the place of a runbook's placeholders.
func ExpandRunbook(pattern string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(pattern, func(m string) string { return values[m[1:len(m)-1]] })
}

// check reports what the schema cannot express.
func (a *Adjustment) check(report func(pointer, hint string, err error)) {
	pattern := func(pointer string, p Pattern) {
		if p.Text != "" && !p.IsSet() {
			_, err := ParsePattern(p.Text)
			report(a.Pointer+pointer, "", err)
		}
	}
	match := func(pointer string, m RuleMatch) {
		pattern(pointer, m.Name)
		pattern(pointer+"/alert", m.Alert)
		pattern(pointer+"/record", m.Record)
		pattern(pointer+"/group", m.Group)
		for name, p := range m.Labels {
			pattern(pointer+"/labels/"+name, p)
		}
	}
	for i, m := range a.Drop {
		match("/drop/"+strconv.Itoa(i), m)
	}
	for i, p := range a.Patch {
		match("/patch/"+strconv.Itoa(i)+"/match", p.Match)
	}
	for i, p := range a.Dashboards.Drop {
		pattern("/dashboards/drop/"+strconv.Itoa(i), p)
	}
	for i, p := range a.Dashboards.Patch {
		pattern("/dashboards/patch/"+strconv.Itoa(i)+"/match", p.Match)
	}
	for _, m := range placeholder.FindAllStringSubmatch(a.Runbook, -1) {
		if !slices.Contains(RunbookPlaceholders(), m[1]) {
			hint := diag.DidYouMean(m[1], RunbookPlaceholders())
			if hint == "" {
				hint = "there are: " + strings.Join(RunbookPlaceholders(), ", ")
			}
			report(a.Pointer+"/runbook", hint, fmt.Errorf("runbook %q: unknown placeholder {%s}", a.Runbook, m[1]))
		}
	}
	for name, d := range a.Dashboards.Datasources {
		if d.Pin != "" && (d.Rename != "" || d.Default != "" || d.Regex != "") {
			report(a.Pointer+"/dashboards/datasources/"+name, "leave out the one or the other",
				fmt.Errorf("data source variable %q: nothing is left to choose once it is pinned", name))
		}
	}
}

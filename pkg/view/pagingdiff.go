package view

import (
	"fmt"
	"strings"
)

// PagingDiff is who is paged differently in one environment.
type PagingDiff struct {
	Environment string `json:"environment"`
	// From and To name the two states: a revision, a file, "the sources".
	From string `json:"from"`
	To   string `json:"to"`
	// Commit is what was compared with, of a revision.
	Commit string `json:"commit,omitempty"`
	// Alerts counts the alerts that were compared, Seen the label sets of tests;
	// Changed and Possible those that are sent elsewhere, added or removed, for
	// certain and possibly.
	Alerts   int            `json:"alerts"`
	Seen     int            `json:"seen,omitempty"`
	Changed  int            `json:"changed"`
	Possible int            `json:"possible"`
	Changes  []PagingChange `json:"changes"`
	// Receivers and TimeIntervals are those that are defined differently.
	Receivers     []DefinitionChange `json:"receivers,omitempty"`
	TimeIntervals []DefinitionChange `json:"time_intervals,omitempty"`
	// Global are the global settings that differ, Templates the template files.
	Global    []FieldChange      `json:"global,omitempty"`
	Templates []DefinitionChange `json:"templates,omitempty"`
	// Incomplete says that there are too many combinations of labels for all of
	// them to be compared.
	Incomplete bool `json:"incomplete,omitempty"`
}

// Differs reports whether there is any difference.
func (d PagingDiff) Differs() bool {
	return len(d.Changes)+len(d.Receivers)+len(d.TimeIntervals)+len(d.Global)+len(d.Templates) > 0
}

// PagingChange is one difference, and the alerts that have it.
type PagingChange struct {
	// Kind is "receiver", "added", "removed", "inhibition", "intervals",
	// "timers", "grouping" or "labels".
	Kind string `json:"kind"`
	// Receivers are who is told, where that is the same before and after.
	Receivers string       `json:"receivers,omitempty"`
	From      string       `json:"from,omitempty"`
	To        string       `json:"to,omitempty"`
	Alerts    []PagedAlert `json:"alerts"`
}

// PagedAlert is an alert that has a change.
type PagedAlert struct {
	Name string `json:"name"`
	// Alert is the name with what is known of the labels that matter.
	Alert   string `json:"alert"`
	Certain bool   `json:"certain"`
	// When says in which cases, where it is not all of them: one of the lists
	// has to hold as a whole.
	When [][]string `json:"when,omitempty"`
	// Test is the file of the test that names the alert.
	Test  string `json:"test,omitempty"`
	Place Place  `json:"place"`
}

// DefinitionChange is a receiver or a time interval that is defined
// differently.
type DefinitionChange struct {
	Name string `json:"name"`
	// Action is "add", "update", "remove" or, of a receiver with the same
	// integrations under another name, "rename"; then From is the former one.
	Action string        `json:"action"`
	From   string        `json:"from,omitempty"`
	Fields []FieldChange `json:"fields,omitempty"`
}

// FieldChange is a field that differs. Secrets show as <secret>.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

func (t *textWriter) pagingDiffs(diffs []PagingDiff) {
	for i, m := range sameAnswers(diffs, func(r *PagingDiff) *string { return &r.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.inEnvironments(m.envs)
		t.pagingDiff(m.answer)
	}
}

func (t *textWriter) pagingDiff(d PagingDiff) {
	from := plain(d.From)
	if d.Commit != "" {
		from += fmt.Sprintf(" (%.12s)", d.Commit)
	}
	heading := ""
	for _, c := range d.Changes {
		if h := changeHeading(c.Kind); h != heading {
			heading = h
			t.printf("%s\n", t.styled(bold, heading))
		}
		t.pagingChange(c)
	}
	t.definitions("receivers with another configuration", d.Receivers)
	t.definitions("time intervals with another definition", d.TimeIntervals)
	if len(d.Global) > 0 {
		t.printf("%s\n", t.styled(bold, "other global settings"))
		t.fieldChanges(d.Global, "  ")
	}
	t.definitions("template files with another content", d.Templates)
	if d.Differs() {
		t.out.WriteByte('\n')
	}
	if d.Incomplete {
		t.printf("%s\n", t.styled(yellow, "there are too many combinations of labels to compare all of them"))
	}
	if d.Alerts+d.Seen == 0 {
		text := "compared with " + from + "; without rules, any alert is possible"
		if !d.Differs() {
			text = "no difference to " + from
		}
		t.printf("%s\n", text)
		return
	}
	line := fmt.Sprintf("nobody is paged differently since %s", from)
	if len(d.Changes) > 0 {
		line = fmt.Sprintf("since %s: every alert goes to the same receivers, but not as before", from)
	}
	if d.Changed+d.Possible > 0 {
		line = fmt.Sprintf("since %s: %s paged differently", from, count(d.Changed, "alert"))
		if d.Possible > 0 {
			line += fmt.Sprintf(", %d possibly", d.Possible)
		}
	}
	compared := count(d.Alerts, "alert")
	if d.Seen > 0 {
		compared += " and " + count(d.Seen, "label set") + " of tests"
	}
	t.printf("%s; %s compared\n", line, compared)
}

func changeHeading(kind string) string {
	switch kind {
	case "receiver":
		return "paged differently"
	case "added":
		return "new alerts"
	case "removed":
		return "alerts that are gone"
	case "inhibition":
		return "muted by other alerts"
	case "intervals":
		return "silent at other times"
	case "timers":
		return "notified at another pace"
	case "grouping":
		return "grouped differently"
	default:
		return "notified with other labels"
	}
}

func (t *textWriter) pagingChange(c PagingChange) {
	from, to := t.styled(red, plain(orNobody(c.From))), t.styled(green, plain(orNobody(c.To)))
	switch c.Kind {
	case "added":
		t.printf("  %s %s\n", t.styled(green, "+"), to)
	case "removed":
		t.printf("  %s %s\n", t.styled(red, "-"), from)
	case "receiver":
		t.printf("  %s → %s\n", from, to)
	default:
		t.printf("  %s: %s → %s\n", plain(c.Receivers), from, to)
	}
	for i, a := range c.Alerts {
		if i == maxListed && len(c.Alerts) > maxListed+1 {
			t.printf("    … and %d more\n", len(c.Alerts)-i)
			break
		}
		line := plain(a.Alert)
		switch {
		case len(a.When) > 0:
			line += t.styled(yellow, " if "+plain(whenText(a.When)))
		case !a.Certain:
			line += t.styled(yellow, " possibly")
		}
		if a.Test != "" {
			line += " in a test"
		}
		if place := a.Place.Span.String(); a.Place.Span.File != "" {
			line += "  " + t.styled(blue, plain(place))
		}
		t.printf("    %s\n", line)
	}
}

func orNobody(receivers string) string {
	if receivers == "" {
		return "nobody"
	}
	return receivers
}

// maxWhen bounds the cases that a line lists.
const maxWhen = 4

func whenText(when [][]string) string {
	var words []string
	for i, w := range when {
		if i == maxWhen && len(when) > maxWhen+1 {
			words = append(words, fmt.Sprintf("in %d more cases", len(when)-i))
			break
		}
		words = append(words, strings.Join(w, " and "))
	}
	return strings.Join(words, ", or ")
}

func (t *textWriter) definitions(heading string, list []DefinitionChange) {
	if len(list) == 0 {
		return
	}
	t.printf("%s\n", t.styled(bold, heading))
	for _, d := range list {
		sign, s := actionStyle(d.Action)
		name := plain(d.Name)
		if d.From != "" {
			name = plain(d.From) + " is now called " + name
		}
		t.printf("  %s %s\n", t.styled(s, sign), name)
		t.fieldChanges(d.Fields, "      ")
	}
}

func (t *textWriter) fieldChanges(list []FieldChange, indent string) {
	for _, f := range list {
		from, to := f.From, f.To
		if from == "" {
			from = "nothing"
		}
		if to == "" {
			to = "nothing"
		}
		t.printf("%s%s: %s → %s\n", indent, plain(f.Field), t.styled(red, onOneLine(from)), t.styled(green, onOneLine(to)))
	}
}

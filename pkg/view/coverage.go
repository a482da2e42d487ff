package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/ruletest"
)

// partWidth is how much of a part of an expression is shown, in code points:
// the beginning and, since comparisons end with their threshold, the end.
const partWidth = 64

// coverage draws what the tests exercise of the rules, and what they do not.
func (t *textWriter) coverage(c ruletest.CoverageReport) {
	for _, f := range c.Files {
		t.printf("%s  %s\n", t.styled(bold, plain(f.File)), countCovered(f.Covered, f.Items))
		for _, g := range f.Groups {
			t.printf("  %s  %s\n", plain(g.Name), countCovered(g.Covered, g.Items))
			names := map[string]int{}
			for _, r := range g.Rules {
				names[r.Name]++
			}
			for _, r := range g.Rules {
				t.coveredRule(r, names[r.Name] > 1)
			}
		}
		t.out.WriteByte('\n')
	}
	for _, a := range c.Alertmanager {
		t.printf("%s  %s\n", t.styled(bold, plain(a.File)), countCovered(a.Covered, len(a.Items)))
		for _, i := range a.Items {
			if i.Covered {
				t.printf("    %s %s %s\n", t.styled(green, "✓"), kindName(i.Kind), plain(i.Text))
			} else {
				t.itemAt("    ", red, "✗", missingWords(i), i.Span.String())
			}
		}
		t.out.WriteByte('\n')
	}
}

// kindName is a kind in words.
func kindName(k ruletest.ItemKind) string { return strings.ReplaceAll(string(k), "_", " ") }

func (t *textWriter) coveredRule(r ruletest.RuleCover, alike bool) {
	name := plain(r.Name)
	if alike { // rules of one name differ in their labels, as a rule
		name += plain(labelText(r.Labels))
	}
	if r.Covered == len(r.Items) {
		t.printf("    %s %s\n", t.styled(green, "✓"), name)
		return
	}
	t.printf("    %s %s  %s\n", t.styled(red, "✗"), t.styled(bold, name), countCovered(r.Covered, len(r.Items)))
	if r.Covered == 0 {
		t.item(red, "✗", "no test exercises it", r.Items[0].Span.String())
		return
	}
	for _, i := range r.Items {
		if !i.Covered {
			t.item(red, "✗", missingWords(i), i.Span.String())
		}
	}
	for n, line := range wrap(coveredList(r.Items), t.options.Width-10) {
		sign := t.styled(green, "✓")
		if n > 0 {
			sign = " "
		}
		t.printf("        %s %s\n", sign, t.styled(dim, line))
	}
}

// labelText is a label set as PromQL writes it, without the braces' content if
// there is none.
func labelText(labels map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	if len(parts) == 0 {
		return ""
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// coveredList names what is covered; outcomes of one part stand together.
func coveredList(items []ruletest.CoverageItem) string {
	var out []string
	before := ruletest.CoverageItem{}
	for _, i := range items {
		if !i.Covered {
			continue
		}
		if i.Kind == before.Kind && i.Text == before.Text && i.From == before.From {
			out[len(out)-1] += " and " + i.Outcome
		} else {
			out = append(out, coveredWords(i))
		}
		before = i
	}
	return strings.Join(out, ", ")
}

func (t *textWriter) item(s style, sign, text, place string) {
	t.itemAt("        ", s, sign, text, place)
}

// itemAt draws a line with a place at its end; on a narrow terminal the place
// gets a line of its own.
func (t *textWriter) itemAt(indent string, s style, sign, text, place string) {
	place = plain(place)
	line := fmt.Sprintf("%s%s %s", indent, t.styled(s, sign), text)
	switch {
	case place == "":
		t.printf("%s\n", line)
	case t.options.Width > 0 && len(indent)+4+columnsOf([]rune(text))+columnsOf([]rune(place)) > t.options.Width:
		t.printf("%s\n%s  %s\n", line, indent, t.styled(blue, place))
	default:
		t.printf("%s  %s\n", line, t.styled(blue, place))
	}
}

func countCovered(covered, items int) string {
	if items == 0 {
		return "nothing to cover"
	}
	return fmt.Sprintf("%d of %d", covered, items)
}

// part is a piece of an expression on one line.
func part(text string) string {
	text = plain(strings.Join(strings.Fields(text), " "))
	if r := []rune(text); len(r) > partWidth {
		text = string(r[:partWidth/2]) + "…" + string(r[len(r)-partWidth/2:])
	}
	return "`" + text + "`"
}

// missingWords says what no test has shown.
func missingWords(i ruletest.CoverageItem) string {
	text := part(i.Text)
	switch i.Kind {
	case ruletest.ItemResult:
		return "the expression never has a sample"
	case ruletest.ItemComparison:
		return text + " is never " + i.Outcome
	case ruletest.ItemAbsent:
		return "what " + text + " looks for is never " + i.Outcome
	case ruletest.ItemAnd, ruletest.ItemUnless:
		if i.Outcome == "kept" {
			return text + " never keeps a sample"
		}
		return text + " never takes a sample away"
	case ruletest.ItemOr:
		return "the " + i.Outcome + " side of " + text + " never adds a sample"
	case ruletest.ItemFor:
		if i.Outcome == "crossed" {
			return "for: " + plain(i.Text) + " never passes"
		}
		return "for: " + plain(i.Text) + " is never seen to keep it from firing"
	case ruletest.ItemKeepFiring:
		return "keep_firing_for: " + plain(i.Text) + " never keeps an alert firing"
	case ruletest.ItemAsserted:
		if i.Outcome == "value" {
			return "no assertion depends on the value"
		}
		return "no assertion expects it " + i.Outcome
	case ruletest.ItemLabel, ruletest.ItemAnnotation:
		return fmt.Sprintf("no assertion sees the %s %s", i.Kind, plain(i.Text))
	case ruletest.ItemRoute, ruletest.ItemReceiver, ruletest.ItemInhibition, ruletest.ItemInterval:
		return fmt.Sprintf("%s %s: never %s", kindName(i.Kind), plain(i.Text), i.Outcome)
	default:
		return fmt.Sprintf("%s %s: not %s", i.Kind, text, i.Outcome)
	}
}

// coveredWords says what some test has shown, in few words.
func coveredWords(i ruletest.CoverageItem) string {
	switch i.Kind {
	case ruletest.ItemResult:
		return "samples"
	case ruletest.ItemComparison, ruletest.ItemAbsent, ruletest.ItemAnd, ruletest.ItemOr, ruletest.ItemUnless:
		return part(i.Text) + " " + i.Outcome
	case ruletest.ItemFor, ruletest.ItemKeepFiring:
		return string(i.Kind) + " " + i.Outcome
	case ruletest.ItemAsserted:
		return "asserted " + i.Outcome
	default:
		return fmt.Sprintf("%s %s", i.Kind, plain(i.Text))
	}
}

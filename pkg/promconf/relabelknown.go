package promconf

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// LabelFunc says what is known of a label of an alert: its value, "" where the
// alert does not have it, or false.
type LabelFunc func(name string) (value string, known bool)

// Label returns what is known of a label after relabelling, from what is known
// before. External labels are to be known before, too.
func (r *Relabeling) Label(before LabelFunc, name string) (value string, known bool) {
	return r.after(len(r.rules), before, name)
}

// Drops returns the index of the rule that drops an alert of which some labels
// are known, for certain or possibly, or Kept.
func (r *Relabeling) Drops(before LabelFunc) (by int, certain bool) {
	by = Kept
	for i, rule := range r.rules {
		names := sourcesOf(rule)
		switch rule.Action {
		case relabel.Keep, relabel.Drop:
		case relabel.KeepEqual, relabel.DropEqual:
			names = append(names, rule.TargetLabel)
		default:
			continue
		}
		b, ok := r.builder(i, before, names)
		switch {
		case !ok && by == Kept:
			by = i
		case ok && !relabel.ProcessBuilder(b, rule):
			return i, true
		}
	}
	return by, false
}

// unknown stands for the value of a label that is not known: no label of an
// alert has it, as it is not valid UTF-8.
const unknown = "\xff"

// after is Label after the first n rules.
func (r *Relabeling) after(n int, before LabelFunc, name string) (string, bool) {
	if n == 0 {
		return before(name)
	}
	rule := r.rules[n-1]
	var sources []string
	switch rule.Action {
	case relabel.LabelMap:
		return "", false // any label may have become this one
	case relabel.LabelDrop, relabel.LabelKeep:
		if rule.Regex.MatchString(name) == (rule.Action == relabel.LabelDrop) {
			return "", true
		}
		return r.after(n-1, before, name)
	case relabel.Replace, relabel.Lowercase, relabel.Uppercase, relabel.HashMod:
		computed := strings.Contains(rule.TargetLabel, "$")
		if !computed && rule.TargetLabel != name {
			return r.after(n-1, before, name)
		}
		sources = sourcesOf(rule)
	default: // it drops alerts, and changes none
		return r.after(n-1, before, name)
	}
	b, ok := r.builder(n-1, before, sources)
	if !ok {
		return "", false
	}
	if !slices.Contains(sources, name) {
		value, known := r.after(n-1, before, name)
		if !known {
			value = unknown
		}
		b.Set(name, value)
	}
	relabel.ProcessBuilder(b, rule)
	if value := b.Get(name); value != unknown {
		return value, true
	}
	return "", false
}

// builder has some labels as they are after the first n rules; it reports false
// if one of them is not known.
func (r *Relabeling) builder(n int, before LabelFunc, names []string) (*labels.Builder, bool) {
	b := labels.NewBuilder(labels.EmptyLabels())
	for _, name := range names {
		value, known := r.after(n, before, name)
		if !known {
			return nil, false
		}
		b.Set(name, value)
	}
	return b, true
}

func sourcesOf(rule *relabel.Config) []string {
	out := make([]string, 0, len(rule.SourceLabels)+1)
	for _, name := range rule.SourceLabels {
		out = append(out, string(name))
	}
	return out
}

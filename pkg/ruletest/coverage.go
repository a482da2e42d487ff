package ruletest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/monctl/monctl/pkg/diag"
)

// ItemKind says what of a rule an item of coverage is about.
type ItemKind string

// The kinds of items, with the outcomes that each of them has.
const (
	// ItemResult is the rule as a whole: "some" sample at some tick.
	ItemResult ItemKind = "result"
	// ItemComparison is a comparison: "true" and "false".
	ItemComparison ItemKind = "comparison"
	// ItemAbsent is a call of absent or absent_over_time: "absent", "present".
	ItemAbsent ItemKind = "absent"
	// ItemAnd, ItemOr and ItemUnless are set operators. The left side of and
	// and unless is "kept" and "removed" by the right one; each side of or
	// gives samples that the result has: "left" and, besides these, "right".
	ItemAnd    ItemKind = "and"
	ItemOr     ItemKind = "or"
	ItemUnless ItemKind = "unless"
	// ItemFor is the time that an alert is pending for: "crossed", so that it
	// fired, and "not crossed": it ended before, or an assertion saw it pending.
	ItemFor ItemKind = "for"
	// ItemKeepFiring is keep_firing_for: "used" by an alert that fired on.
	ItemKeepFiring ItemKind = "keep_firing_for"
	// ItemAsserted is what tests claim: of an alert that it is "firing" and
	// that it is "not firing", of a record its "value", directly or through
	// rules that read it.
	ItemAsserted ItemKind = "asserted"
	// ItemLabel and ItemAnnotation are templates: "rendered" for an alert that
	// an assertion has seen firing.
	ItemLabel      ItemKind = "label"
	ItemAnnotation ItemKind = "annotation"

	// ItemRoute is a route, "reached" by an alert that ends in it; ItemReceiver
	// a receiver, "notified"; ItemInhibition a rule that is "active", and
	// ItemInterval a time interval that has "muted" a notification.
	ItemRoute      ItemKind = "route"
	ItemReceiver   ItemKind = "receiver"
	ItemInhibition ItemKind = "inhibition"
	ItemInterval   ItemKind = "time_interval"
)

// CoverageReport says what of the rules the tests have exercised. Its JSON form
// only ever gains fields.
type CoverageReport struct {
	// Items and Covered count the items of all rules.
	Items   int `json:"items"`
	Covered int `json:"covered"`
	// Percent is Covered in percent of Items, rounded down to a tenth; 100 if
	// there are none.
	Percent float64     `json:"percent"`
	Files   []FileCover `json:"files"`
	// Alertmanager has the configurations through which alerts are notified.
	Alertmanager []ConfigCover `json:"alertmanager,omitempty"`
}

// ConfigCover is the coverage of one Alertmanager configuration.
type ConfigCover struct {
	File    string         `json:"file"`
	Items   []CoverageItem `json:"items"`
	Covered int            `json:"covered"`
}

// FileCover is the coverage of one rule file.
type FileCover struct {
	File    string       `json:"file"`
	Items   int          `json:"items"`
	Covered int          `json:"covered"`
	Groups  []GroupCover `json:"groups"`
}

// GroupCover is the coverage of one rule group.
type GroupCover struct {
	Name    string      `json:"name"`
	Items   int         `json:"items"`
	Covered int         `json:"covered"`
	Rules   []RuleCover `json:"rules"`
}

// RuleCover is the coverage of one rule.
type RuleCover struct {
	// Name is the alert's or the record's; Kind is "alert" or "record".
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Index is the rule's place in its group, from 0.
	Index int `json:"index"`
	// Labels are those that no template makes; rules of one name differ in them.
	Labels map[string]string `json:"labels,omitempty"`
	// Expr is the expression as it was written.
	Expr string `json:"expr"`
	// Span is where the rule is written.
	Span    diag.Span      `json:"span,omitzero"`
	Items   []CoverageItem `json:"items"`
	Covered int            `json:"covered"`
}

// CoverageItem is one thing that tests can exercise.
type CoverageItem struct {
	Kind    ItemKind `json:"kind"`
	Outcome string   `json:"outcome"`
	// Text is the part of the expression, the duration, or the name of the
	// label or annotation.
	Text string `json:"text,omitempty"`
	// From and To bound the part of the rule's expression, in code points from
	// 0, To excluded; both are 0 if the item is about no part of it.
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
	// Covered is set if a test has exercised it.
	Covered bool `json:"covered"`
	// Span is where the part is written.
	Span diag.Span `json:"span,omitzero"`
}

// Coverage collects what the tests of several runs exercise. It is safe for
// concurrent use. What it says does not depend on the order of the tests.
type Coverage struct {
	mu    sync.Mutex
	files map[string][]*subject // by name and content
	order []*subject            // by file, group and place once reported
	// configs are Alertmanager's configurations, by name and content.
	configs      map[string]*configSubject
	configsOrder []*configSubject
}

// NewCoverage returns an empty collection.
func NewCoverage() *Coverage {
	return &Coverage{files: map[string][]*subject{}, configs: map[string]*configSubject{}}
}

// Add makes rules known that are to be covered, whether or not a test loads
// them.
func (c *Coverage) Add(files ...RuleFile) {
	for _, f := range files {
		c.add(f)
	}
}

// add makes a rule file's rules subjects, once for each content of it. A file
// that does not load has none.
func (c *Coverage) add(f RuleFile) []*subject {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := f.Name + "\x00" + string(f.YAML)
	subjects, known := c.files[key]
	if !known {
		subjects = newSubjects(f)
		c.files[key] = subjects
		c.order = append(c.order, subjects...)
	}
	return subjects
}

// cover marks points of a subject.
func (c *Coverage) cover(points ...*point) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range points {
		p.covered = true
	}
}

// missing returns the points of a rule that no test has covered yet.
func (c *Coverage) missing(s *subject) []*point {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*point
	for _, p := range s.points {
		if !p.covered {
			out = append(out, p)
		}
	}
	return out
}

// Report puts together what was collected. A rule that several environments
// have, with the same parts at the same place, is one rule; open reads sources,
// so that parts of expressions can be found in them.
func (c *Coverage) Report(open func(file string) ([]byte, error)) CoverageReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out CoverageReport
	for _, s := range merge(c.order) {
		rule := s.report(open)
		out.add(s, rule)
	}
	out.addConfigs(c.configsOrder)
	out.Percent = percent(out.Covered, out.Items)
	if out.Files == nil {
		out.Files = []FileCover{}
	}
	return out
}

// percent rounds down, so that 100 means all.
func percent(covered, items int) float64 {
	if items == 0 {
		return 100
	}
	return float64(1000*covered/items) / 10
}

// merge sorts subjects, and joins those that are the same rule.
func merge(subjects []*subject) []*subject {
	sorted := slices.Clone(subjects)
	slices.SortStableFunc(sorted, func(a, b *subject) int {
		return cmp.Or(strings.Compare(a.file.Name, b.file.Name), cmp.Compare(a.group.index, b.group.index),
			strings.Compare(a.group.name, b.group.name), cmp.Compare(a.index, b.index))
	})
	var out []*subject
	seen := map[string]*subject{}
	for _, s := range sorted {
		first, known := seen[s.identity()]
		if !known {
			joined := *s
			joined.points = nil
			for _, p := range s.points {
				q := *p
				joined.points = append(joined.points, &q)
			}
			seen[s.identity()] = &joined
			out = append(out, &joined)
			continue
		}
		for i, p := range s.points {
			first.points[i].covered = first.points[i].covered || p.covered
		}
	}
	return out
}

// identity is the same for a rule and its like in other environments: what
// numbers it compares with may differ, the parts that it has may not.
func (s *subject) identity() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %d %q", s.file.Name, s.group.name, s.index, s.name)
	for _, p := range s.points {
		fmt.Fprintf(&b, " %s %s", p.kind, p.outcome)
	}
	return b.String()
}

func (r *CoverageReport) add(s *subject, rule RuleCover) {
	if n := len(r.Files); n == 0 || r.Files[n-1].File != s.file.Name {
		r.Files = append(r.Files, FileCover{File: s.file.Name})
	}
	f := &r.Files[len(r.Files)-1]
	if n := len(f.Groups); n == 0 || f.Groups[n-1].Name != s.group.name {
		f.Groups = append(f.Groups, GroupCover{Name: s.group.name})
	}
	g := &f.Groups[len(f.Groups)-1]
	g.Rules = append(g.Rules, rule)
	for _, covered := range []*int{&g.Covered, &f.Covered, &r.Covered} {
		*covered += rule.Covered
	}
	for _, items := range []*int{&g.Items, &f.Items, &r.Items} {
		*items += len(rule.Items)
	}
}

package ruletest

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// subject is a rule whose coverage is of interest.
type subject struct {
	file  *RuleFile
	group subjectGroup
	index int
	name  string
	alert bool
	expr  *expr.Expr
	// static are the labels that every alert or sample of the rule has.
	static           labels.Labels
	hold, keepFiring time.Duration
	offset           time.Duration // the group's query_offset
	points           []*point
	place            func(pointer string) diag.Span
}

type subjectGroup struct {
	name  string
	index int
}

// point is an item of coverage and how it is found out.
type point struct {
	kind    ItemKind
	outcome string
	text    string
	// node is the part of the expression, or nil.
	node parser.Expr
	// pointer leads to the item from the rule, where it is no part of the
	// expression: "/for", "/annotations/summary".
	pointer string
	// probes are expressions; the point is covered if the first of them that
	// can be evaluated has a sample at any tick. Points of the alert's states
	// and of assertions have none.
	probes  []string
	covered bool
}

// newSubjects reads the rules of a file; none if it does not load, which is
// said elsewhere.
func newSubjects(f RuleFile) []*subject {
	p := expr.AllFeatures().Parser() // Whether they are enabled is judged elsewhere.
	parsed, errs := rulefmt.Parse(f.YAML, true, model.UTF8Validation, p, slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		return nil
	}
	place := places(f.Name, f.YAML, f.Origin)
	var out []*subject
	for i, g := range parsed.Groups {
		for j, r := range g.Rules {
			node, err := p.ParseExpr(r.Expr)
			if err != nil {
				continue // rulefmt has parsed it with the same parser
			}
			s := &subject{
				file: &f, group: subjectGroup{g.Name, i}, index: j, name: r.Record + r.Alert, alert: r.Alert != "", expr: &expr.Expr{Text: r.Expr, Node: node},
				hold: time.Duration(r.For), keepFiring: time.Duration(r.KeepFiringFor),
			}
			if g.QueryOffset != nil {
				s.offset = time.Duration(*g.QueryOffset)
			}
			rule := "/groups/" + strconv.Itoa(i) + "/rules/" + strconv.Itoa(j)
			s.place = func(pointer string) diag.Span { return place(rule + pointer) }
			s.static = staticLabels(g.Labels, r.Labels)
			s.points = points(s, r)
			out = append(out, s)
		}
	}
	return out
}

// places returns where the parts of a file are written: in the source that it
// was rendered from or, without one, in the file itself.
func places(name string, text []byte, origin bundle.Origin) func(pointer string) diag.Span {
	if origin != nil {
		return origin.At
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
		return func(string) diag.Span { return diag.Span{File: name} }
	}
	d := &decoder{file: name}
	return func(pointer string) diag.Span {
		n := node{doc.Content[0], ""}
		for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
			child := n.child(unescape(token))
			if child.Node == nil {
				break
			}
			n = child
		}
		return d.span(n)
	}
}

// child returns the value of a mapping's key or of a list's index.
func (n node) child(token string) node {
	n = resolve(n)
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == token {
				return resolve(node{n.Content[i+1], ""})
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
			return resolve(node{n.Content[i], ""})
		}
	}
	return node{}
}

func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// staticLabels are the labels that no template makes. A rule's own ones take
// the place of the group's.
func staticLabels(group, own map[string]string) labels.Labels {
	b := labels.NewBuilder(labels.EmptyLabels())
	for _, set := range []map[string]string{group, own} {
		for name, value := range set {
			if strings.Contains(value, "{{") {
				b.Del(name)
			} else {
				b.Set(name, value)
			}
		}
	}
	return b.Labels()
}

// isStaticOf reports whether an alert with these labels can be one of the rule.
func (s *subject) isStaticOf(lset labels.Labels) bool {
	ok := true
	s.static.Range(func(l labels.Label) { ok = ok && lset.Get(l.Name) == l.Value })
	return ok
}

// couldBe reports whether an expected alert is one of the rule: it has the
// rule's labels or, where only some are named, none that differs.
func (s *subject) couldBe(a alertText, m match) bool {
	if m != matchSubset {
		return s.isStaticOf(a.labels)
	}
	ok := true
	a.labels.Range(func(l labels.Label) { ok = ok && (!s.static.Has(l.Name) || s.static.Get(l.Name) == l.Value) })
	return ok
}

// points lists what of a rule tests can exercise, in the order of its text.
func points(s *subject, r rulefmt.Rule) []*point {
	out := []*point{{kind: ItemResult, outcome: "some", pointer: "/expr", probes: []string{s.expr.Node.String()}}}
	out = append(out, exprPoints(s.expr)...)
	if !s.alert {
		return append(out, &point{kind: ItemAsserted, outcome: "value", text: s.name, pointer: "/record"})
	}
	if s.hold > 0 {
		hold := r.For.String()
		out = append(out, &point{kind: ItemFor, outcome: "crossed", text: hold, pointer: "/for"},
			&point{kind: ItemFor, outcome: "not crossed", text: hold, pointer: "/for"})
	}
	if s.keepFiring > 0 {
		out = append(out, &point{kind: ItemKeepFiring, outcome: "used", text: r.KeepFiringFor.String(), pointer: "/keep_firing_for"})
	}
	out = append(out, &point{kind: ItemAsserted, outcome: "firing", text: s.name, pointer: "/alert"},
		&point{kind: ItemAsserted, outcome: "not firing", text: s.name, pointer: "/alert"})
	out = append(out, templates(ItemLabel, "/labels/", r.Labels)...)
	return append(out, templates(ItemAnnotation, "/annotations/", r.Annotations)...)
}

// templates lists those among some texts that are templates, sorted by name.
func templates(kind ItemKind, pointer string, texts map[string]string) []*point {
	var out []*point
	for name, text := range texts {
		if strings.Contains(text, "{{") {
			out = append(out, &point{kind: kind, outcome: "rendered", text: name, pointer: pointer + escape(name)})
		}
	}
	slices.SortFunc(out, func(a, b *point) int { return strings.Compare(a.text, b.text) })
	return out
}

// report writes the coverage of a rule down.
func (s *subject) report(open func(file string) ([]byte, error)) RuleCover {
	whole := s.place("/expr")
	source, err := open(whole.File)
	if err != nil {
		source = nil // Then the place of the expression has to do.
	}
	out := RuleCover{Name: s.name, Kind: "record", Index: s.index, Expr: s.expr.Text, Span: s.place("")}
	if s.alert {
		out.Kind = "alert"
	}
	if !s.static.IsEmpty() {
		out.Labels = s.static.Map()
	}
	for _, p := range s.points {
		item := CoverageItem{Kind: p.kind, Outcome: p.outcome, Text: p.text, Covered: p.covered}
		if p.node != nil {
			from, to := s.expr.Range(p.node)
			item.From, item.To = utf8.RuneCountInString(s.expr.Text[:from]), utf8.RuneCountInString(s.expr.Text[:to])
			item.Span = whole
			if span, ok := s.expr.Locate(source, whole, p.node); ok {
				item.Span = span
			}
		} else {
			item.Span = s.place(p.pointer)
		}
		if p.covered {
			out.Covered++
		}
		out.Items = append(out.Items, item)
	}
	return out
}

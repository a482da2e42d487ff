package view

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Graph is what hangs on what in an environment, or a part of that.
type Graph struct {
	Environment string `json:"environment"`
	// Start are the IDs of the nodes that were asked for; none means all.
	Start []string    `json:"start,omitempty"`
	Nodes []GraphNode `json:"nodes"`
	Edges []GraphEdge `json:"edges"`
}

// GraphNode is a metric, a rule, a route, a receiver, or a part of a dashboard.
type GraphNode struct {
	// ID is unique within the graph: "alert/HostDown".
	ID string `json:"id"`
	// Kind is "metric", "record", "alert", "route", "receiver", "inhibition",
	// "panel", "variable", "annotation" or "dashboard".
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Detail tells nodes of one name apart: a route's matchers, an alert's
	// severity, a panel's dashboard, a dashboard's uid.
	Detail string  `json:"detail,omitempty"`
	Places []Place `json:"places,omitempty"`
	// Context says that another repository owns it.
	Context bool `json:"context,omitempty"`
}

// GraphEdge leads from what is needed to what needs it.
type GraphEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Relation is "reads", "takes", "notifies", "inhibits", "inhibited",
	// "shows", or "reaches" where nodes between the two are left out.
	Relation string `json:"relation"`
	// Certain is false where it depends on data whether the edge is there.
	Certain bool `json:"certain"`
}

// Place is where something is defined.
type Place struct {
	Object  string    `json:"object"`
	Pointer string    `json:"pointer,omitempty"`
	Span    diag.Span `json:"span,omitzero"`
}

// graphs draws graphs as trees; those that are the same in several
// environments once.
func (t *textWriter) graphs(graphs []Graph) {
	for i, m := range sameAnswers(graphs, func(g *Graph) *string { return &g.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		if names := t.environmentNames(m.envs); names != "" {
			t.printf("%s\n", t.styled(bold, "in "+plain(names)))
		}
		newTree(t, m.answer).draw(m.answer)
	}
}

type tree struct {
	*textWriter
	nodes   map[string]GraphNode
	in, out map[string][]GraphEdge
	// drawn are nodes whose branches have been drawn in the current direction.
	drawn map[string]bool
}

func newTree(t *textWriter, g Graph) *tree {
	tr := &tree{textWriter: t, nodes: map[string]GraphNode{}, in: map[string][]GraphEdge{}, out: map[string][]GraphEdge{}, drawn: map[string]bool{}}
	for _, n := range g.Nodes {
		tr.nodes[n.ID] = n
	}
	for _, e := range g.Edges {
		tr.out[e.From] = append(tr.out[e.From], e)
		tr.in[e.To] = append(tr.in[e.To], e)
	}
	return tr
}

// draw draws what the nodes that were asked for need and what needs them or,
// if none was, everything from what needs nothing.
func (t *tree) draw(g Graph) {
	if len(g.Nodes) == 0 {
		t.printf("nothing\n")
		return
	}
	if len(g.Start) == 0 {
		for _, n := range g.Nodes {
			if len(t.in[n.ID]) == 0 {
				t.printf("%s\n", t.label(n, true))
				t.branches(n.ID, "", true)
			}
		}
		for _, n := range g.Nodes { // circles have no beginning
			if len(t.in[n.ID]) > 0 && !t.drawn[n.ID] {
				t.printf("%s\n", t.label(n, true))
				t.branches(n.ID, "", true)
			}
		}
		return
	}
	for _, id := range g.Start {
		t.printf("%s\n", t.label(t.nodes[id], true))
		clear(t.drawn)
		if len(t.in[id]) > 0 {
			t.printf("  %s\n", t.styled(dim, "needs"))
			t.branches(id, "  ", false)
		}
		clear(t.drawn)
		if len(t.out[id]) > 0 {
			t.printf("  %s\n", t.styled(dim, "is needed by"))
			t.branches(id, "  ", true)
		}
	}
}

// branches draws what hangs on a node or, the other way, what it hangs on. A
// node's branches are drawn once.
func (t *tree) branches(id, indent string, down bool) {
	t.drawn[id] = true
	edges := t.in[id]
	if down {
		edges = t.out[id]
	}
	for i, e := range edges {
		branch, next := "├─ ", "│  "
		if i == len(edges)-1 {
			branch, next = "└─ ", "   "
		}
		other := e.From
		if down {
			other = e.To
		}
		n := t.nodes[other]
		again := t.drawn[other] && (down && len(t.out[other]) > 0 || !down && len(t.in[other]) > 0)
		t.printf("%s%s%s%s\n", indent, t.styled(dim, branch), t.label(n, !again), t.remark(e, again))
		if !t.drawn[other] {
			t.branches(other, indent+next, down)
		}
	}
}

// label names a node and, if wanted, its first place.
func (t *tree) label(n GraphNode, place bool) string {
	text := t.styled(dim, n.Kind) + " " + t.styled(bold, plain(n.Name))
	if n.Detail != "" {
		text += " " + onOneLine("("+n.Detail+")")
	}
	if n.Context {
		text += " (context)"
	}
	if place && len(n.Places) > 0 {
		text += "  " + t.styled(blue, plain(placeText(n.Places)))
	}
	return text
}

func (t *tree) remark(e GraphEdge, again bool) string {
	var words []string
	switch e.Relation {
	case "inhibits":
		words = append(words, "as the source")
	case "inhibited":
		words = append(words, "as the target")
	}
	if !e.Certain {
		words = append(words, "possible")
	}
	if again {
		words = append(words, "see above")
	}
	if len(words) == 0 {
		return ""
	}
	return t.styled(yellow, " ["+strings.Join(words, ", ")+"]")
}

// placeText names the first place and counts the others.
func placeText(places []Place) string {
	if len(places) == 0 {
		return ""
	}
	text := places[0].Span.String()
	if n := len(places) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// Impact is what hangs on one thing in an environment.
type Impact struct {
	Environment string `json:"environment"`
	// Name is what was asked about, Nodes what it means.
	Name  string      `json:"name"`
	Nodes []GraphNode `json:"nodes"`
	// Affected are all things that hang on them, the nearest first.
	Affected []Affected `json:"affected"`
}

// Affected is one thing that hangs on another.
type Affected struct {
	GraphNode
	// Depth is the number of edges between the two.
	Depth int `json:"depth"`
	// Certain says that it hangs on the other whatever the data.
	Certain bool `json:"certain"`
	// Parts are the panels, variables and annotations of a dashboard through
	// which it hangs on it.
	Parts []string `json:"parts,omitempty"`
	// Receivers are who an alert is sent to.
	Receivers []AlertReceiver `json:"receivers,omitempty"`
}

// AlertReceiver is a receiver of an alert.
type AlertReceiver struct {
	Name    string `json:"name"`
	Certain bool   `json:"certain"`
}

// sections are the kinds that the text of an impact lists, in their order.
// Routes stand in their alerts' lines, panels in their dashboards'.
func sections() []struct{ kind, noun string } {
	return []struct{ kind, noun string }{
		{"metric", "metric"},
		{"record", "recording rule"},
		{"alert", "alert"},
		{"receiver", "receiver"},
		{"inhibition", "inhibition rule"},
		{"dashboard", "dashboard"},
	}
}

// impacts draws impacts; those that are the same in several environments once.
func (t *textWriter) impacts(impacts []Impact) {
	for i, m := range sameAnswers(impacts, func(i *Impact) *string { return &i.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.impact(m.answer, t.environmentNames(m.envs))
	}
}

// sameAnswer is what a command answers for some environments.
type sameAnswer[T any] struct {
	answer T
	envs   []string
}

// sameAnswers puts answers together that differ in their environment only.
func sameAnswers[T any](answers []T, env func(*T) *string) []sameAnswer[T] {
	var out []sameAnswer[T]
	at := map[string]int{}
	for _, a := range answers {
		name := *env(&a)
		*env(&a) = ""
		text, err := json.Marshal(a)
		i, ok := at[string(text)]
		if !ok || err != nil {
			i = len(out)
			at[string(text)] = i
			out = append(out, sameAnswer[T]{answer: a})
		}
		out[i].envs = append(out[i].envs, name)
	}
	return out
}

func (t *textWriter) impact(impact Impact, environments string) {
	tr := newTree(t, Graph{})
	for _, n := range impact.Nodes {
		line := tr.label(n, true)
		if environments != "" {
			line += " in " + plain(environments)
		}
		t.printf("%s\n", line)
	}
	if len(impact.Affected) == 0 {
		t.printf("  nothing hangs on it\n")
		return
	}
	for _, g := range sections() {
		var members []Affected
		for _, a := range impact.Affected {
			if a.Kind == g.kind {
				members = append(members, a)
			}
		}
		if len(members) == 0 {
			continue
		}
		t.printf("  %s\n", t.styled(bold, count(len(members), g.noun)))
		t.members(members)
	}
}

func (t *textWriter) members(members []Affected) {
	names := make([]string, len(members))
	widest := 0
	for i, m := range members {
		names[i] = plain(m.Name)
		if m.Detail != "" {
			names[i] += " " + onOneLine("("+m.Detail+")")
		}
		widest = max(widest, columnsOf([]rune(names[i])))
	}
	for i, m := range members {
		line := names[i]
		if place := placeText(m.Places); place != "" {
			line += strings.Repeat(" ", widest-columnsOf([]rune(line))) + "  " + t.styled(blue, plain(place))
		}
		if !m.Certain {
			line += t.styled(yellow, " [possible]")
		}
		if to := receivers(m.Receivers); to != "" {
			line += "  → " + plain(to)
		}
		if len(m.Parts) > 0 {
			line += "  " + onOneLine(strings.Join(m.Parts, ", "))
		}
		t.printf("    %s\n", line)
	}
}

// receivers says "pager, possibly team".
func receivers(list []AlertReceiver) string {
	var certain, possible []string
	for _, r := range list {
		if r.Certain {
			certain = append(certain, r.Name)
		} else {
			possible = append(possible, r.Name)
		}
	}
	slices.Sort(certain)
	slices.Sort(possible)
	text := strings.Join(certain, ", ")
	if len(possible) == 0 {
		return text
	}
	if text != "" {
		text += ", "
	}
	return text + "possibly " + strings.Join(possible, " or ")
}

package view

import (
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

// graphs draws graphs as trees.
func (t *textWriter) graphs(graphs []Graph) {
	for i, g := range graphs {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		if len(graphs) > 1 {
			t.printf("%s\n", t.styled(bold, "environment "+plain(g.Environment)))
		}
		newTree(t, g).draw(g)
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
	// Receivers are who an alert is sent to.
	Receivers []AlertReceiver `json:"receivers,omitempty"`
}

// AlertReceiver is a receiver of an alert.
type AlertReceiver struct {
	Name    string `json:"name"`
	Certain bool   `json:"certain"`
}

// groups are the sections of an impact, in their order.
func groups() []struct{ kind, noun string } {
	return []struct{ kind, noun string }{
		{"record", "recording rule"}, {"alert", "alert"}, {"receiver", "receiver"}, {"route", "route"}, {"inhibition", "inhibition rule"},
		{"dashboard", "dashboard"}, {"panel", "panel"}, {"variable", "variable"}, {"annotation", "annotation"}, {"metric", "metric"},
	}
}

func (t *textWriter) impacts(impacts []Impact) {
	envs := map[string]bool{}
	for _, i := range impacts {
		envs[i.Environment] = true
	}
	for i, impact := range impacts {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.impact(impact, len(envs) > 1)
	}
}

func (t *textWriter) impact(impact Impact, nameEnvironment bool) {
	tr := newTree(t, Graph{})
	for _, n := range impact.Nodes {
		line := tr.label(n, true)
		if nameEnvironment {
			line += " in " + plain(impact.Environment)
		}
		t.printf("%s\n", line)
	}
	if len(impact.Affected) == 0 {
		t.printf("  nothing hangs on it\n")
		return
	}
	for _, g := range groups() {
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

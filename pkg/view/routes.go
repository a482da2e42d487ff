package view

import (
	"fmt"
	"slices"
	"strings"
)

// RouteTree is a routing tree, and where the alerts end.
type RouteTree struct {
	Environment string `json:"environment"`
	// Routes are in the order in which they are tried, the root first.
	Routes []RouteNode `json:"routes"`
	// Alerts counts the alerting rules that send alerts into the tree.
	Alerts int `json:"alerts"`
}

// RouteNode is one route.
type RouteNode struct {
	// ID is its place in the configuration, "route.routes[0]"; Parent is empty
	// for the root.
	ID     string `json:"id"`
	Parent string `json:"parent,omitempty"`
	// Matchers are the route's own.
	Matchers []string `json:"matchers"`
	Continue bool     `json:"continue,omitempty"`
	RouteOptions
	// Own are the options that differ from those of the parent.
	Own   []string `json:"own,omitempty"`
	Place Place    `json:"place"`
	// Certain and Possible count the alerting rules whose alerts end there.
	Certain  int `json:"certain"`
	Possible int `json:"possible"`
	// Ends are these alerts, if they were asked for.
	Ends []RoutedAlert `json:"ends,omitempty"`
}

// RouteOptions are what a route says about notifications, inherited values
// filled in.
type RouteOptions struct {
	Receiver string `json:"receiver"`
	// GroupBy is ["..."] for all labels.
	GroupBy []string `json:"group_by"`
	// GroupWait and the others are durations as configurations have them.
	GroupWait           string            `json:"group_wait"`
	GroupInterval       string            `json:"group_interval"`
	RepeatInterval      string            `json:"repeat_interval"`
	MuteTimeIntervals   []string          `json:"mute_time_intervals,omitempty"`
	ActiveTimeIntervals []string          `json:"active_time_intervals,omitempty"`
	Labels              map[string]string `json:"labels,omitempty"`
}

// RoutedAlert is an alert that ends in a route.
type RoutedAlert struct {
	// Alert is the name with what is known of the labels that matter.
	Alert   string `json:"alert"`
	Certain bool   `json:"certain"`
	Place   Place  `json:"place"`
}

// routeTrees draws routing trees; those that are the same in several
// environments once.
func (t *textWriter) routeTrees(trees []RouteTree) {
	for i, m := range sameAnswers(trees, func(r *RouteTree) *string { return &r.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.inEnvironments(m.envs)
		d := newRouteDrawing(t, m.answer)
		d.route(m.answer.Routes[0], "", "")
		if m.answer.Alerts > 0 {
			t.printf("%s\n", d.unreached(m.answer))
		}
	}
}

// inEnvironments heads an answer that is about some environments only.
func (t *textWriter) inEnvironments(envs []string) {
	if names := t.environmentNames(envs); names != "" {
		t.printf("%s\n", t.styled(bold, "in "+plain(names)))
	}
}

type routeDrawing struct {
	*textWriter
	children map[string][]RouteNode
	counted  bool
}

func newRouteDrawing(t *textWriter, tree RouteTree) *routeDrawing {
	d := &routeDrawing{textWriter: t, children: map[string][]RouteNode{}, counted: tree.Alerts > 0}
	for _, r := range tree.Routes {
		if r.Parent != "" {
			d.children[r.Parent] = append(d.children[r.Parent], r)
		}
	}
	return d
}

// route draws a route behind a branch, and those below it.
func (d *routeDrawing) route(r RouteNode, branch, indent string) {
	line := d.styled(dim, branch) + matchersText(r.Matchers) + " → " + d.styled(bold, plain(r.Receiver))
	if words := ownOptions(r); len(words) > 0 {
		line += "  " + plain(strings.Join(words, "; "))
	}
	if d.counted && (r.Certain+r.Possible > 0 || len(d.children[r.ID]) == 0) {
		line += "  " + d.styled(blue, "["+endsText(r)+"]")
	}
	d.printf("%s\n", line)
	children := d.children[r.ID]
	for _, e := range r.Ends {
		bar := "   "
		if len(children) > 0 {
			bar = "│  "
		}
		text := plain(e.Alert)
		if !e.Certain {
			text += d.styled(yellow, " [possible]")
		}
		d.printf("%s%s %s\n", d.styled(dim, indent+bar), d.styled(dim, "·"), text)
	}
	for i, c := range children {
		branch, next := "├─ ", "│  "
		if i == len(children)-1 {
			branch, next = "└─ ", "   "
		}
		d.route(c, indent+branch, indent+next)
	}
}

func (d *routeDrawing) unreached(tree RouteTree) string {
	none := 0
	for _, r := range tree.Routes {
		if r.Certain+r.Possible == 0 && len(d.children[r.ID]) == 0 {
			none++
		}
	}
	text := fmt.Sprintf("%s, %s", count(len(tree.Routes), "route"), count(tree.Alerts, "alert"))
	if none > 0 {
		text += fmt.Sprintf(", %s that none of them gets to", count(none, "route"))
	}
	return text
}

func matchersText(matchers []string) string {
	if len(matchers) == 0 {
		return "all alerts"
	}
	return plain(strings.Join(matchers, ", "))
}

func endsText(r RouteNode) string {
	switch {
	case r.Certain+r.Possible == 0:
		return "no alert"
	case r.Possible == 0:
		return count(r.Certain, "alert")
	case r.Certain == 0:
		return fmt.Sprintf("%s possible", count(r.Possible, "alert"))
	default:
		return fmt.Sprintf("%s, %d possible", count(r.Certain, "alert"), r.Possible)
	}
}

// ownOptions are the options in which a route differs from its parent, as
// words.
func ownOptions(r RouteNode) []string {
	var words []string
	for _, own := range r.Own {
		switch own {
		case "group_by":
			words = append(words, "grouped "+groupingText(r.GroupBy))
		case "group_wait":
			words = append(words, "group_wait "+r.GroupWait)
		case "group_interval":
			words = append(words, "group_interval "+r.GroupInterval)
		case "repeat_interval":
			words = append(words, "repeat_interval "+r.RepeatInterval)
		case "labels":
			words = append(words, "adds labels "+pairsText(r.Labels))
		}
	}
	if len(r.MuteTimeIntervals) > 0 {
		words = append(words, "muted in "+strings.Join(r.MuteTimeIntervals, ", "))
	}
	if len(r.ActiveTimeIntervals) > 0 {
		words = append(words, "active in "+strings.Join(r.ActiveTimeIntervals, ", "))
	}
	if r.Continue {
		words = append(words, "continue")
	}
	return words
}

func groupingText(by []string) string {
	switch {
	case len(by) == 0:
		return "all together"
	case slices.Equal(by, []string{"..."}):
		return "each alone"
	default:
		return "by " + strings.Join(by, ", ")
	}
}

func pairsText(m map[string]string) string {
	var words []string
	for name, value := range m {
		words = append(words, fmt.Sprintf("%s=%q", name, value))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

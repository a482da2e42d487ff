package routing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"
)

// Tree is a routing tree. It is immutable.
type Tree struct {
	root   *dispatch.Route
	routes map[*dispatch.Route]*Route
	order  []*Route
}

// Route is one node of a tree.
type Route struct {
	// Pointer is its place in the configuration: "/route/routes/2".
	Pointer string
	// Key is the route's part of the keys of its groups: the matchers from the
	// root down, as upstream writes them. Two routes may have the same.
	Key string
	// Parent is nil for the root.
	Parent *Route
	// Children are in the order in which they are tried.
	Children []*Route
	// Receiver and what follows are inherited where the route does not say.
	Receiver string
	// GroupBy is sorted; GroupByAll means every label.
	GroupBy        []string
	GroupByAll     bool
	GroupWait      time.Duration
	GroupInterval  time.Duration
	RepeatInterval time.Duration
	// Labels are the route's labels merged over those of its parents, before
	// their templates are rendered.
	Labels map[string]string
	// MuteTimeIntervals and ActiveTimeIntervals are the route's own: they are
	// never inherited.
	MuteTimeIntervals   []string
	ActiveTimeIntervals []string
	// Matchers are all that the route itself demands, in upstream's order.
	Matchers labels.Matchers
	// Continue means that siblings further down are tried as well.
	Continue bool
}

// NewTree returns the tree of a configuration that LoadConfig accepted.
func NewTree(cfg *config.Config) *Tree {
	t := &Tree{root: dispatch.NewRoute(cfg.Route, nil), routes: map[*dispatch.Route]*Route{}}
	t.add(t.root, nil, "/route")
	return t
}

func (t *Tree) add(from *dispatch.Route, parent *Route, pointer string) {
	o := from.RouteOpts
	r := &Route{
		Pointer: pointer, Key: from.Key(), Parent: parent, Receiver: o.Receiver,
		GroupByAll: o.GroupByAll, GroupWait: o.GroupWait, GroupInterval: o.GroupInterval, RepeatInterval: o.RepeatInterval,
		MuteTimeIntervals: o.MuteTimeIntervals, ActiveTimeIntervals: o.ActiveTimeIntervals,
		Matchers: from.Matchers, Continue: from.Continue,
	}
	for name := range o.GroupBy {
		r.GroupBy = append(r.GroupBy, string(name))
	}
	slices.Sort(r.GroupBy)
	for name, value := range o.Labels {
		if r.Labels == nil {
			r.Labels = map[string]string{}
		}
		r.Labels[string(name)] = string(value)
	}
	if parent != nil {
		parent.Children = append(parent.Children, r)
	}
	t.routes[from] = r
	t.order = append(t.order, r)
	for i, child := range from.Routes {
		t.add(child, r, pointer+"/routes/"+strconv.Itoa(i))
	}
}

// Root returns the route that takes what no other does.
func (t *Tree) Root() *Route { return t.routes[t.root] }

// Routes returns all routes, parents before children, in the order in which
// they are tried.
func (t *Tree) Routes() []*Route { return t.order }

// Match returns the routes that an alert with some labels ends in, in order.
// There is always one at least; receivers may occur twice.
func (t *Tree) Match(alert map[string]string) []*Route {
	set := make(model.LabelSet, len(alert))
	for k, v := range alert {
		set[model.LabelName(k)] = model.LabelValue(v)
	}
	var out []*Route
	for _, r := range t.root.Match(set) {
		out = append(out, t.routes[r])
	}
	return out
}

// Receivers returns the receivers of the routes that Match returns, in order,
// duplicates kept.
func (t *Tree) Receivers(alert map[string]string) []string {
	var out []string
	for _, r := range t.Match(alert) {
		out = append(out, r.Receiver)
	}
	return out
}

// Dotted writes the place of a route or of an inhibition rule as people do:
// "route.routes[0]" for "/route/routes/0".
func Dotted(pointer string) string {
	var b strings.Builder
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch {
		case strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}

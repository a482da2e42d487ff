package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/paging"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/view"
)

// routesTreeOptions are those of routes tree.
type routesTreeOptions struct {
	*global
	routeFlags
	format string
	alerts bool
}

func newRoutesTree(g *global) *cobra.Command {
	o := &routesTreeOptions{global: g}
	cmd := &cobra.Command{
		Use:   "tree",
		Short: "Draw the routing tree, with the alerts that end in each route",
		Long: `Tree draws the routes in the order in which Alertmanager tries them: the
matchers, the receiver, and of the other options those that differ from the
route above. Of a project, it counts how many of its alerting rules end in each
route; where that depends on labels that come out of a query, it is possible.`,
		Example: `  monctl routes tree
  monctl routes tree --alerts --env tokyo
  monctl routes tree --format svg > routes.svg
  monctl routes tree --config alertmanager.yml`,
		Args:              noArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	o.routeFlags.add(g, cmd)
	cmd.Flags().StringVar(&o.format, "format", "text", "draw as text, dot (Graphviz) or svg")
	cmd.Flags().BoolVar(&o.alerts, "alerts", false, "list the alerts that end in each route")
	complete(cmd, "format", func() []string { return append([]string{"text"}, view.RouteFormats()...) })
	return cmd
}

func (o *routesTreeOptions) run(ctx context.Context) error {
	defer o.hurry()()
	switch {
	case o.format != "text" && !slices.Contains(view.RouteFormats(), o.format):
		return usagef("--format: unknown format %q: want text, %s", o.format, strings.Join(view.RouteFormats(), " or "))
	case o.format != "text" && o.output != "text":
		return usagef("--format %s and -o %s: choose one of them", o.format, o.output)
	}
	p, all, err := o.load(ctx, o.global)
	if err != nil {
		return err
	}
	r := newReport("routes tree", p)
	for _, one := range all {
		r.Routes = append(r.Routes, o.tree(one))
	}
	if o.format != "text" && !o.failed(p) {
		if err := view.WriteRoutes(o.sys.Stdout, o.format, r.Routes); err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return nil
	}
	return o.concludeRoutes(r, p)
}

func (o *routesTreeOptions) tree(r envRouting) view.RouteTree {
	out := view.RouteTree{Environment: r.env, Alerts: len(r.alerts)}
	at := map[*routing.Route]int{}
	for _, route := range r.config.Tree.Routes() {
		at[route] = len(out.Routes)
		out.Routes = append(out.Routes, routeNode(r, route))
	}
	names := r.config.Asked()
	for _, a := range r.alerts {
		if a.Rule.NeverArrives() {
			continue
		}
		dropped := a.Rule.MayBeDropped()
		for _, end := range r.config.Tree.Reach(a.Label) {
			n := &out.Routes[at[end.Route]]
			certain := end.Certainty == routing.Certain && !dropped
			if certain {
				n.Certain++
			} else {
				n.Possible++
			}
			if o.alerts {
				n.Ends = append(n.Ends, routedAlert(a, names, certain))
			}
		}
	}
	return out
}

func routedAlert(a paging.Alert, names []string, certain bool) view.RoutedAlert {
	return view.RoutedAlert{Alert: a.Text(names), Certain: certain, Place: rulePlace(a)}
}

func routeNode(r envRouting, route *routing.Route) view.RouteNode {
	n := view.RouteNode{
		ID: routing.Dotted(route.Pointer), Matchers: []string{}, Continue: route.Continue,
		RouteOptions: routeOptions(route), Place: r.place(route.Pointer),
	}
	for _, m := range route.Matchers {
		n.Matchers = append(n.Matchers, m.String())
	}
	own := []string{"receiver", "group_by", "group_wait", "group_interval", "repeat_interval"}
	if len(route.Labels) > 0 {
		own = append(own, "labels")
	}
	if up := route.Parent; up != nil {
		n.Parent = routing.Dotted(up.Pointer)
		same := map[string]bool{
			"receiver":   up.Receiver == route.Receiver,
			"group_by":   up.GroupByAll == route.GroupByAll && slices.Equal(up.GroupBy, route.GroupBy),
			"group_wait": up.GroupWait == route.GroupWait, "group_interval": up.GroupInterval == route.GroupInterval,
			"repeat_interval": up.RepeatInterval == route.RepeatInterval, "labels": maps.Equal(up.Labels, route.Labels),
		}
		own = slices.DeleteFunc(own, func(field string) bool { return same[field] })
	}
	n.Own = own
	return n
}

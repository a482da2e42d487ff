package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeNames offers what has a name in the project: metrics, rules, routes,
// receivers, dashboards. It renders the project for that, in the environments
// that the flags name, and offers what is there where a part of it fails.
func (f *projectFlags) completeNames(g *global) cobra.CompletionFunc {
	return func(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
		defer g.hurry()()
		_, graphs, err := f.graphs(cmd.Context(), g)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, graph := range graphs {
			for _, name := range graph.NodeNames() {
				if strings.HasPrefix(name, begun) && !slices.Contains(given, name) {
					names = append(names, name)
				}
			}
		}
		slices.Sort(names)
		return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
	}
}

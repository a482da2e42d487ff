package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// featureFlag is the flag --enable-feature.
type featureFlag struct{ names []string }

func (f *featureFlag) add(cmd *cobra.Command, help string) {
	cmd.Flags().StringSliceVar(&f.names, "enable-feature", nil, help)
	complete(cmd, "enable-feature", expr.FeatureNames)
}

// read returns the features that are named.
func (f *featureFlag) read() (expr.Features, error) {
	var enabled expr.Features
	for _, name := range f.names {
		if name == "" || enabled.Enable(name) {
			continue
		}
		names := expr.FeatureNames()
		hint := diag.DidYouMean(name, names)
		if hint == "" {
			hint = "there are " + strings.Join(names, ", ")
		}
		return expr.Features{}, usagef("--enable-feature: there is no feature %q; %s", name, hint)
	}
	return enabled, nil
}

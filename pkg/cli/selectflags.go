package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/render"
)

// selectFlags choose objects.
type selectFlags struct{ refs, labels []string }

func (f *selectFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&f.refs, "target", "t", nil, "only objects whose reference all of the `expression` matches, rules/node/.* for one; with ! before it all but those")
	cmd.Flags().StringArrayVarP(&f.labels, "selector", "l", nil, "only objects with these labels: `name=value`, !=, =~ or !~, comma-separated")
	complete(cmd, "target", func() []string {
		var kinds []string
		for _, k := range bundle.Kinds() {
			if k == bundle.Alertmanager || k == bundle.Prometheus {
				kinds = append(kinds, string(k))
			} else {
				kinds = append(kinds, string(k)+"/.*")
			}
		}
		return kinds
	})
}

// selector makes a selector of the flags.
func (f *selectFlags) selector() (bundle.Selector, error) {
	s, err := bundle.ParseSelector(f.refs, f.labels)
	if err != nil {
		return s, &usageError{err: err}
	}
	return s, nil
}

// finds makes sure that a selector chooses something: what chooses nothing is
// misspelt.
func (f *selectFlags) finds(s bundle.Selector, outputs []*render.Output) error {
	var bundles []*bundle.Bundle
	for _, out := range outputs {
		if slices.ContainsFunc(out.Bundle.Objects(), s.Matches) {
			return nil
		}
		bundles = append(bundles, out.Bundle)
	}
	if s.IsZero() {
		return nil
	}
	return &usageError{err: fmt.Errorf("no object is selected by %s", f), hint: s.Hint(bundles...)}
}

// String returns the flags as they are written.
func (f *selectFlags) String() string {
	var words []string
	for _, r := range f.refs {
		words = append(words, fmt.Sprintf("-t %q", r))
	}
	for _, l := range f.labels {
		words = append(words, fmt.Sprintf("-l %q", l))
	}
	return strings.Join(words, " ")
}

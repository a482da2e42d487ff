package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/ruletest"
	"github.com/monctl/monctl/pkg/view"
)

// coverageFlags ask what of the rules the tests exercise.
type coverageFlags struct {
	show      bool
	out       []string
	threshold string
	least     float64 // percent, of threshold
	collected *ruletest.Coverage
}

func (f *coverageFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.show, "coverage", false, "show what of the rules the tests exercise, and what they do not")
	cmd.Flags().StringArrayVar(&f.out, "coverage-out", nil, "write the coverage to a `file`, .html or .json; may be repeated")
	cmd.Flags().StringVar(&f.threshold, "coverage-threshold", "", "fail if less than this `percentage` is covered, such as 80%")
}

// open checks the flags and begins to collect, if they ask for it.
func (f *coverageFlags) open() error {
	for _, name := range f.out {
		if coverageFormat(name) == nil {
			return usagef("--coverage-out %q: want a name that ends in .html or .json", name)
		}
	}
	if f.threshold != "" {
		least, err := strconv.ParseFloat(strings.TrimSuffix(f.threshold, "%"), 64)
		if err != nil || !(least >= 0 && least <= 100) {
			return usagef("--coverage-threshold %q: want a percentage from 0%% to 100%%", f.threshold)
		}
		f.least = least
	}
	if f.show || len(f.out) > 0 || f.threshold != "" {
		f.collected = ruletest.NewCoverage()
	}
	return nil
}

func coverageFormat(name string) func(io.Writer, view.Report) error {
	switch filepath.Ext(name) {
	case ".html":
		return view.WriteCoverageHTML
	case ".json":
		return view.WriteCoverageJSON
	default:
		return nil
	}
}

// report returns the coverage, nil if nobody asked for it. If it is below the
// threshold, that is a finding of the pass.
func (f *coverageFlags) report(p *pipeline.Pass) *ruletest.CoverageReport {
	if f.collected == nil {
		return nil
	}
	c := f.collected.Report(p.Open)
	if f.threshold != "" && c.Percent < f.least {
		d := p.Diags.Errorf("test/coverage", diag.Span{}, "the tests cover %.1f %% of the rules (%d of %d), which is less than %s %%",
			c.Percent, c.Covered, c.Items, strings.TrimSuffix(f.threshold, "%"))
		d.Hint = "monctl test --coverage says what is missing"
	}
	return &c
}

// write writes the files that were asked for.
func (f *coverageFlags) write(g *global, r view.Report) error {
	if r.Coverage == nil {
		return nil
	}
	for _, name := range f.out {
		draw := coverageFormat(name)
		if err := replaceReport(g.path(name), func(w io.Writer) error { return draw(w, r) }); err != nil {
			return fmt.Errorf("coverage: %w", err)
		}
	}
	return nil
}

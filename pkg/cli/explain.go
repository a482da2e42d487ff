package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/docs/checks"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
)

// explanation is what `explain -o json` prints of a code.
type explanation struct {
	Code     string        `json:"code"`
	Severity diag.Severity `json:"severity"`
	Summary  string        `json:"summary"`
	// OptIn says that it is found only where a project gives it a severity.
	OptIn bool `json:"opt_in,omitempty"`
	// Page is the whole page, in Markdown; a list of codes has none.
	Page string `json:"page,omitempty"`
}

func newExplain(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE | FAMILY]",
		Short: "Print the page about a finding, or the list of all codes",
		Long: `Explain prints what a finding means: why it is one, a bad and a good example.
The code is what stands in brackets in front of a finding, as in
"warning[promql/rate]". The name of a family lists its codes, nothing lists
them all. Those that are "off" are found where the project file gives them a
severity: checks: severity: "dashboard/editable": "warning".`,
		Example: `  monctl explain promql/rate
  monctl explain dashboard
  monctl explain -o json`,
		Args: maxArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range lint.Codes() {
				names = append(names, c.Name+"\t"+c.Summary)
			}
			if len(args) > 0 {
				names = nil
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return g.explainCodes(strings.Join(args, "")) },
	}
}

func (g *global) explainCodes(name string) error {
	if g.output != "json" && g.output != "text" {
		return usagef("explain knows the formats text and json, not %q", g.output)
	}
	var found []explanation
	var names []string
	for _, c := range lint.Codes() {
		family, _, _ := strings.Cut(c.Name, "/")
		names = append(names, c.Name, family)
		if name == "" || name == c.Name || name == family {
			found = append(found, explanation{Code: c.Name, Severity: c.Severity, Summary: c.Summary, OptIn: c.OptIn})
		}
	}
	if len(found) == 0 {
		hint := diag.DidYouMean(name, names)
		if hint == "" {
			hint = "'monctl explain' lists the codes"
		}
		return &usageError{err: fmt.Errorf("there is no finding %q", name), hint: hint}
	}
	if len(found) == 1 && found[0].Code == name {
		page, err := checks.FS.ReadFile(name + ".md")
		if err != nil {
			return fmt.Errorf("explain %s: %w", name, err)
		}
		found[0].Page = string(page)
	}
	return g.printExplanations(found)
}

func (g *global) printExplanations(found []explanation) error {
	if g.output == "json" {
		text, err := json.MarshalIndent(struct {
			FormatVersion int           `json:"format_version"`
			Codes         []explanation `json:"codes"`
		}{1, found}, "", "  ")
		if err != nil {
			return fmt.Errorf("encode explanations: %w", err)
		}
		_, err = fmt.Fprintf(g.sys.Stdout, "%s\n", text)
		return err
	}
	if found[0].Page != "" {
		_, err := fmt.Fprint(g.sys.Stdout, found[0].Page)
		return err
	}
	w := tabwriter.NewWriter(g.sys.Stdout, 0, 0, 2, ' ', 0)
	for _, e := range found {
		severity := e.Severity.String()
		if e.OptIn {
			severity = "off"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", e.Code, severity, e.Summary)
	}
	return w.Flush()
}

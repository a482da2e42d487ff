package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/vendoring"
)

// vendorPackages is the JSON document of vendor list and vendor why.
type vendorPackages struct {
	FormatVersion int             `json:"format_version"`
	Packages      []vendorPackage `json:"packages"`
}

type vendorPackage struct {
	Path       string              `json:"path"`
	Source     string              `json:"source"`
	Required   string              `json:"required,omitempty"`
	Version    string              `json:"version,omitempty"`
	Sum        string              `json:"sum,omitempty"`
	Direct     bool                `json:"direct"`
	ShortName  string              `json:"short_name,omitempty"`
	RequiredBy []vendorRequirement `json:"required_by"`
}

type vendorRequirement struct {
	Chain   []string `json:"chain"`
	Version string   `json:"version,omitempty"`
}

func (o *vendorOptions) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the packages, their versions, and whether the project asks for them itself",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.packages(cmd, "vendor list", nil, printPackages)
		},
	}
}

func (o *vendorOptions) whyCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "why PACKAGE...",
		Short:   "Show what requires a package",
		Example: "  monctl vendor why grafonnet",

		ValidArgsFunction: o.completePackages,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs the name of a package", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.packages(cmd, "vendor why", args, printReasons)
		},
	}
}

// completePackages offers the packages of the project by path and short name.
func (o *vendorOptions) completePackages(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
	p, _, _, err := o.load(nil)
	if err != nil || p == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all, _, err := p.Packages(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, k := range all {
		for _, name := range []string{k.Path, k.ShortName} {
			if name != "" && strings.HasPrefix(name, begun) && !slices.Contains(given, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

// packages prints all packages, or those that are named.
func (o *vendorOptions) packages(cmd *cobra.Command, command string, names []string, text func([]vendoring.Package) string) error {
	if o.output != "text" && o.output != "json" {
		return usagef("%s knows the formats text and json, not %q", command, o.output)
	}
	p, dir, diags, err := o.load(nil)
	if err != nil {
		return err
	}
	if p == nil {
		return o.report(command, dir, diags, nil)
	}
	all, _, err := p.Packages(cmd.Context())
	if err != nil {
		return err
	}
	if names != nil {
		var some []vendoring.Package
		for _, name := range names {
			k, found := p.Find(all, name)
			if found.HasErrors() {
				return o.report(command, dir, found, nil)
			}
			some = append(some, k)
		}
		all = some
	}
	if o.output == "json" {
		return printJSON(o.sys.Stdout, document(all))
	}
	if _, err := fmt.Fprint(o.sys.Stdout, text(all)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func document(all []vendoring.Package) vendorPackages {
	doc := vendorPackages{FormatVersion: 1, Packages: []vendorPackage{}}
	for _, k := range all {
		p := vendorPackage{Path: k.Path, Source: k.Source, Required: k.Required, Version: k.Version, Sum: k.Sum, Direct: k.Direct, ShortName: k.ShortName, RequiredBy: []vendorRequirement{}}
		for _, r := range k.RequiredBy {
			p.RequiredBy = append(p.RequiredBy, vendorRequirement{Chain: append([]string{}, r.Chain...), Version: r.Version})
		}
		doc.Packages = append(doc.Packages, p)
	}
	return doc
}

func printPackages(all []vendoring.Package) string {
	width := 0
	for _, k := range all {
		width = max(width, len(k.Path))
	}
	var b strings.Builder
	for _, k := range all {
		version := "local " + k.Source
		if k.Version != "" {
			version = fmt.Sprintf("%.12s %s", k.Version, k.Required)
		}
		if !k.Direct {
			version += " (indirect)"
		}
		b.WriteString(plainText(fmt.Sprintf("%-*s  %s", width, k.Path, version)) + "\n")
	}
	return b.String()
}

func printReasons(all []vendoring.Package) string {
	var b strings.Builder
	for _, k := range all {
		for _, r := range k.RequiredBy {
			way := strings.Join(append([]string{"jsonnetfile.json"}, append(append([]string{}, r.Chain...), k.Path)...), " → ")
			if r.Version != "" {
				way += "@" + r.Version
			}
			b.WriteString(plainText(way) + "\n")
		}
	}
	return b.String()
}

package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/style"
	"github.com/monctl/monctl/pkg/view"
)

func newJsonnet(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "jsonnet",
		Short: "Look at Jsonnet without evaluating it",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	cmd.AddCommand(newJsonnetLint(g))
	return cmd
}

// jsonnetLintOptions are those of the verb jsonnet lint.
type jsonnetLintOptions struct {
	*global
	jpath   []string
	exclude []string
}

func newJsonnetLint(g *global) *cobra.Command {
	o := &jsonnetLintOptions{global: g}
	cmd := &cobra.Command{
		Use:   "lint [FILE|FOLDER...]",
		Short: "Find what is suspicious in Jsonnet, as jsonnet-lint does",
		Long: `Lint runs go-jsonnet's linter: variables that are not used, values of a wrong
type, calls with wrong arguments, locals that are defined by themselves, imports
that are not there. It looks into imports, and evaluates nothing.

Without arguments it looks at the project's Jsonnet, and of a folder at all
below it but what is hidden or lies in vendor/. File - is standard input.
Imports are looked for in the directories of -J from the last to the first, in
those of JSONNET_PATH, in those of jsonnet.jpath of the project, and then in the
library that is part of monctl.`,
		Example: `  monctl jsonnet lint
  monctl jsonnet lint --fail-on warning rules/ lib/
  monctl jsonnet lint -J vendor mixin.libsonnet`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error { return o.run(args) },
	}
	addJPath(cmd, &o.jpath)
	addExclude(cmd, &o.exclude)
	return cmd
}

// addJPath adds the flag -J.
func addJPath(cmd *cobra.Command, to *[]string) {
	cmd.Flags().StringArrayVarP(to, "jpath", "J", nil, "look for imports in this `folder` too; the last one wins")
}

// importer finds imports where a command works: in folders that are named from
// the last to the first, then where the environment and the project say.
func (g *global) importer(place workplace, jpath []string) *jsonnet.Importer {
	var search []string
	for _, folder := range slices.Backward(jpath) {
		search = append(search, g.at(folder))
	}
	if list, ok := g.sys.Getenv("JSONNET_PATH"); ok {
		for _, folder := range filepath.SplitList(list) {
			search = append(search, g.at(folder))
		}
	}
	if place.project != nil {
		search = append(search, place.project.Jsonnet.JPath...)
	}
	return jsonnet.NewImporter(place.dir, search, lib.FS)
}

func (o *jsonnetLintOptions) run(args []string) error {
	place, diags, err := o.workplace()
	if err != nil {
		return err
	}
	importer := o.importer(place, o.jpath)
	if len(diags) > 0 {
		return o.conclude(diags, importer)
	}
	files, err := o.files(place, importer, args)
	if err != nil {
		return err
	}
	found, err := style.Lint(importer, files)
	if err != nil {
		return err
	}
	return o.conclude(found, importer)
}

// files returns the names of the files to look at.
func (o *jsonnetLintOptions) files(place workplace, importer *jsonnet.Importer, args []string) ([]string, error) {
	f, err := newFinder(place, o.exclude, ".jsonnet", ".libsonnet")
	if err != nil {
		return nil, err
	}
	var names, named []string
	for _, arg := range args {
		if arg != "-" {
			named = append(named, arg)
			continue
		}
		data, err := io.ReadAll(o.sys.Stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		importer.Provide("<stdin>", data)
		names = append(names, "<stdin>")
	}
	err = f.arguments(o.global, named)
	if len(args) == 0 {
		err = errors.Join(err, f.sources())
		if err == nil && len(f.files) == 0 {
			err = &usageError{usagef("there is no project with Jsonnet in %s", place.dir), "name files or folders"}
		}
	}
	if err != nil {
		return nil, err
	}
	for _, file := range f.found() {
		names = append(names, file.name)
	}
	return names, nil
}

func (o *jsonnetLintOptions) conclude(diags diag.List, importer *jsonnet.Importer) error {
	limit, err := diag.ParseSeverity(o.failOn)
	if err != nil {
		return err
	}
	r := view.Report{Command: "jsonnet lint", Version: buildInfo().Version, Diagnostics: view.Findings(diags)}
	if diags.Any(limit) {
		r.ExitCode = exitFindings
	}
	if err := o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, importer.Read); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

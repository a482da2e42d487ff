package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/view"
)

// baselineFlags say which findings are known.
type baselineFlags struct {
	file          string
	write, update bool
}

func (f *baselineFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "baseline", "", "do not show findings that this `file` knows")
	cmd.Flags().BoolVar(&f.write, "write-baseline", false, "write all findings to the file of --baseline, which must not exist")
	cmd.Flags().BoolVar(&f.update, "update-baseline", false, "take findings that are gone away from the file of --baseline; none is added")
	_ = cmd.MarkFlagFilename("baseline", "json")
}

// check reports flags that do not go together; limited names a flag that has
// only some of the findings made.
func (f *baselineFlags) check(g *global, limited string) error {
	switch {
	case (f.write || f.update) && f.file == "":
		return usagef("--write-baseline and --update-baseline need the file, --baseline FILE")
	case f.write && f.update:
		return usagef("--write-baseline begins a baseline, --update-baseline makes it smaller: name one of them")
	case (f.write || f.update) && limited != "":
		return usagef("a baseline is written of all findings: leave out %s", limited)
	}
	if f.write {
		if _, err := os.Lstat(g.path(f.file)); err == nil {
			return usagef("%s exists: --update-baseline takes away what is gone; remove the file to begin anew", f.file)
		}
	}
	return nil
}

// apply takes the findings that are known away from a pass, and says how many
// there were. What a loader refuses is never known.
func (f *baselineFlags) apply(g *global, p *pipeline.Pass) (*view.Known, error) {
	if f.file == "" {
		return nil, nil
	}
	var findings, others diag.List
	for _, d := range p.Diags {
		if lint.Exceptable(d) {
			findings = append(findings, d)
		} else {
			others = append(others, d)
		}
	}
	findings = findings.Sort()
	known := &view.Known{Path: f.file}
	if f.write && !p.Complete() {
		// Without a file, nothing is known, and nothing is hidden.
		known.Action = "refuse"
		return known, nil
	}
	baseline := view.NewBaseline(view.Findings(findings))
	if !f.write {
		data, err := os.ReadFile(g.path(f.file))
		if err == nil {
			baseline, err = view.DecodeBaseline(data)
		}
		if err != nil {
			d := p.Diags.Errorf("baseline/read", diag.Span{File: f.file}, "the baseline cannot be read: %s", cause(err))
			if errors.Is(err, fs.ErrNotExist) {
				d.Hint = "begin one with --write-baseline"
			}
			return nil, nil
		}
	}
	is, n, rest := baseline.Apply(view.Findings(findings))
	known.Findings, known.Gone = n, len(baseline.Findings)-len(rest.Findings)
	p.Diags = others
	for i, d := range findings {
		if !is[i] {
			p.Diags = append(p.Diags, d)
		}
	}
	switch {
	case !p.Complete():
		known.Gone = 0 // nobody knows
		if f.update {
			known.Action = "refuse"
		}
		return known, nil
	case f.write:
		known.Action = "write"
		return known, writeBaseline(g.path(f.file), baseline)
	case f.update:
		known.Action = "update"
		if known.Gone == 0 {
			return known, nil
		}
		return known, writeBaseline(g.path(f.file), rest)
	case known.Gone > 0:
		d := p.Diags.Infof("baseline/gone", diag.Span{File: f.file}, "%d of the %d findings of the baseline are gone", known.Gone, len(baseline.Findings))
		d.Hint = "take them away with --update-baseline"
	}
	return known, nil
}

// writeBaseline writes a file beside its place and renames it.
func writeBaseline(path string, b view.Baseline) error {
	data, err := b.Encode()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return rewrite([]rewriting{{path, data}})
	}
	temporary := filepath.Join(filepath.Dir(path), ".monctl-"+rand.Text())
	if err := os.WriteFile(temporary, data, 0o644); err != nil { //nolint:gosec // it is to be committed
		return fmt.Errorf("write %s: %w", path, cause(err))
	}
	if err := os.Rename(temporary, path); err != nil {
		_ = os.Remove(temporary)
		return fmt.Errorf("write %s: %w", path, cause(err))
	}
	return nil
}

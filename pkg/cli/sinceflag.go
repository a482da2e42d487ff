package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/view"
)

// sinceFlag limits a command to what has changed.
type sinceFlag struct {
	revision string
	base     *gitrepo.Base
}

func (f *sinceFlag) add(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVar(&f.revision, "changed-since", "", usage)
}

// open finds the revision in the repository of a project.
func (f *sinceFlag) open(dir string) error {
	if f.revision == "" {
		return nil
	}
	var err error
	f.base, err = gitrepo.OpenBase(dir, f.revision)
	if problem, ok := errors.AsType[*gitrepo.BaseError](err); ok {
		return usagef("--changed-since: %w", problem)
	}
	return err
}

// find says what has changed; nil if that is not asked for.
func (f *sinceFlag) find(p *pipeline.Pass) (*pipeline.Since, error) {
	if f.base == nil {
		return nil, nil
	}
	return p.Since(f.base)
}

func (f *sinceFlag) report(s *pipeline.Since) *view.Since {
	if s == nil {
		return nil
	}
	return &view.Since{Revision: f.revision, Commit: f.base.Commit, Sources: len(s.Sources), Touched: append([]string{}, s.Touched...)}
}

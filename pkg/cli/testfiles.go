package cli

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/ruletest"
)

// named runs the test files that the command line names. Files that have to be
// evaluated, or that ask for what a project renders, are run within it; others
// without one, so that a test file of promtool's needs nothing but itself.
func (o *testOptions) named(ctx context.Context, opts pipeline.Options) (*pipeline.Pass, error) {
	bare := opts
	bare.Dir = o.workDir()
	p := pipeline.Bare(bare)
	var diags diag.List
	var suites []ruletest.Suite
	var files []pipeline.File
	var unread []string
	within := false
	for _, name := range o.files {
		full := name
		if !filepath.IsAbs(name) {
			full = filepath.Join(o.workDir(), name)
		}
		data, err := p.ReadFile(full)
		if err != nil {
			diags.Errorf("source/read", diag.Span{File: name}, "the test file cannot be read: %s", cause(err))
			unread = append(unread, full)
			continue
		}
		suite := ruletest.Suite{File: filepath.ToSlash(name), Data: data}
		within = within || slices.Contains([]string{".jsonnet", ".libsonnet", ".cue"}, filepath.Ext(name)) || suite.NeedsProject()
		suites = append(suites, suite)
		files = append(files, plainFile(opts.Dir, full))
	}
	if len(suites) == 0 && len(diags) == 0 {
		return nil, errors.New("no test files")
	}
	if !within {
		err := p.TestSuites(ctx, suites, o.stage)
		p.Diags = append(diags, p.Diags...)
		return p, err
	}
	p, err := o.within(ctx, opts, files)
	if err != nil {
		return nil, err
	}
	for _, full := range unread {
		_, _ = p.ReadFile(full) // it is what the pass depends on, too
	}
	p.Diags = append(diags, p.Diags...)
	return p, nil
}

// within runs test files in the environments of a project.
func (o *testOptions) within(ctx context.Context, opts pipeline.Options, files []pipeline.File) (*pipeline.Pass, error) {
	p, err := pipeline.Start(opts)
	if err != nil {
		return nil, err
	}
	if err := p.TestFiles(ctx, files); err != nil {
		return nil, err
	}
	if err := p.Test(ctx, o.stage); err != nil {
		return nil, err
	}
	// An environment of which nothing was rendered is nothing to report, and the
	// name of the only one says nothing.
	if len(p.Outputs) == 1 && len(p.Outputs[0].Bundle.Objects()) == 0 {
		for i := range p.Diags {
			p.Diags[i].Env = ""
		}
	}
	p.Outputs = slices.DeleteFunc(p.Outputs, func(out *render.Output) bool { return len(out.Bundle.Objects()) == 0 })
	return p, nil
}

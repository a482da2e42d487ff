package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/schema"
)

// policies reads the project's own constraints; nil if there are none.
func (p *Pass) policies() (*schema.Policies, error) {
	if p.Project == nil || len(p.Outputs) == 0 {
		return nil, nil
	}
	names, err := p.Project.FindPolicies(os.DirFS(p.opts.Dir))
	if err != nil {
		return nil, err
	}
	var files []cuelang.File
	for _, name := range names {
		data, err := p.importer.Read(name)
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			p.Diags.Errorf("policy/syntax", diag.Span{File: name}, "the policy cannot be read: %s", pathErr.Err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		files = append(files, cuelang.File{Name: name, Data: data})
	}
	policies, diags := p.opts.Memory.Judged.Policies(files)
	p.Diags = append(p.Diags, diags...)
	return policies, nil
}

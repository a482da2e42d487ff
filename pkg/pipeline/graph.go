package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/render"
)

// readCatalog reads the project's catalogue of metrics once, through the importer,
// so that a watcher sees it change or appear. Only one that the project names
// has to exist.
func (p *Pass) readCatalog() {
	if p.catalogRead || p.Project == nil {
		return
	}
	p.catalogRead = true
	name := p.Project.Sources.Catalog
	data, err := p.importer.Read(name)
	if errors.Is(err, fs.ErrNotExist) && name == project.DefaultCatalog {
		return
	}
	if err != nil {
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathErr.Err
		}
		d := p.Diags.Errorf("catalog/read", diag.Span{File: name}, "the catalogue of metrics cannot be read: %s", err)
		d.Hint = "monctl metrics snapshot writes it"
		return
	}
	c, diags := catalog.Parse(name, data)
	p.Catalog = c
	p.Diags = append(p.Diags, diags...)
}

// Graph returns what hangs on what in a rendered environment, the context
// included.
func (p *Pass) Graph(ctx context.Context, out *render.Output) (*depgraph.Graph, error) {
	if err := p.readContext(ctx); err != nil {
		return nil, fmt.Errorf("read the context: %w", err)
	}
	p.readCatalog()
	g, err := depgraph.Build(ctx, out.Bundle, depgraph.Options{Context: p.Context[out.Env.Name], Catalog: p.Catalog, Cache: &p.opts.Memory.parsed, Boards: &p.opts.Memory.boards})
	if err != nil {
		return nil, fmt.Errorf("graph of environment %s: %w", out.Env.Name, err)
	}
	return g, nil
}

package pipeline

import (
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/render"
	"github.com/monctl/monctl/pkg/schema"
)

// Memory is what passes over a project share that follow each other: what an
// edit has not reached is neither parsed nor judged again. It is safe for
// concurrent use.
type Memory struct {
	// Judged are the objects that were found without fault.
	Judged *schema.Memory
	parsed expr.Cache
	boards dashboard.Cache
	// projects and rendered are what the sources have said.
	projects project.Memory
	rendered render.Memory
}

// rendered is nil for a pass without a memory.
func (p *Pass) rendered() *render.Memory {
	if p.opts.Memory == nil {
		return nil
	}
	return &p.opts.Memory.rendered
}

// NewMemory returns a memory of nothing.
func NewMemory() *Memory {
	m := &Memory{}
	m.Judged = schema.NewMemory(promconf.NewJudge(&m.parsed))
	return m
}

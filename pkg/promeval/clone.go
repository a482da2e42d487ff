package promeval

import (
	"github.com/prometheus/prometheus/promql/parser"
)

// cloneExpr copies a parsed expression as far as the engine writes to it: it
// folds durations, resolves offsets, wraps step-invariant parts and hangs the
// selected series into the selectors. Matchers and functions are shared. It
// reports false for a node it does not know.
func cloneExpr(e parser.Expr) (parser.Expr, bool) {
	c := cloner{ok: true}
	out := c.expr(e)
	return out, c.ok
}

type cloner struct{ ok bool }

func (c *cloner) expr(e parser.Expr) parser.Expr {
	switch n := e.(type) {
	case nil:
		return nil
	case *parser.VectorSelector:
		m := *n
		m.OriginalOffsetExpr, m.Timestamp = c.duration(n.OriginalOffsetExpr), clonePointer(n.Timestamp)
		m.UnexpandedSeriesSet, m.Series = nil, nil
		return &m
	case *parser.MatrixSelector:
		m := *n
		m.VectorSelector, m.RangeExpr = c.expr(n.VectorSelector), c.duration(n.RangeExpr)
		return &m
	case *parser.SubqueryExpr:
		m := *n
		m.Expr, m.Timestamp = c.expr(n.Expr), clonePointer(n.Timestamp)
		m.RangeExpr, m.StepExpr, m.OriginalOffsetExpr = c.duration(n.RangeExpr), c.duration(n.StepExpr), c.duration(n.OriginalOffsetExpr)
		return &m
	case *parser.AggregateExpr:
		m := *n
		m.Expr, m.Param = c.expr(n.Expr), c.expr(n.Param)
		return &m
	case *parser.BinaryExpr:
		m := *n
		m.LHS, m.RHS = c.expr(n.LHS), c.expr(n.RHS)
		if n.VectorMatching != nil {
			v := *n.VectorMatching
			m.VectorMatching = &v
		}
		return &m
	case *parser.Call:
		m := *n
		m.Args = make(parser.Expressions, len(n.Args))
		for i, a := range n.Args {
			m.Args[i] = c.expr(a)
		}
		return &m
	default:
		return c.simple(e)
	}
}

// simple copies the nodes that hold one expression or none.
func (c *cloner) simple(e parser.Expr) parser.Expr {
	switch n := e.(type) {
	case *parser.ParenExpr:
		m := *n
		m.Expr = c.expr(n.Expr)
		return &m
	case *parser.UnaryExpr:
		m := *n
		m.Expr = c.expr(n.Expr)
		return &m
	case *parser.NumberLiteral:
		m := *n
		return &m
	case *parser.StringLiteral:
		m := *n
		return &m
	default:
		c.ok = false
		return e
	}
}

// duration gives up on duration arithmetic, which is rare: its nodes nest
// arbitrarily and are folded in place.
func (c *cloner) duration(d *parser.DurationExpr) *parser.DurationExpr {
	if d != nil {
		c.ok = false
	}
	return d
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// expressions parses every expression of a set once. It is a parser.Parser for
// the engine, which wants text and then writes to what the text became.
type expressions struct {
	parser.Parser
	known map[string]parsed
}

type parsed struct {
	expr parser.Expr
	err  error
}

func newExpressions(p parser.Parser, texts []string, files []*RuleFile) *expressions {
	e := &expressions{Parser: p, known: map[string]parsed{}}
	for _, f := range files {
		for _, g := range f.groups {
			for _, r := range g.rules {
				e.known[r.text] = r.query
				for _, s := range r.shape.sums {
					e.known[s.text] = parsed{expr: s.Expr}
				}
			}
		}
	}
	for _, t := range texts {
		if _, ok := e.known[t]; !ok {
			expr, err := p.ParseExpr(t)
			e.known[t] = parsed{expr: expr, err: err}
		}
	}
	return e
}

// ParseExpr implements parser.Parser.
func (e *expressions) ParseExpr(text string) (parser.Expr, error) {
	p, ok := e.known[text]
	if !ok {
		return e.Parser.ParseExpr(text)
	}
	if p.err != nil {
		return nil, p.err
	}
	if expr, ok := cloneExpr(p.expr); ok {
		return expr, nil
	}
	return e.Parser.ParseExpr(text)
}

// parsed returns those of the texts that parse.
func (e *expressions) parsed(texts []string) []parser.Expr {
	var out []parser.Expr
	for _, t := range texts {
		if p := e.known[t]; p.err == nil {
			out = append(out, p.expr)
		}
	}
	return out
}

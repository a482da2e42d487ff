package lint

import "github.com/monctl/monctl/pkg/expr"

// promqlImpossible finds parts of expressions that nothing can pass, that have
// no effect, or that ask for a label which an inner part has dropped.
func promqlImpossible(p *Pass) {
	for _, r := range p.rules {
		for _, problem := range r.expr.Analysis().Problems {
			if problem.Kind != expr.NoMatch {
				p.problem(r, problem)
			}
		}
	}
}

// problem reports what the analysis of an expression has found.
func (p *Pass) problem(r rule, problem expr.Problem) {
	d := p.ReportExpr(r, problem.Node, "%s", problem.Message)
	switch problem.Kind {
	case expr.Impossible:
		d.Hint = "there will never be a result"
	case expr.NoMatch:
		d.Hint = "match on the labels that both sides have: on (…) or ignoring (…)"
	case expr.NoEffect:
		d.Hint = "leave it out, or put right what it was meant to do"
	case expr.DeadLabel:
		d.Hint = "keep the label in the inner part, or leave it out here"
	}
	p.Cause(d, r, problem.Cause, problem.CauseMessage)
}

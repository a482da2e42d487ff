package lint

import (
	"maps"

	"github.com/prometheus/prometheus/promql/parser"
)

// outputLabels returns the labels that the result of an expression can have at
// most. It reports false where that depends on the data.
func outputLabels(node parser.Expr) (map[string]bool, bool) {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return outputLabels(n.Expr)
	case *parser.StepInvariantExpr:
		return outputLabels(n.Expr)
	case *parser.UnaryExpr:
		return outputLabels(n.Expr)
	case *parser.AggregateExpr:
		return aggregatedLabels(n)
	case *parser.BinaryExpr:
		return binaryLabels(n)
	case *parser.Call:
		switch n.Func.Name {
		case "vector", "time", "pi", "scalar":
			return map[string]bool{}, true
		case "abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "exp", "ln", "log2", "log10", "sqrt", "sgn", "sort", "sort_desc":
			return outputLabels(n.Args[0])
		case "histogram_quantile":
			return outputLabels(n.Args[1])
		}
	case *parser.NumberLiteral:
		return map[string]bool{}, true
	}
	return nil, false
}

func aggregatedLabels(n *parser.AggregateExpr) (map[string]bool, bool) {
	switch n.Op {
	case parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO:
		return outputLabels(n.Expr) // keep all labels of what they pick
	}
	if n.Without {
		known, exact := outputLabels(n.Expr)
		if !exact {
			return nil, false
		}
		known = maps.Clone(known)
		for _, l := range n.Grouping {
			delete(known, l)
		}
		return known, true
	}
	known := map[string]bool{}
	for _, l := range n.Grouping {
		known[l] = true
	}
	if n.Op == parser.COUNT_VALUES {
		if s, ok := n.Param.(*parser.StringLiteral); ok {
			known[s.Val] = true
		}
	}
	return known, true
}

func binaryLabels(n *parser.BinaryExpr) (map[string]bool, bool) {
	switch {
	case n.LHS.Type() == parser.ValueTypeScalar:
		return outputLabels(n.RHS)
	case n.RHS.Type() == parser.ValueTypeScalar:
		return outputLabels(n.LHS)
	case n.VectorMatching == nil:
		return nil, false
	}
	left, leftExact := outputLabels(n.LHS)
	right, rightExact := outputLabels(n.RHS)
	switch n.Op {
	case parser.LAND, parser.LUNLESS:
		return left, leftExact
	case parser.LOR:
		if !leftExact || !rightExact {
			return nil, false
		}
		both := maps.Clone(left)
		maps.Copy(both, right)
		return both, true
	}
	many, exact := left, leftExact
	switch n.VectorMatching.Card {
	case parser.CardOneToOne:
		if n.VectorMatching.On {
			known := map[string]bool{}
			for _, l := range n.VectorMatching.MatchingLabels {
				known[l] = true
			}
			return known, true
		}
		return left, leftExact
	case parser.CardOneToMany:
		many, exact = right, rightExact
	case parser.CardManyToOne, parser.CardManyToMany:
	}
	if !exact {
		return nil, false
	}
	known := maps.Clone(many)
	for _, l := range n.VectorMatching.Include {
		known[l] = true
	}
	return known, true
}

package promeval

import (
	"regexp"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// void says when an expression provably yields an empty vector and no error:
// if provable is set, whenever none of its selectors matches a series.
//
// Skipping such a rule cannot change a verdict. An unrelated rule that fails
// does fail the test in promtool, so the proof has to cover errors too: an
// expression counts only if every node of it is known to be empty and silent
// over empty operands.
type void struct {
	provable  bool
	selectors [][]*labels.Matcher
}

func newVoid(e parser.Expr) void {
	p := prover{}
	if !p.empty(e) {
		return void{}
	}
	return void{provable: true, selectors: p.selectors}
}

// holds reports whether the expression is empty over the store as it is.
func (v void) holds(s *Store) bool {
	return v.provable && !slices.ContainsFunc(v.selectors, s.Matches)
}

type prover struct{ selectors [][]*labels.Matcher }

// empty reports whether a vector or range expression is empty and silent as
// long as no selector in it matches anything.
func (p *prover) empty(e parser.Expr) bool {
	switch n := e.(type) {
	case *parser.VectorSelector:
		p.selectors = append(p.selectors, n.LabelMatchers)
		return n.OriginalOffsetExpr == nil && !n.Anchored && !n.Smoothed
	case *parser.MatrixSelector:
		return n.RangeExpr == nil && p.empty(n.VectorSelector)
	case *parser.SubqueryExpr:
		return n.RangeExpr == nil && n.StepExpr == nil && n.OriginalOffsetExpr == nil && p.empty(n.Expr)
	case *parser.ParenExpr:
		return p.empty(n.Expr)
	case *parser.UnaryExpr:
		return p.empty(n.Expr)
	case *parser.AggregateExpr:
		return p.param(n) && p.empty(n.Expr)
	case *parser.BinaryExpr:
		return p.binary(n)
	case *parser.Call:
		return p.call(n)
	default:
		return false
	}
}

// binary: a vector is empty combined with an empty vector or with a scalar.
func (p *prover) binary(n *parser.BinaryExpr) bool {
	if m := n.VectorMatching; m != nil && (m.FillValues.LHS != nil || m.FillValues.RHS != nil) {
		return false
	}
	left, right := n.LHS.Type() == parser.ValueTypeScalar, n.RHS.Type() == parser.ValueTypeScalar
	switch {
	case left && right:
		return false
	case left:
		return isPlainScalar(n.LHS) && p.empty(n.RHS)
	case right:
		return p.empty(n.LHS) && isPlainScalar(n.RHS)
	default:
		return p.empty(n.LHS) && p.empty(n.RHS)
	}
}

// param accepts the literal parameters that the engine takes without complaint.
func (*prover) param(n *parser.AggregateExpr) bool {
	switch v := n.Param.(type) {
	case nil:
		return true
	case *parser.NumberLiteral:
		return n.Op == parser.QUANTILE || ((n.Op == parser.TOPK || n.Op == parser.BOTTOMK) && v.Val >= 1 && v.Val < 1e6)
	default:
		return false
	}
}

func (p *prover) call(n *parser.Call) bool {
	switch n.Func.Name {
	case "label_replace":
		if len(n.Args) != 5 || !isLabelReplaceValid(n.Args) {
			return false
		}
		return p.empty(n.Args[0])
	case "rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets",
		"avg_over_time", "sum_over_time", "min_over_time", "max_over_time", "count_over_time",
		"last_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time",
		"abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "timestamp", "sort", "sort_desc",
		"histogram_count", "histogram_sum", "histogram_avg",
		"hour", "minute", "month", "year", "day_of_week", "day_of_month", "day_of_year", "days_in_month":
		return len(n.Args) == 1 && p.empty(n.Args[0])
	case "clamp", "clamp_min", "clamp_max", "round", "predict_linear":
		return len(n.Args) > 0 && p.empty(n.Args[0]) && arePlainScalars(n.Args[1:])
	case "histogram_quantile", "quantile_over_time":
		return len(n.Args) == 2 && isPlainScalar(n.Args[0]) && p.empty(n.Args[1])
	default:
		// absent and absent_over_time answer emptiness with a sample; vector
		// and the functions of time have one anyway; the rest is rare.
		return false
	}
}

// isLabelReplaceValid is the check that the engine makes before it looks at
// the vector (promql/functions.go, evalLabelReplace).
func isLabelReplaceValid(args parser.Expressions) bool {
	texts := make([]string, len(args))
	for i, a := range args[1:] {
		s, ok := a.(*parser.StringLiteral)
		if !ok {
			return false
		}
		texts[i+1] = s.Val
	}
	_, err := regexp.Compile("^(?s:" + texts[4] + ")$")
	return err == nil && model.UTF8Validation.IsValidLabelName(texts[1])
}

func arePlainScalars(args parser.Expressions) bool {
	for _, a := range args {
		if !isPlainScalar(a) {
			return false
		}
	}
	return true
}

// isPlainScalar accepts scalars whose evaluation cannot fail.
func isPlainScalar(e parser.Expr) bool {
	switch n := e.(type) {
	case *parser.NumberLiteral:
		return true
	case *parser.ParenExpr:
		return isPlainScalar(n.Expr)
	case *parser.UnaryExpr:
		return isPlainScalar(n.Expr)
	case *parser.BinaryExpr:
		return isPlainScalar(n.LHS) && isPlainScalar(n.RHS)
	case *parser.Call:
		return n.Func.Name == "time" || n.Func.Name == "pi"
	default:
		return false
	}
}

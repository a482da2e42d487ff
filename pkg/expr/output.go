package expr

import (
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Output is what is certain of the labels that the elements of a result have,
// the metric's name left out. It follows the rules by which the engine names
// results (promql/engine.go: resultMetric, aggregation, rangeEval).
type Output struct {
	// fixed are labels that every element has with one value; "" says that no
	// element has the label.
	fixed map[string]string
	// may are labels that elements can have beside the fixed ones. If the
	// output is open, they can have any.
	may  map[string]bool
	open bool
}

// Label returns the value that a label has on every element: "" where no
// element has it. It reports false where the value depends on the data.
func (o Output) Label(name string) (value string, known bool) {
	if value, ok := o.fixed[name]; ok {
		return value, true
	}
	return "", !o.open && !o.may[name]
}

// Output returns what is certain of the labels of the expression's result.
func (e *Expr) Output() Output { return outputOf(e.Node) }

func outputOf(node parser.Expr) Output {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return outputOf(n.Expr)
	case *parser.StepInvariantExpr:
		return outputOf(n.Expr)
	case *parser.UnaryExpr:
		return outputOf(n.Expr)
	case *parser.SubqueryExpr:
		return outputOf(n.Expr)
	case *parser.MatrixSelector:
		return outputOf(n.VectorSelector)
	case *parser.VectorSelector:
		return Output{fixed: fixedLabels(n.LabelMatchers), open: true}
	case *parser.AggregateExpr:
		return aggregateOutput(n)
	case *parser.BinaryExpr:
		return binaryOutput(n)
	case *parser.Call:
		return callOutput(n)
	default: // literals
		return Output{}
	}
}

// fixedLabels are those that matchers demand one value of.
func fixedLabels(matchers []*labels.Matcher) map[string]string {
	fixed := map[string]string{}
	for _, m := range matchers {
		if m.Type == labels.MatchEqual && m.Name != model.MetricNameLabel {
			fixed[m.Name] = m.Value
		}
	}
	return fixed
}

func aggregateOutput(n *parser.AggregateExpr) Output {
	inner := outputOf(n.Expr)
	var out Output
	switch {
	case slices.Contains([]parser.ItemType{parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO}, n.Op):
		return inner // they pick elements as they are
	case n.Without:
		out = inner.without(n.Grouping)
	default:
		out = inner.only(n.Grouping)
	}
	if s, ok := n.Param.(*parser.StringLiteral); ok && n.Op == parser.COUNT_VALUES {
		out = out.with(s.Val)
	}
	return out
}

func binaryOutput(n *parser.BinaryExpr) Output {
	switch {
	case n.LHS.Type() == parser.ValueTypeScalar:
		return outputOf(n.RHS)
	case n.RHS.Type() == parser.ValueTypeScalar:
		return outputOf(n.LHS)
	case n.VectorMatching == nil:
		return Output{open: true}
	}
	left, right := outputOf(n.LHS), outputOf(n.RHS)
	switch n.Op {
	case parser.LAND, parser.LUNLESS:
		return left
	case parser.LOR:
		return left.or(right)
	}
	if fill := n.VectorMatching.FillValues; fill.LHS != nil || fill.RHS != nil {
		return Output{open: true} // elements may stem from one side alone
	}
	many, one := left, right
	switch n.VectorMatching.Card {
	case parser.CardOneToOne:
		if n.VectorMatching.On {
			return left.only(n.VectorMatching.MatchingLabels)
		}
		return left.without(n.VectorMatching.MatchingLabels)
	case parser.CardOneToMany:
		many, one = right, left
	case parser.CardManyToOne, parser.CardManyToMany:
	}
	return many.include(one, n.VectorMatching.Include)
}

func callOutput(n *parser.Call) Output {
	switch n.Func.Name {
	case "vector", "time", "pi", "scalar", "start", "end", "step", "range":
		return Output{}
	case "absent", "absent_over_time":
		return absentOutput(n)
	case "label_replace", "label_join":
		if s, ok := n.Args[1].(*parser.StringLiteral); ok {
			return outputOf(n.Args[0]).with(s.Val)
		}
		return Output{open: true}
	case "info":
		return Output{open: true}
	case "histogram_quantile", "histogram_fraction", "histogram_quantiles":
		inner := outputOf(vectorArg(n)).without([]string{labels.BucketLabel})
		for _, arg := range n.Args {
			if s, ok := arg.(*parser.StringLiteral); ok { // histogram_quantiles names a label
				inner = inner.with(s.Val)
			}
		}
		return inner
	}
	if arg := vectorArg(n); arg != nil {
		return outputOf(arg)
	}
	return Output{} // hour() and the like, without argument
}

// absentOutput follows createLabelsForAbsentFunction: the labels that are
// demanded once, with one value.
func absentOutput(n *parser.Call) Output {
	var matchers []*labels.Matcher
	switch arg := n.Args[0].(type) {
	case *parser.VectorSelector:
		matchers = arg.LabelMatchers
	case *parser.MatrixSelector:
		if v, ok := arg.VectorSelector.(*parser.VectorSelector); ok {
			matchers = v.LabelMatchers
		}
	}
	count := map[string]int{}
	for _, m := range matchers {
		count[m.Name]++
	}
	fixed := fixedLabels(matchers)
	for name := range fixed {
		if count[name] > 1 {
			delete(fixed, name)
		}
	}
	return Output{fixed: fixed}
}

func vectorArg(n *parser.Call) parser.Expr {
	for _, arg := range n.Args {
		if t := arg.Type(); t == parser.ValueTypeVector || t == parser.ValueTypeMatrix {
			return arg
		}
	}
	return nil
}

// names are all labels that the output names.
func (o Output) names() []string {
	var names []string
	for name := range o.fixed {
		names = append(names, name)
	}
	for name := range o.may {
		names = append(names, name)
	}
	return names
}

// set gives a label what other knows of it.
func (o *Output) set(name string, from Output) {
	value, known := from.Label(name)
	if known {
		o.fixed[name] = value
	} else {
		o.may[name] = true
	}
}

func (o Output) only(names []string) Output {
	out := Output{fixed: map[string]string{}, may: map[string]bool{}}
	for _, name := range names {
		out.set(name, o)
	}
	return out
}

func (o Output) without(names []string) Output {
	out := Output{fixed: map[string]string{}, may: map[string]bool{}, open: o.open}
	for _, name := range o.names() {
		out.set(name, o)
	}
	for _, name := range names {
		delete(out.may, name)
		out.fixed[name] = ""
	}
	return out
}

// with makes the value of a label unknown.
func (o Output) with(name string) Output {
	out := o.without(nil)
	delete(out.fixed, name)
	out.may[name] = true
	return out
}

// or is what is certain of elements that are of either output.
func (o Output) or(other Output) Output {
	out := Output{fixed: map[string]string{}, may: map[string]bool{}, open: o.open || other.open}
	for _, name := range append(o.names(), other.names()...) {
		a, known := o.Label(name)
		b, alsoKnown := other.Label(name)
		if known && alsoKnown && a == b {
			out.fixed[name] = a
		} else {
			out.may[name] = true
		}
	}
	return out
}

// include takes labels over from the side of a grouping that has one element.
func (o Output) include(one Output, names []string) Output {
	out := o.without(nil)
	for _, name := range names {
		delete(out.fixed, name)
		delete(out.may, name)
		out.set(name, one)
	}
	return out
}

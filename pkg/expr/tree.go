package expr

import (
	"strconv"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Tree returns the syntax tree as maps, lists, strings, float64s, booleans and
// nil, which is what encoding/json has.
//
// The nodes and fields are those of Prometheus' HTTP interface for the same
// purpose (GET /api/v1/parse_query): durations in milliseconds, numbers as
// strings, since NaN and Inf are no JSON. Added are valueType (scalar, vector,
// matrix or string) and start and end, the place in the text in code points
// from 0, end excluded.
func (e *Expr) Tree() map[string]any { return tree{e.Text}.node(e.Node) }

// tree converts the nodes of one text.
type tree struct{ text string }

func (t tree) node(node parser.Expr) map[string]any {
	out := t.fields(node)
	r := node.PositionRange()
	out["start"], out["end"] = t.offset(int(r.Start)), t.offset(int(r.End))
	if _, ok := node.(*parser.DurationExpr); !ok {
		out["valueType"] = string(node.Type())
	}
	return out
}

// offset converts a byte offset.
func (t tree) offset(at int) float64 {
	return float64(utf8.RuneCountInString(t.text[:max(0, min(at, len(t.text)))]))
}

func (t tree) fields(node parser.Expr) map[string]any {
	switch n := node.(type) {
	case *parser.AggregateExpr:
		return map[string]any{
			"type": "aggregation", "op": n.Op.String(), "expr": t.optional(n.Expr), "param": t.optional(n.Param),
			"grouping": list(n.Grouping), "without": n.Without,
		}
	case *parser.BinaryExpr:
		return map[string]any{
			"type": "binaryExpr", "op": n.Op.String(), "lhs": t.optional(n.LHS), "rhs": t.optional(n.RHS),
			"matching": matching(n.VectorMatching), "bool": n.ReturnBool,
		}
	case *parser.Call:
		return t.call(n)
	case *parser.MatrixSelector:
		out := map[string]any{}
		if v, ok := n.VectorSelector.(*parser.VectorSelector); ok {
			out = t.selector(v)
		}
		out["type"] = "matrixSelector"
		out["range"], out["rangeExpr"] = float64(n.Range.Milliseconds()), t.duration(n.RangeExpr)
		return out
	case *parser.SubqueryExpr:
		return map[string]any{
			"type": "subquery", "expr": t.optional(n.Expr),
			"range": float64(n.Range.Milliseconds()), "rangeExpr": t.duration(n.RangeExpr),
			"step": float64(n.Step.Milliseconds()), "stepExpr": t.duration(n.StepExpr),
			"offset": float64(n.OriginalOffset.Milliseconds()), "offsetExpr": t.duration(n.OriginalOffsetExpr),
			"timestamp": timestamp(n.Timestamp), "startOrEnd": startOrEnd(n.StartOrEnd),
		}
	case *parser.DurationExpr:
		return map[string]any{"type": "durationExpr", "op": n.Op.String(), "lhs": t.optional(n.LHS), "rhs": t.optional(n.RHS), "wrapped": n.Wrapped}
	case *parser.NumberLiteral:
		return map[string]any{"type": "numberLiteral", "val": strconv.FormatFloat(n.Val, 'f', -1, 64), "duration": n.Duration}
	case *parser.ParenExpr:
		return map[string]any{"type": "parenExpr", "expr": t.optional(n.Expr)}
	case *parser.StringLiteral:
		return map[string]any{"type": "stringLiteral", "val": n.Val}
	case *parser.UnaryExpr:
		return map[string]any{"type": "unaryExpr", "op": n.Op.String(), "expr": t.optional(n.Expr)}
	case *parser.VectorSelector:
		return t.selector(n)
	case *parser.StepInvariantExpr: // the parser makes none
		return t.fields(n.Expr)
	default:
		return map[string]any{"type": "unknown"}
	}
}

// optional converts a node that may be absent.
func (t tree) optional(node parser.Expr) any {
	if d, ok := node.(*parser.DurationExpr); node == nil || ok && d == nil {
		return nil
	}
	return t.node(node)
}

func (t tree) duration(d *parser.DurationExpr) any {
	if d == nil {
		return nil
	}
	return t.node(d)
}

func (t tree) call(n *parser.Call) map[string]any {
	args := []any{}
	for _, a := range n.Args {
		args = append(args, t.node(a))
	}
	types := []any{}
	for _, a := range n.Func.ArgTypes {
		types = append(types, string(a))
	}
	return map[string]any{"type": "call", "args": args, "func": map[string]any{
		"name": n.Func.Name, "argTypes": types, "variadic": float64(n.Func.Variadic), "returnType": string(n.Func.ReturnType),
	}}
}

func (t tree) selector(n *parser.VectorSelector) map[string]any {
	return map[string]any{
		"type": "vectorSelector", "name": n.Name, "matchers": matchers(n.LabelMatchers),
		"offset": float64(n.OriginalOffset.Milliseconds()), "offsetExpr": t.duration(n.OriginalOffsetExpr),
		"timestamp": timestamp(n.Timestamp), "startOrEnd": startOrEnd(n.StartOrEnd),
		"anchored": n.Anchored, "smoothed": n.Smoothed,
	}
}

func matching(m *parser.VectorMatching) any {
	if m == nil {
		return nil
	}
	return map[string]any{
		"card": m.Card.String(), "labels": list(m.MatchingLabels), "on": m.On, "include": list(m.Include),
		"fillValues": map[string]any{"lhs": number(m.FillValues.LHS), "rhs": number(m.FillValues.RHS)},
	}
}

func matchers(in []*labels.Matcher) []any {
	out := []any{}
	for _, m := range in {
		out = append(out, map[string]any{"name": m.Name, "type": m.Type.String(), "value": m.Value})
	}
	return out
}

func list(in []string) []any {
	out := []any{}
	for _, s := range in {
		out = append(out, s)
	}
	return out
}

func number(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// timestamp is that of the modifier @, in milliseconds.
func timestamp(v *int64) any {
	if v == nil {
		return nil
	}
	return float64(*v)
}

func startOrEnd(item parser.ItemType) any {
	if item == 0 {
		return nil
	}
	return item.String()
}

package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// promqlRegexp finds regular expressions that are none, or that say nothing.
func promqlRegexp(p *Pass) {
	for _, r := range p.rules {
		for _, v := range selectors(r.expr) {
			for _, m := range v.LabelMatchers {
				if m.Type == labels.MatchRegexp || m.Type == labels.MatchNotRegexp {
					p.regexpMatcher(r, v, m)
				}
			}
		}
	}
}

func (p *Pass) regexpMatcher(r rule, v *parser.VectorSelector, m *labels.Matcher) {
	plain := "="
	if m.Type == labels.MatchNotRegexp {
		plain = "!="
	}
	switch {
	case regexp.QuoteMeta(m.Value) == m.Value:
		// The empty one, too: it is the same as "" and =~ hides that.
		p.ReportExpr(r, v, "the matcher %s has no use for a regular expression", m).Hint = "write " + m.Name + plain + `"` + m.Value + `"`
	case strings.HasPrefix(m.Value, "^") || strings.HasSuffix(m.Value, "$") && !strings.HasSuffix(m.Value, `\$`):
		p.ReportExpr(r, v, "the matcher %s is anchored twice", m).Hint = "regular expressions of matchers always cover the whole value: leave ^ and $ out"
	case m.Value == ".*" && m.Type == labels.MatchRegexp:
		p.ReportExpr(r, v, "the matcher %s says nothing: every value passes, and none, too", m).Hint = "leave it out, or write " + m.Name + `!="" if the label has to be there`
	case m.Value == ".*":
		p.ReportExpr(r, v, "nothing passes the matcher %s, not even a missing label", m).Hint = "write " + m.Name + `="" for series without the label`
	case m.Value == ".+" && m.Type == labels.MatchNotRegexp:
		p.ReportExpr(r, v, "the matcher %s asks for a missing label", m).Hint = "write " + m.Name + `=""`
	}
}

// selectors returns the vector selectors of an expression.
func selectors(e *expr.Expr) []*parser.VectorSelector {
	var out []*parser.VectorSelector
	for _, n := range e.Nodes() {
		if v, ok := n.(*parser.VectorSelector); ok {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b *parser.VectorSelector) int { return int(a.PosRange.Start - b.PosRange.Start) })
	return out
}

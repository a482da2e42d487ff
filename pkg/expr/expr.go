package expr

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Expr is a parsed expression.
type Expr struct {
	// Text is the expression as it was written.
	Text string
	// Node is the root of the syntax tree, which must not be changed.
	Node parser.Expr

	// gated is why Prometheus refuses the text with no feature enabled, or nil.
	gated *SyntaxError

	once     sync.Once
	analysis *Analysis
	walked   sync.Once
	nodes    []parser.Expr
}

// Parse parses an expression, whatever features it needs: whether they are
// enabled is what Enabled tells. An error is always a *SyntaxError.
func Parse(text string) (*Expr, error) {
	node, err := Features{}.Parser().ParseExpr(text)
	if err == nil {
		return &Expr{Text: text, Node: node}, nil
	}
	gated := newSyntaxError(text, err)
	if node, err = AllFeatures().Parser().ParseExpr(text); err != nil {
		return nil, gated
	}
	return &Expr{Text: text, Node: node, gated: gated}, nil
}

// Enabled returns nil if Prometheus takes the expression with no features but
// these, and otherwise what it says to it, a *SyntaxError.
func (e *Expr) Enabled(f Features) error {
	if e.gated == nil {
		return nil
	}
	if _, err := f.Parser().ParseExpr(e.Text); err != nil {
		return newSyntaxError(e.Text, err)
	}
	return nil
}

// Normal returns the normal text, on one line.
func (e *Expr) Normal() string { return e.Node.String() }

// Pretty returns the normal text, broken into indented lines.
func (e *Expr) Pretty() string { return parser.Prettify(e.Node) }

// Selector is one vector selector of an expression.
type Selector struct {
	// Metric is the name of the metric, or "" where it is not one fixed name.
	Metric string
	// Matchers are all matchers, that of the name included.
	Matchers []*labels.Matcher
	// Range is the length of the range, zero for an instant vector or where
	// it is an expression.
	Range time.Duration
	// Ranged says that it is a range vector or stands within a subquery.
	Ranged bool
	// Shifted says that an offset or @ makes it read another time than that of
	// the evaluation.
	Shifted bool
	// Start and End are byte offsets in the text of the expression.
	Start, End int
}

// Selectors returns the selectors in the order of the text.
func (e *Expr) Selectors() []Selector {
	ranges := map[*parser.VectorSelector]time.Duration{}
	var out []Selector
	parser.Inspect(e.Node, func(node parser.Node, path []parser.Node) error {
		switch n := node.(type) {
		case *parser.MatrixSelector:
			if v, ok := n.VectorSelector.(*parser.VectorSelector); ok {
				ranges[v] = n.Range
			}
		case *parser.VectorSelector:
			r := n.PositionRange()
			out = append(out, Selector{
				Metric: metricName(n), Matchers: n.LabelMatchers, Range: ranges[n],
				Ranged: ranged(path), Shifted: shifted(n, path), Start: int(r.Start), End: int(r.End),
			})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Selector) int { return a.Start - b.Start })
	return out
}

// Metrics returns the fixed metric names that the expression selects, sorted,
// each once.
func (e *Expr) Metrics() []string {
	var names []string
	for _, s := range e.Selectors() {
		if s.Metric != "" {
			names = append(names, s.Metric)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func metricName(v *parser.VectorSelector) string {
	if v.Name != "" {
		return v.Name
	}
	for _, m := range v.LabelMatchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}

// Cache parses each text once. It may be used concurrently; the zero value is
// ready to use, and a nil *Cache parses anew every time.
type Cache struct {
	m sync.Map // text → cached
}

type cached struct {
	expr *Expr
	err  error
}

// Parse returns what the package's Parse would.
func (c *Cache) Parse(text string) (*Expr, error) {
	if c == nil {
		return Parse(text)
	}
	if v, ok := c.m.Load(text); ok {
		hit, _ := v.(cached)
		return hit.expr, hit.err
	}
	text = strings.Clone(text) // it is part of a whole rule file as often as not
	e, err := Parse(text)
	c.m.Store(text, cached{e, err})
	return e, err
}

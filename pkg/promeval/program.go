package promeval

import (
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// program is the rules of an engine in the order of their evaluation, and what
// depends on what among them.
type program struct {
	rules []*placedRule
	// components are the positions of rules that depend on each other, or of
	// one rule; each comes after those that it depends on.
	components []component
}

// placedRule is a rule at its position among all.
type placedRule struct {
	*rule
	group    *group
	position int
	// inputs are the rules whose output this one may read.
	inputs []dependency
	// ranked is set if the order of the rule's series can show in a result.
	ranked bool
}

// dependency is a rule that another one may read, and how far behind the
// evaluation it reads at least.
type dependency struct {
	position int
	offset   time.Duration
}

type component struct {
	positions []int
	// cyclic is set if the rules depend on themselves.
	cyclic bool
}

// newProgram puts rules in order. The expressions are those that are evaluated
// beside the rules.
func newProgram(files []*RuleFile, order map[string]int, expressions []parser.Expr) *program {
	p := &program{}
	for _, g := range orderGroups(files, order) {
		for _, r := range g.rules {
			p.rules = append(p.rules, &placedRule{rule: r, group: g, position: len(p.rules)})
		}
	}
	p.connect()
	p.rank(expressions)
	p.sortComponents()
	return p
}

// connect finds the dependencies.
func (p *program) connect() {
	byName := map[string][]*placedRule{}
	for _, r := range p.rules {
		for _, name := range r.metricNames() {
			byName[name] = append(byName[name], r)
		}
	}
	for _, r := range p.rules {
		for _, s := range r.shape.reads {
			candidates := p.rules
			if name, ok := equalName(s.matchers); ok {
				candidates = byName[name]
			}
			for _, w := range candidates {
				if w.mayYield(s.matchers) {
					r.inputs = append(r.inputs, dependency{w.position, s.offset})
				}
			}
		}
	}
}

// rank finds the rules that an aggregation reads whose result depends on order.
// Those that such a rule reads decide about its own order.
func (p *program) rank(expressions []parser.Expr) {
	var todo []*placedRule
	mark := func(r *placedRule) {
		if !r.ranked {
			r.ranked = true
			todo = append(todo, r)
		}
	}
	for _, e := range expressions {
		shape := newShape(e)
		for _, r := range p.rules {
			if shape.sensitive && slices.ContainsFunc(shape.reads, func(s read) bool { return r.mayYield(s.matchers) }) {
				mark(r)
			}
		}
	}
	inputs := func(r *placedRule) {
		for _, d := range r.inputs {
			mark(p.rules[d.position])
		}
	}
	for _, r := range p.rules {
		if r.shape.sensitive || r.shape.tickwise != "" {
			inputs(r)
		}
	}
	for len(todo) > 0 {
		r := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		inputs(r)
	}
}

// metricNames are the names of the series that a rule writes.
func (r *rule) metricNames() []string {
	if r.alerting {
		return []string{alertMetric, alertForStateMetric}
	}
	return []string{r.name}
}

// equalName returns the metric name that matchers ask for.
func equalName(matchers []*labels.Matcher) (string, bool) {
	for _, m := range matchers {
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && m.Value != "" {
			return m.Value, true
		}
	}
	return "", false
}

// sortComponents finds the strongly connected components with Tarjan's
// algorithm, which yields those that others depend on first.
func (p *program) sortComponents() {
	t := tarjan{program: p, index: make([]int, len(p.rules)), low: make([]int, len(p.rules)), onStack: make([]bool, len(p.rules))}
	for i := range p.rules {
		if t.index[i] == 0 {
			t.visit(i)
		}
	}
}

type tarjan struct {
	*program
	next       int
	index, low []int // index counts from 1
	onStack    []bool
	stack      []int
}

func (t *tarjan) visit(v int) {
	t.next++
	t.index[v], t.low[v] = t.next, t.next
	t.stack, t.onStack[v] = append(t.stack, v), true
	self := false
	for _, d := range t.rules[v].inputs {
		w := d.position
		self = self || w == v
		if t.index[w] == 0 {
			t.visit(w)
			t.low[v] = min(t.low[v], t.low[w])
		} else if t.onStack[w] {
			t.low[v] = min(t.low[v], t.index[w])
		}
	}
	if t.low[v] != t.index[v] {
		return
	}
	at := slices.Index(t.stack, v)
	members := slices.Clone(t.stack[at:])
	t.stack = t.stack[:at]
	for _, w := range members {
		t.onStack[w] = false
	}
	slices.Sort(members)
	t.components = append(t.components, component{positions: members, cyclic: self || len(members) > 1})
}

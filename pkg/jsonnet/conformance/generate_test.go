package conformance_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A generated program is a tree of nodes: text with holes, and what stands in
// the holes. Trees can be shrunk where text cannot: a node may be replaced by
// one of its children or by a constant, and items of a list be left out.
type node struct {
	format   string // each § is a hole, in the order of children
	children []*node
	// separator joins the children of a list, all of which are in one hole.
	separator string
	list      bool
}

func leaf(format string, args ...any) *node { return &node{format: fmt.Sprintf(format, args...)} }

func branch(format string, children ...*node) *node { return &node{format: format, children: children} }

func list(format, separator string, items []*node) *node {
	return &node{format: format, separator: separator, children: items, list: true}
}

// String is the program.
func (n *node) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	before, after, hole := strings.Cut(n.format, "§")
	b.WriteString(before)
	if n.list {
		for i, c := range n.children {
			if i > 0 {
				b.WriteString(n.separator)
			}
			c.write(b)
		}
		b.WriteString(after)
		return
	}
	for _, c := range n.children {
		c.write(b)
		if hole {
			before, after, hole = strings.Cut(after, "§")
			b.WriteString(before)
		}
	}
	b.WriteString(after)
}

// kind is what an expression is meant to come to. One in ten does not, so that
// errors are compared as well.
type kind byte

const (
	number   kind = 'n'
	small    kind = 'i' // a small index or count
	text     kind = 's'
	boolean  kind = 'b'
	array    kind = 'A'
	object   kind = 'O'
	unary    kind = 'f' // a function of one parameter
	binary   kind = 'g'
	texts    kind = 'S' // an array of strings
	numbers  kind = 'N' // an array of numbers
	anything kind = 'x'
)

var kinds = []kind{number, small, text, boolean, array, object, unary, binary, texts, numbers}

// variable is what is in scope.
type variable struct {
	name string
	kind kind
}

// generator makes programs. The same seed makes the same program.
type generator struct {
	*rand.Rand
	scope []variable
	// within counts the objects around: self, super and $ need one.
	within int
	names  int
	budget int
}

// generate makes the program of a seed.
func generate(seed uint64) *node {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 7)), budget: 12 + int(seed%50)}
	return g.expression(g.pick([]kind{anything, object, object, array}), 5)
}

func (g *generator) pick(k []kind) kind { return k[g.IntN(len(k))] }

func one[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// expression makes an expression of a kind, in parentheses where it could be
// taken apart by what stands around it.
func (g *generator) expression(k kind, depth int) *node {
	if g.chance(7) {
		k = anything
	}
	if k == anything {
		k = g.pick(kinds)
	}
	g.budget--
	if depth <= 0 || g.budget <= 0 {
		return g.simple(k)
	}
	switch g.IntN(20) {
	case 0, 1:
		return g.local(k, depth)
	case 2:
		return branch("(if § then § else §)", g.expression(boolean, depth-1), g.expression(k, depth-1), g.expression(k, depth-1))
	case 3:
		return g.call(k, depth)
	case 4:
		return g.field(k, depth)
	case 5:
		if g.chance(30) {
			return g.failure(k, depth)
		}
		return g.standard(k, depth)
	case 6, 7, 8:
		return g.standard(k, depth)
	case 9:
		return branch("[§, §][§]", g.expression(k, depth-1), g.expression(k, depth-1), leaf("%d", g.IntN(2)))
	case 10:
		if v := g.visible(k); v != nil {
			return v
		}
	}
	return g.compound(k, depth)
}

// visible is a variable of the kind, or any.
func (g *generator) visible(k kind) *node {
	fits := slices.DeleteFunc(slices.Clone(g.scope), func(v variable) bool { return v.kind != k && !g.chance(3) })
	if len(fits) == 0 {
		return nil
	}
	return leaf("%s", one(g, fits...).name)
}

// simple is an expression without others in it.
func (g *generator) simple(k kind) *node {
	if v := g.visible(k); v != nil && g.chance(50) {
		return v
	}
	switch k {
	case number:
		return leaf("%s", one(g, "0", "1", "2", "-1", "1.5", "10", "0.1", "-0", "1e15", "9007199254740993", "3.7", "1e-7", "255", "1e21"))
	case small:
		return leaf("%d", g.IntN(4))
	case text:
		return leaf("%s", one(g, `"a"`, `"b"`, `""`, `"ab"`, `"%s"`, `"ü"`, `"a,b"`, `"😀x"`, `"\n"`, `"12"`, `"%d %s"`, `"%(a)s"`, `"\u0000"`, `"  a "`, `@"\n"`))
	case boolean:
		return leaf("%s", one(g, "true", "false"))
	case array:
		return leaf("%s", one(g, "[]", "[1]", "[1, 2, 3]", `["a", null]`, "[[]]", "[true, {}]"))
	case texts:
		return leaf("%s", one(g, "[]", `["a"]`, `["b", "a", "b"]`, `["", "ü"]`))
	case numbers:
		return leaf("%s", one(g, "[]", "[1]", "[3, 1, 2]", "[0, -0, 0.5]"))
	case object:
		if g.within > 0 && g.chance(20) {
			return leaf("%s", one(g, "self", "$"))
		}
		return leaf("%s", one(g, "{}", "{ a: 1 }", "{ a: 'x', b:: 2 }", "{ c: { a: null } }", "std.extVar('object')", "(import 'value.libsonnet')"))
	case unary:
		return leaf("%s", one(g, "(function(x) x)", "std.length", "std.toString", "(function(x=1) [x])", "std.isNumber", "(function(x, y=2) x)"))
	case binary:
		return leaf("%s", one(g, "(function(x, y) x)", "(function(x, y) y)", "(function(x, y) x + y)", "std.max"))
	default:
		return leaf("null")
	}
}

// compound is an expression with the kind's own syntax.
func (g *generator) compound(k kind, depth int) *node {
	sub := func(k kind) *node { return g.expression(k, depth-1) }
	switch k {
	case number:
		return branch("(§ "+one(g, "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")+" §)", sub(number), sub(number))
	case small:
		return branch("std.length(§)", sub(g.pick([]kind{text, array, object, texts})))
	case text:
		switch g.IntN(5) {
		case 0:
			return branch(one(g, "('%s' % §)", "('%5s|' % [§])", "('%d' % §)", "('%s %%' % [§])", "('%.2f' % §)", "('%05x' % §)"), sub(anything))
		case 1:
			return branch("('%(a)s-%(b)s' % §)", sub(object))
		case 2:
			return branch("(§ % [§, §])", sub(text), sub(anything), sub(anything))
		case 3:
			return branch("(§ + §)", sub(text), sub(anything))
		}
		return branch("§[§:§]", sub(text), g.simple(small), g.simple(small))
	case boolean:
		switch g.IntN(4) {
		case 0:
			return branch("(§ "+one(g, "&&", "||")+" §)", sub(boolean), sub(boolean))
		case 1:
			return branch("!§", sub(boolean))
		case 2:
			return branch("(§ in §)", leaf("'%s'", g.fieldName()), sub(object))
		}
		of := g.pick([]kind{number, text, numbers, texts, anything, object, array})
		return branch("(§ "+one(g, "==", "!=", "<", "<=", ">", ">=")+" §)", sub(of), sub(of))
	case array, texts, numbers:
		return g.array(k, depth)
	case object:
		return g.object(depth)
	case unary:
		return g.function(1, depth)
	case binary:
		return g.function(2, depth)
	default:
		return g.simple(k)
	}
}

func (g *generator) array(k kind, depth int) *node {
	of := map[kind]kind{array: anything, texts: text, numbers: number}[k]
	switch g.IntN(6) {
	case 0:
		return branch("(§ + §)", g.expression(k, depth-1), g.expression(k, depth-1))
	case 1:
		return branch("§[§::§]", g.expression(k, depth-1), g.simple(small), leaf("%d", 1+g.IntN(2)))
	case 2, 3:
		from, name := g.expression(g.pick([]kind{array, numbers, texts}), depth-1), g.fresh()
		return g.with(variable{name, of}, func() *node {
			if g.chance(40) {
				return branch("[§ for "+name+" in § if §]", g.expression(of, depth-1), from, g.expression(boolean, depth-1))
			}
			return branch("[§ for "+name+" in §]", g.expression(of, depth-1), from)
		})
	}
	var items []*node
	for range g.IntN(4) {
		items = append(items, g.expression(of, depth-1))
	}
	return list("[§]", ", ", items)
}

func (g *generator) fresh() string {
	g.names++
	return fmt.Sprintf("v%d", g.names)
}

// with makes a node with more variables in scope.
func (g *generator) with(v variable, make func() *node) *node {
	g.scope = append(g.scope, v)
	n := make()
	g.scope = g.scope[:len(g.scope)-1]
	return n
}

func (g *generator) local(k kind, depth int) *node {
	name, of := g.fresh(), g.pick(kinds)
	value := g.expression(of, depth-1)
	return g.with(variable{name, of}, func() *node {
		if g.chance(20) { // it may see itself
			value = g.expression(of, depth-1)
		}
		return branch("(local "+name+" = §; §)", value, g.expression(k, depth-1))
	})
}

func (g *generator) function(params, depth int) *node {
	first := variable{g.fresh(), g.pick(kinds)}
	return g.with(first, func() *node {
		if params == 1 {
			if g.chance(20) {
				return branch("(function("+first.name+"=§) §)", g.simple(first.kind), g.expression(anything, depth-1))
			}
			return branch("(function("+first.name+") §)", g.expression(anything, depth-1))
		}
		second := variable{g.fresh(), g.pick(kinds)}
		return g.with(second, func() *node {
			if g.chance(20) { // a default may see the other parameter
				return branch("(function("+first.name+", "+second.name+"=§) §)", g.simple(second.kind), g.expression(anything, depth-1))
			}
			return branch("(function("+first.name+", "+second.name+") §)", g.expression(anything, depth-1))
		})
	})
}

// call applies a function of two parameters whose body is of the kind.
func (g *generator) call(k kind, depth int) *node {
	a, b := variable{g.fresh(), g.pick(kinds)}, variable{g.fresh(), g.pick(kinds)}
	x, y := g.expression(a.kind, depth-1), g.expression(b.kind, depth-1)
	return g.with(a, func() *node {
		standard := g.simple(b.kind)
		return g.with(b, func() *node {
			body := g.expression(k, depth-1)
			f := "(function(" + a.name + ", " + b.name + "=§) §)"
			switch g.IntN(6) {
			case 0:
				return branch(f+"(§)", standard, body, x)
			case 1:
				return branch(f+"("+b.name+"=§, "+a.name+"=§)", standard, body, y, x)
			case 2:
				return branch(f+"(§, "+b.name+"=§)", standard, body, x, y)
			case 3:
				return branch(f+"(§, §) tailstrict", standard, body, x, y)
			case 4:
				if g.chance(20) { // a mistake
					return branch(f+"(§, §, §)", standard, body, x, y, leaf("1"))
				}
			}
			return branch(f+"(§, §)", standard, body, x, y)
		})
	})
}

func (g *generator) failure(k kind, depth int) *node {
	switch g.IntN(4) {
	case 0:
		return branch("(assert § : §; §)", g.expression(boolean, depth-1), g.expression(text, depth-1), g.expression(k, depth-1))
	case 1:
		return branch("std.native('join')(§, §)", g.expression(anything, depth-1), g.expression(anything, depth-1))
	case 2:
		return branch("std.trace(§, §)", g.simple(text), g.expression(k, depth-1))
	}
	return branch("(error §)", g.expression(g.pick([]kind{text, anything}), depth-1))
}

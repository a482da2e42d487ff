package syntax

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// The nodes that upstream's desugarer makes have no location but where it says
// so, and no context.

// plainString makes a string that is not in the raw tree.
func (p *parser) plainString(s string) *ast.LiteralString {
	n := p.strings.take()
	n.Kind = ast.StringDouble
	n.Value = s
	return n
}

// failure makes the error that a failed assertion raises; p.free are the
// variables of the message.
func (p *parser) failure(message ast.Node) *ast.Error {
	n := p.errors.take()
	n.Expr = message
	n.FreeVars = p.members(p.free)
	return n
}

// conditional makes a conditional with the free variables p.free.
func (p *parser) conditional(cond, yes, no ast.Node) *ast.Conditional {
	n := p.conditionals.take()
	n.Cond, n.BranchTrue, n.BranchFalse = cond, yes, no
	n.FreeVars = p.members(p.free)
	return n
}

// stdCall makes the call of a function of the standard library that no local
// can shadow; p.free are the variables of the arguments.
func (p *parser) stdCall(function string, begin, end ast.Location, args ...ast.Node) ast.Node {
	std := p.vars.take()
	std.Id = "$std"
	std.FreeVars = p.members(p.std)
	target := p.indexes.take()
	target.Target, target.Index = std, p.plainString(function)
	target.FreeVars = std.FreeVars
	n := p.applies.take()
	n.Target = target
	mark := len(p.elements.open)
	for _, a := range args {
		p.elements.push(ast.CommaSeparatedExpr{Expr: a})
	}
	n.Arguments.Positional = p.elements.close(mark)
	p.free = p.union(p.free, p.std)
	p.locate(&n.NodeBase, begin, end)
	return n
}

// clause is `for name in array` with the conditions that follow it.
type clause struct {
	name      ast.Identifier
	array     ast.Node
	arrayFree set
	conds     ast.Node // their conjunction, nil if there are none
	condsFree set
}

// clauses reads the clauses of a comprehension up to the token that ends it,
// which it leaves.
func (p *parser) clauses(end token) []clause {
	var out []clause
	for p.kind == tokFor {
		p.next()
		c := clause{name: ast.Identifier(p.data)}
		p.expect(tokIdentifier)
		p.expect(tokIn)
		c.array = p.expr()
		c.arrayFree = p.free
		for p.kind == tokIf {
			p.next()
			cond := p.expr()
			if c.conds == nil {
				c.conds, c.condsFree = cond, p.free
				continue
			}
			and := p.binaries.take()
			and.Op, and.Left, and.Right = ast.BopAnd, c.conds, cond
			c.condsFree = p.union(c.condsFree, p.free)
			and.FreeVars = p.members(c.condsFree)
			c.conds = and
		}
		out = append(out, c)
	}
	if p.kind != end {
		p.fail()
	}
	return out
}

// flatMap makes the array of a comprehension: inside, an array whose free
// variables are p.free, for all clauses.
func (p *parser) flatMap(inside ast.Node, clauses []clause, begin, end ast.Location) ast.Node {
	for _, c := range slices.Backward(clauses) {
		if c.conds != nil {
			p.free = p.union(p.free, c.condsFree)
			inside = p.conditional(c.conds, inside, p.arrays.take())
		}
		f := p.functions.take()
		f.Body = inside
		f.Parameters = []ast.Parameter{{Name: c.name}}
		p.bind(c.name)
		p.free = p.without(p.free)
		f.FreeVars = p.members(p.free)
		p.free = p.union(p.free, c.arrayFree)
		inside = p.stdCall("$flatMapArray", begin, end, f, c.array)
	}
	return inside
}

// wrap makes an array of one element.
func (p *parser) wrap(n ast.Node) *ast.Array {
	a := p.arrays.take()
	a.Elements = []ast.CommaSeparatedExpr{{Expr: n}}
	a.FreeVars = p.members(p.free)
	return a
}

// arrayComprehension reads the rest of an array comprehension.
func (p *parser) arrayComprehension(begin ast.Location, body ast.Node) ast.Node {
	free := p.free
	clauses := p.clauses(tokBracketR)
	if p.failed {
		return nil
	}
	end := p.end
	p.next()
	p.free = free
	return p.flatMap(p.wrap(body), clauses, begin, end)
}

// objectComprehension reads the rest of an object comprehension. Its locals move
// into the body of its only field.
func (p *parser) objectComprehension(o *objectState) ast.Node {
	fields := p.fields.since(o.fields)
	if len(fields) != 1 || !o.computed || fields[0].Hide != ast.ObjectFieldInherit || len(p.asserts.open) > o.asserts {
		p.fail()
		return nil
	}
	clauses := p.clauses(tokBraceR)
	if p.failed {
		return nil
	}
	end := p.end
	p.next()
	n := p.objects.take()
	n.Fields = p.fields.close(o.fields)
	p.bindDollar()
	binds := p.binds.close(o.binds)
	p.free = p.unionSince(o.sets)
	if len(binds) > 0 {
		local := p.locals.take()
		local.Binds, local.Body = binds, n.Fields[0].Body
		p.unbind(binds)
		local.FreeVars = p.members(p.free)
		n.Fields[0].Body = local
	}
	p.free = p.union(p.free, o.outside)
	p.base(&n.NodeBase, o.begin, end)
	return p.stdCall("$objectFlatMerge", o.begin, end, p.flatMap(p.wrap(n), clauses, o.begin, end))
}

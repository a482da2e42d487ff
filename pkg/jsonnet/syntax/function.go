package syntax

import "github.com/google/go-jsonnet/ast"

// functionExpr reads function(parameters) body.
func (p *parser) functionExpr(name string) ast.Node {
	begin := p.begin
	p.next()
	n := p.function(name, func() bool { return true })
	p.base(&n.NodeBase, begin, p.last)
	return n
}

// function reads parameters, what stands between them and the body, and the
// body. It leaves the free variables of the function.
func (p *parser) function(name string, between func() bool) *ast.Function {
	n := p.functions.take()
	sets, parameters := len(p.pending), len(p.parameters.open)
	outer := p.enterFunction(name)
	p.expect(tokParenL)
	comma, first := false, true
	for p.kind != tokParenR {
		if !first && !comma || p.kind != tokIdentifier {
			p.fail()
			return n
		}
		first = false
		p.parameters.push(p.parameter())
		if comma = p.kind == tokComma; comma {
			p.next()
		}
	}
	p.next()
	n.TrailingComma = comma
	n.Parameters = p.parameters.close(parameters)
	if !between() {
		p.fail()
		return n
	}
	n.Body = p.expr()
	p.current = outer
	p.pending = append(p.pending, p.free)
	p.free = p.unionSince(sets)
	for i := range n.Parameters {
		p.bind(n.Parameters[i].Name)
	}
	p.free = p.without(p.free)
	return n
}

// parameter reads name or name = value; the free variables of the value become
// pending.
func (p *parser) parameter() ast.Parameter {
	q := ast.Parameter{
		Name:     ast.Identifier(p.data),
		LocRange: ast.LocationRange{File: p.source, FileName: p.name, Begin: p.begin, End: p.end},
	}
	p.next()
	if p.kind == tokAssign {
		p.next()
		q.DefaultArg = p.expr()
		q.LocRange.End = p.last
		p.pending = append(p.pending, p.free)
	}
	return q
}

// localExpr reads local binds; body.
func (p *parser) localExpr(name string) ast.Node {
	begin := p.begin
	sets, binds := len(p.pending), len(p.binds.open)
	for {
		p.next()
		b := p.localBind(p.binds.since(binds))
		if p.failed {
			return nil
		}
		p.binds.push(b)
		p.pending = append(p.pending, p.free)
		if p.kind != tokComma {
			break
		}
	}
	p.expect(tokSemicolon)
	n := p.locals.take()
	n.Body = p.boundExpr(name)
	n.Binds = p.binds.close(binds)
	p.pending = append(p.pending, p.free)
	p.free = p.unionSince(sets)
	p.unbind(n.Binds)
	p.base(&n.NodeBase, begin, p.last)
	return n
}

// unbind takes away the variables of binds from the free ones.
func (p *parser) unbind(binds []ast.LocalBind) {
	for i := range binds {
		p.bind(binds[i].Variable)
	}
	p.free = p.without(p.free)
}

// localBind reads name = value or name(parameters) = value, after others.
func (p *parser) localBind(others []ast.LocalBind) ast.LocalBind {
	begin, name := p.begin, p.data
	for i := range others {
		if string(others[i].Variable) == name {
			p.fail()
		}
	}
	p.expect(tokIdentifier)
	if p.failed {
		return ast.LocalBind{}
	}
	b := ast.LocalBind{Variable: ast.Identifier(name)}
	outer := p.enterBind(name)
	if p.kind == tokParenL {
		n := p.function(name, p.assign)
		p.base(&n.NodeBase, begin, p.last)
		b.Body = n // upstream's desugarer drops the location of the bind
	} else {
		p.expect(tokAssign)
		b.Body = p.boundExpr(name)
		b.LocRange = ast.LocationRange{File: p.source, FileName: p.name, Begin: begin, End: p.last}
	}
	p.current = outer
	return b
}

// assign reads =.
func (p *parser) assign() bool {
	p.expect(tokAssign)
	return !p.failed
}

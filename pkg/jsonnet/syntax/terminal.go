package syntax

import "github.com/google/go-jsonnet/ast"

// primary reads an expression without operators.
func (p *parser) primary() ast.Node {
	p.free = 0
	switch p.kind {
	case tokBraceL:
		c := p.named
		p.named = nil
		if c == nil {
			return p.object(p.anonymousObject())
		}
		n := p.object(c)
		p.bare = n
		return n
	case tokBracketL:
		return p.array()
	case tokParenL:
		p.next()
		n := p.expr()
		p.last = p.end
		p.expect(tokParenR)
		return n
	case tokString:
		return p.literalString()
	case tokSuper:
		return p.superIndex()
	default:
		return p.word()
	}
}

// word reads an expression of one token.
func (p *parser) word() ast.Node {
	var n ast.Node
	var base *ast.NodeBase
	switch p.kind {
	case tokNumber:
		v := p.numbers.take()
		v.OriginalString = p.data
		n, base = v, &v.NodeBase
	case tokTrue, tokFalse:
		v := p.booleans.take()
		v.Value = p.kind == tokTrue
		n, base = v, &v.NodeBase
	case tokNull:
		v := p.nulls.take()
		n, base = v, &v.NodeBase
	case tokIdentifier, tokDollar:
		if p.kind == tokDollar && p.level == 0 {
			p.fail()
			return nil
		}
		id := p.intern(p.data)
		p.free = p.singleton(id)
		v := p.vars.take()
		v.Id = p.idents[id].name
		n, base = v, &v.NodeBase
	case tokSelf:
		if p.level == 0 {
			p.fail()
			return nil
		}
		v := p.selfs.take()
		n, base = v, &v.NodeBase
	default:
		p.fail()
		return nil
	}
	p.base(base, p.begin, p.end)
	p.next()
	return n
}

// expect reads a token of the given kind.
func (p *parser) expect(kind token) {
	if p.kind != kind {
		p.fail()
		return
	}
	p.next()
}

// superIndex reads super.name or super[index].
func (p *parser) superIndex() ast.Node {
	begin, end := p.begin, p.end
	if p.level == 0 {
		p.fail()
		return nil
	}
	n := p.superIndexes.take()
	p.next()
	switch p.kind {
	case tokDot:
		p.next()
		n.Index = p.plainString(p.data)
		p.expect(tokIdentifier)
	case tokBracketL:
		p.next()
		n.Index = p.expr()
		p.expect(tokBracketR)
	default:
		p.fail()
		return nil
	}
	p.base(&n.NodeBase, begin, end)
	return n
}

// array reads an array or an array comprehension.
func (p *parser) array() ast.Node {
	begin := p.begin
	p.next()
	sets, elements := len(p.pending), len(p.elements.open)
	outer := p.enterThunk()
	comma, first := false, true
	for p.kind != tokBracketR {
		if !first && !comma || p.kind == tokEOF {
			p.fail()
			return nil
		}
		e := p.expr()
		if comma = p.kind == tokComma; comma {
			p.next()
		}
		if first && p.kind == tokFor {
			p.current = outer
			return p.arrayComprehension(begin, e)
		}
		first = false
		p.elements.push(ast.CommaSeparatedExpr{Expr: e})
		p.pending = append(p.pending, p.free)
	}
	p.current = outer
	n := p.arrays.take()
	n.Elements = p.elements.close(elements)
	n.TrailingComma = comma
	p.free = p.unionSince(sets)
	p.base(&n.NodeBase, begin, p.end)
	p.next()
	return n
}

// assertExpr reads assert condition : message; rest.
func (p *parser) assertExpr() ast.Node {
	begin := p.begin
	sets := len(p.pending)
	p.next()
	cond := p.expr()
	p.pending = append(p.pending, p.free)
	var message ast.Node
	p.free = 0
	if p.kind == tokColon {
		p.next()
		message = p.expr()
	} else {
		message = p.plainString("Assertion failed")
	}
	failure := p.failure(message)
	p.pending = append(p.pending, p.free)
	p.expect(tokSemicolon)
	rest := p.expr()
	p.pending = append(p.pending, p.free)
	failure.LocRange = ast.LocationRange{File: p.source, FileName: p.name, Begin: begin, End: p.last}
	p.free = p.unionSince(sets)
	return p.conditional(cond, rest, failure)
}

// errorExpr reads error message.
func (p *parser) errorExpr() ast.Node {
	begin := p.begin
	p.next()
	n := p.errors.take()
	n.Expr = p.expr()
	p.base(&n.NodeBase, begin, p.last)
	return n
}

// ifExpr reads if condition then value else value.
func (p *parser) ifExpr() ast.Node {
	begin := p.begin
	sets := len(p.pending)
	p.next()
	n := p.conditionals.take()
	n.Cond = p.expr()
	p.pending = append(p.pending, p.free)
	p.expect(tokThen)
	n.BranchTrue = p.expr()
	p.pending = append(p.pending, p.free)
	if p.kind == tokElse {
		p.next()
		n.BranchFalse = p.expr()
		p.pending = append(p.pending, p.free)
	} else {
		n.BranchFalse = p.nulls.take()
	}
	p.free = p.unionSince(sets)
	p.base(&n.NodeBase, begin, p.last)
	return n
}

// importExpr reads an import: the path is one plain string.
func (p *parser) importExpr() ast.Node {
	begin, kind := p.begin, p.kind
	p.next()
	if p.kind != tokString || p.str.block {
		p.fail()
		return nil
	}
	outer := p.current
	p.current = nil // upstream's walk does not visit the path
	path, ok := p.expr().(*ast.LiteralString)
	p.current = outer
	if !ok {
		p.fail()
		return nil
	}
	switch kind {
	case tokImportStr:
		n := &ast.ImportStr{File: path}
		p.base(&n.NodeBase, begin, p.last)
		return n
	case tokImportBin:
		n := &ast.ImportBin{File: path}
		p.base(&n.NodeBase, begin, p.last)
		return n
	default:
		n := &ast.Import{File: path}
		p.base(&n.NodeBase, begin, p.last)
		return n
	}
}

package syntax

import "github.com/google/go-jsonnet/ast"

// loosest is the precedence of the operators that bind least, in upstream's
// numbers: the smaller, the tighter. Zero is no operator.
const loosest = 14

// binaryOperators is a constant table.
var binaryOperators = [tokCount]struct {
	precedence uint8
	op         ast.BinaryOp
}{
	tokMult:   {5, ast.BopMult},
	tokDiv:    {5, ast.BopDiv},
	tokPct:    {5, ast.BopPercent},
	tokPlus:   {6, ast.BopPlus},
	tokMinus:  {6, ast.BopMinus},
	tokShl:    {7, ast.BopShiftL},
	tokShr:    {7, ast.BopShiftR},
	tokGt:     {8, ast.BopGreater},
	tokGe:     {8, ast.BopGreaterEq},
	tokLt:     {8, ast.BopLess},
	tokLe:     {8, ast.BopLessEq},
	tokIn:     {8, ast.BopIn},
	tokEq:     {9, ast.BopManifestEqual},
	tokNe:     {9, ast.BopManifestUnequal},
	tokBitAnd: {10, ast.BopBitwiseAnd},
	tokXor:    {11, ast.BopBitwiseXor},
	tokBitOr:  {12, ast.BopBitwiseOr},
	tokAnd:    {13, ast.BopAnd},
	tokOr:     {14, ast.BopOr},
}

// expr reads an expression.
func (p *parser) expr() ast.Node { return p.boundExpr(anonymous) }

// boundExpr reads an expression that is bound to a name: a function or an object
// is named after it, if it is the whole expression.
func (p *parser) boundExpr(name string) ast.Node {
	cost := 1
	switch p.kind {
	case tokFunction, tokLocal, tokIf, tokError, tokAssert:
	default:
		cost = bracketDepth
	}
	if !p.nest(cost) {
		return nil
	}
	var n ast.Node
	switch {
	case p.kind == tokFunction:
		n = p.functionExpr(name)
	case p.kind == tokLocal:
		n = p.localExpr(name)
	case p.kind == tokBraceL && name != anonymous && p.current != nil:
		c := p.newContext(objectContext, name, nil)
		p.named = c
		n = p.binary(loosest)
		if n != p.bare {
			c.name = anonymous
		}
	default:
		n = p.binary(loosest)
	}
	p.depth -= cost
	return n
}

// binary reads operands joined by operators that bind at least as tight as
// limit. What follows an operator binds less tightly than it, or was part of its
// right operand; but `x in super` has none, and ends before a tighter one.
func (p *parser) binary(limit uint8) ast.Node {
	begin := p.begin
	left := p.operand()
	previous := uint8(1)
	for n := 0; ; n = p.row(n) {
		op := binaryOperators[p.kind]
		if op.precedence < previous || op.precedence > limit {
			return left
		}
		previous = op.precedence
		free := p.free
		p.next()
		if op.op == ast.BopIn && p.kind == tokSuper {
			if p.level == 0 {
				p.fail()
			}
			n := &ast.InSuper{Index: left}
			p.base(&n.NodeBase, begin, p.end)
			p.next()
			left = n
			continue
		}
		right := p.binary(op.precedence - 1)
		switch op.op {
		case ast.BopPercent:
			p.free = p.union(free, p.free)
			left = p.stdCall("mod", begin, p.last, left, right)
		case ast.BopIn:
			p.free = p.union(free, p.free)
			left = p.stdCall("objectHasAll", begin, p.last, right, left)
		default:
			p.free = p.union(free, p.free)
			n := p.binaries.take()
			n.Op, n.Left, n.Right = op.op, left, right
			p.base(&n.NodeBase, begin, p.last)
			left = n
		}
	}
}

// operand reads what stands between binary operators.
func (p *parser) operand() ast.Node {
	var op ast.UnaryOp
	switch p.kind {
	case tokAssert:
		return p.assertExpr()
	case tokError:
		return p.errorExpr()
	case tokIf:
		return p.ifExpr()
	case tokFunction:
		return p.functionExpr(anonymous)
	case tokLocal:
		return p.localExpr(anonymous)
	case tokImport, tokImportStr, tokImportBin:
		return p.importExpr()
	case tokNot:
		op = ast.UopNot
	case tokTilde:
		op = ast.UopBitwiseNot
	case tokPlus:
		op = ast.UopPlus
	case tokMinus:
		op = ast.UopMinus
	default:
		return p.postfix()
	}
	begin := p.begin
	p.next()
	if !p.nest(1) {
		return nil
	}
	n := p.unaries.take()
	n.Op, n.Expr = op, p.operand()
	p.depth--
	p.base(&n.NodeBase, begin, p.last)
	return n
}

// postfix reads a primary expression and what is applied to it.
func (p *parser) postfix() ast.Node {
	begin := p.begin
	mark := len(p.visited)
	target := p.primary()
	for n := 0; ; n = p.row(n) {
		free := p.free
		switch p.kind {
		case tokDot:
			p.next()
			if p.kind != tokIdentifier {
				p.fail()
				return nil
			}
			p.forget(mark)
			n := p.indexes.take()
			n.Target, n.Index = target, p.plainString(p.data)
			p.base(&n.NodeBase, begin, p.end)
			p.next()
			target = n
		case tokBracketL:
			target = p.brackets(begin, target)
		case tokParenL:
			target = p.apply(begin, target)
		case tokBraceL:
			n := p.binaries.take()
			n.Op, n.Left, n.Right = ast.BopPlus, target, p.object(p.anonymousObject())
			p.free = p.union(free, p.free)
			p.base(&n.NodeBase, begin, p.last)
			target = n
		default:
			return target
		}
	}
}

// brackets reads [index] or a slice, after target.
func (p *parser) brackets(begin ast.Location, target ast.Node) ast.Node {
	p.next()
	free := p.free
	context := p.current
	var index [3]ast.Node
	colons, ready := 0, true
	for p.kind != tokBracketR {
		switch {
		case p.isColons(":"):
			colons++
			ready = true
			p.next()
		case p.isColons("::"):
			colons += 2
			ready = true
			p.next()
		case ready && !p.failed:
			if colons == 2 {
				p.current = nil // upstream's walk forgets the step
			}
			index[colons] = p.expr()
			p.current = context
			free = p.union(free, p.free)
			ready = false
		default:
			p.fail()
			return nil
		}
		if colons > 2 {
			p.fail()
			return nil
		}
	}
	end := p.end
	p.next()
	p.free = free
	if colons > 0 {
		for i, n := range index {
			if n == nil {
				index[i] = p.nulls.take()
			}
		}
		return p.stdCall("slice", begin, end, target, index[0], index[1], index[2])
	}
	if ready {
		p.fail()
		return nil
	}
	n := p.indexes.take()
	n.Target, n.Index = target, index[0]
	p.base(&n.NodeBase, begin, end)
	return n
}

// isColons reports whether the token is s in upstream's eyes, which inside of
// brackets only look at its content: a string ':' counts.
func (p *parser) isColons(s string) bool {
	switch p.kind {
	case tokColon, tokColon2, tokString:
		return p.data == s
	default:
		return false
	}
}

// apply reads the arguments of a call, after target.
func (p *parser) apply(begin ast.Location, target ast.Node) ast.Node {
	p.next()
	sets := len(p.pending)
	p.pending = append(p.pending, p.free)
	elements, named := len(p.elements.open), len(p.arguments.open)
	outer := p.enterThunk()
	comma, first := false, true
	for p.kind != tokParenR {
		if !first && !comma || p.kind == tokEOF {
			p.fail()
			return nil
		}
		first = false
		name, isNamed := p.argumentName()
		arg := p.expr()
		p.pending = append(p.pending, p.free)
		switch {
		case isNamed:
			p.arguments.push(ast.NamedArgument{Name: name, Arg: arg})
		case len(p.arguments.open) > named:
			p.fail()
			return nil
		default:
			p.elements.push(ast.CommaSeparatedExpr{Expr: arg})
		}
		if comma = p.kind == tokComma; comma {
			p.next()
		}
	}
	p.current = outer
	end := p.end
	p.next()
	n := p.applies.take()
	n.Target = target
	n.Arguments.Positional = p.elements.close(elements)
	n.Arguments.Named = p.arguments.close(named)
	n.TrailingComma = comma
	if p.kind == tokTailStrict {
		n.TailStrict = true
		p.next()
	}
	p.free = p.unionSince(sets)
	p.base(&n.NodeBase, begin, end)
	return n
}

// argumentName reads `name =`, if that is next.
func (p *parser) argumentName() (ast.Identifier, bool) {
	if p.kind != tokIdentifier {
		return "", false
	}
	back := p.lexer
	name := p.data
	p.next()
	if p.kind != tokAssign {
		p.lexer = back
		return "", false
	}
	p.next()
	return ast.Identifier(name), true
}

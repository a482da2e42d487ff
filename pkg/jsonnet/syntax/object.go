package syntax

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// objectState is an object that is being read.
type objectState struct {
	begin ast.Location
	// inside is the context of what is evaluated in the object.
	inside *context

	// Where the lists of this object begin.
	sets, fields, binds, asserts int
	// outside are the free variables of computed names, body those of the body
	// of the last field.
	outside, body set
	// computed tells that the last field has a computed name.
	computed bool
	// literals is where the names that are not computed begin; seen are the same,
	// once there are many.
	literals int
	seen     map[string]struct{}
}

// object reads an object or an object comprehension; inside is the context of
// what is evaluated in it.
func (p *parser) object(inside *context) ast.Node {
	o := objectState{
		begin: p.begin, inside: inside,
		sets: len(p.pending), fields: len(p.fields.open), binds: len(p.binds.open), asserts: len(p.asserts.open),
		literals: len(p.literals),
	}
	p.next()
	comma, first := false, true
	for {
		if p.kind == tokBraceR {
			return p.closeObject(&o)
		}
		if p.kind == tokFor {
			return p.objectComprehension(&o)
		}
		if !first && !comma {
			p.fail()
		}
		first = false
		switch p.kind {
		case tokIdentifier, tokString, tokBracketL:
			p.field(&o)
		case tokLocal:
			p.objectLocal(&o)
		case tokAssert:
			p.objectAssert(&o)
		default:
			p.fail()
		}
		if p.failed {
			return nil
		}
		if comma = p.kind == tokComma; comma {
			p.next()
		}
	}
}

// enter goes into the object and returns how to go back.
func (p *parser) enter(o *objectState) (outer *context) {
	outer = p.current
	p.current = o.inside
	p.level++
	return outer
}

func (p *parser) leave(outer *context) {
	p.current = outer
	p.level--
}

// field reads a field.
func (p *parser) field(o *objectState) {
	begin := p.begin
	f := ast.DesugaredObjectField{}
	literal := p.data
	o.computed = p.kind == tokBracketL
	switch p.kind {
	case tokIdentifier:
		f.Name = p.plainString(literal)
		p.next()
	case tokString:
		f.Name = p.literalString()
	default:
		p.next()
		f.Name = p.expr()
		o.outside = p.union(o.outside, p.free)
		p.expect(tokBracketR)
	}
	outer := p.enter(o)
	if p.kind == tokParenL {
		method := p.function(anonymous, func() bool { return p.fieldOperator(&f) && !f.PlusSuper && p.literal(o, literal) })
		p.visit(&method.NodeBase)
		f.Body = method
	} else {
		if !p.fieldOperator(&f) || !p.literal(o, literal) {
			p.fail()
			return
		}
		f.Body = p.expr()
	}
	p.leave(outer)
	f.LocRange = ast.LocationRange{File: p.source, FileName: p.name, Begin: begin, End: p.last}
	p.fields.push(f)
	o.body = p.free
	p.pending = append(p.pending, p.free)
}

// fieldOperator reads what stands between name and value of a field.
func (p *parser) fieldOperator(f *ast.DesugaredObjectField) bool {
	switch p.kind {
	case tokColon, tokPlusColon:
		f.Hide = ast.ObjectFieldInherit
	case tokColon2, tokPlusColon2:
		f.Hide = ast.ObjectFieldHidden
	case tokColon3, tokPlusColon3:
		f.Hide = ast.ObjectFieldVisible
	default:
		return false
	}
	f.PlusSuper = p.kind >= tokPlusColon
	p.next()
	return true
}

// manyFields is the number of fields from which on their names are kept in a
// map.
const manyFields = 16

// literal adds the name of a field that is not computed, in the spelling of the
// text; it reports whether it is new.
func (p *parser) literal(o *objectState, name string) bool {
	if o.computed {
		return true
	}
	names := p.literals[o.literals:]
	if o.seen == nil && slices.Contains(names, name) {
		return false
	}
	p.literals = append(p.literals, name)
	if len(names) < manyFields {
		return true
	}
	if o.seen == nil {
		o.seen = make(map[string]struct{}, 4*manyFields)
		for _, other := range names {
			o.seen[other] = struct{}{}
		}
	}
	n := len(o.seen)
	o.seen[name] = struct{}{}
	return len(o.seen) > n
}

// objectLocal reads a local of an object.
func (p *parser) objectLocal(o *objectState) {
	p.next()
	begin, name := p.begin, p.data
	for i := o.binds; i < len(p.binds.open); i++ {
		if string(p.binds.open[i].Variable) == name {
			p.fail()
		}
	}
	p.expect(tokIdentifier)
	if p.failed {
		return
	}
	b := ast.LocalBind{Variable: ast.Identifier(name)}
	outer := p.enter(o)
	if p.kind == tokParenL {
		n := p.function(anonymous, p.assign)
		p.visit(&n.NodeBase)
		b.Body = n
	} else {
		p.expect(tokAssign)
		b.Body = p.expr()
	}
	p.leave(outer)
	b.LocRange = ast.LocationRange{File: p.source, FileName: p.name, Begin: begin, End: p.last}
	p.binds.push(b)
	p.pending = append(p.pending, p.free)
}

// objectAssert reads an assertion of an object.
func (p *parser) objectAssert(o *objectState) {
	begin := p.begin
	p.next()
	outer := p.enter(o)
	cond := p.expr()
	free, last := p.free, p.last
	p.free = 0
	var message ast.Node
	if p.kind == tokColon {
		p.next()
		message = p.expr()
		last = p.last
	} else {
		message = p.plainString("Object assertion failed.")
	}
	p.leave(outer)
	failure := p.failure(message)
	p.free = p.union(p.free, free)
	ok := p.booleans.take()
	ok.Value = true
	n := p.conditional(cond, ok, failure)
	p.locate(&n.NodeBase, begin, last)
	failure.LocRange = n.LocRange
	p.asserts.push(n)
	p.pending = append(p.pending, p.free)
}

// closeObject ends an object at the current token.
func (p *parser) closeObject(o *objectState) ast.Node {
	p.literals = p.literals[:o.literals]
	p.bindDollar()
	n := p.objects.take()
	n.Fields = p.fields.close(o.fields)
	n.Locals = p.binds.close(o.binds)
	n.Asserts = p.asserts.close(o.asserts)
	p.free = p.unionSince(o.sets)
	p.unbind(n.Locals)
	p.free = p.union(p.free, o.outside)
	p.base(&n.NodeBase, o.begin, p.end)
	p.next()
	return n
}

// bindDollar adds the local $ to an object that is in no other.
func (p *parser) bindDollar() {
	if p.level == 0 {
		p.binds.push(ast.LocalBind{Variable: "$", Body: p.selfs.take()})
	}
}

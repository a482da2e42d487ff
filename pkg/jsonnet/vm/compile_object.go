package vm

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// objectCode is what all objects of one literal share.
type objectCode struct {
	site
	// slots is the number of the literal's locals, dollar the slot of $, -1
	// if the literal is not the outermost one.
	slots, dollar int
	// shape is set if the names of all fields are known.
	shape   *shape
	fields  []*fieldCode
	names   []code
	asserts []*fieldCode
}

// fieldCode is a field or an assertion of an object literal.
type fieldCode struct {
	owner *objectCode
	body  body
	hide  ast.ObjectFieldHide
	// plus says that the field was written with "+:".
	plus bool
	// plusSite is the place of that sum: the field's expression, under the
	// name that upstream gives the frame.
	plusSite *site
	// loc is where the field is written.
	loc *ast.LocationRange
}

// plusContext is how upstream calls the frame of a "+:".
const plusContext = "+:"

func (sc *scope) compileObject(n *ast.DesugaredObject) code {
	c := &objectCode{site: newSite(&n.NodeBase), dollar: -1, slots: len(n.Locals)}
	in := &scope{parent: sc, layout: &layout{slots: len(n.Locals)}, unit: sc.unit, level: sc.level, binds: newBinds(len(n.Locals))}
	for i, b := range n.Locals {
		if _, ok := b.Body.(*ast.Self); ok && b.Variable == "$" {
			c.dollar = i
		}
		*in.binds[i] = bind{name: b.Variable, slot: i}
	}
	for i, b := range n.Locals {
		// Initialisers may need locals of their own, which must not land in
		// the object's frame: that is made before they are compiled.
		in.binds[i].setInit(in.compileInit(b.Body))
		if i != c.dollar {
			in.binds[i].fragment = sc.unit.fragment(b.Body)
		}
	}
	c.fields = make([]*fieldCode, len(n.Fields))
	fields := make([]fieldCode, len(n.Fields))
	static := true
	for i := range n.Fields {
		f := &n.Fields[i]
		fc := &fields[i]
		fc.owner, fc.hide, fc.plus, fc.loc = c, f.Hide, f.PlusSuper, &f.LocRange
		if f.PlusSuper {
			fc.setPlus(f.Body)
		}
		fc.body.source, fc.body.scope = f.Body, in
		c.fields[i] = fc
		if _, ok := f.Name.(*ast.LiteralString); !ok {
			static = false
		}
	}
	for _, a := range n.Asserts {
		fc := &fieldCode{owner: c}
		fc.body.source, fc.body.scope = a, in
		c.asserts = append(c.asserts, fc)
	}
	if static && c.setShape(sc, n) {
		return &objectLiteral{c}
	}
	for i := range n.Fields {
		c.names = append(c.names, sc.compile(n.Fields[i].Name, tailNone))
	}
	return &dynamicObject{c}
}

func (fc *fieldCode) setPlus(n ast.Node) {
	context := plusContext
	s := newSite(&ast.NodeBase{LocRange: *n.Loc(), Ctx: &context})
	fc.plusSite = &s
}

// setShape lists the fields if no two have the same name.
func (c *objectCode) setShape(sc *scope, n *ast.DesugaredObject) bool {
	s := &shape{names: make([]*Name, len(n.Fields)), fields: c.fields}
	for i := range n.Fields {
		s.names[i] = sc.name(validText(n.Fields[i].Name.(*ast.LiteralString).Value))
	}
	if hasDuplicate(s.names) {
		return false
	}
	c.shape = s
	return true
}

func hasDuplicate(names []*Name) bool {
	if len(names) <= linear {
		for i, a := range names {
			if slices.Contains(names[:i], a) {
				return true
			}
		}
		return false
	}
	seen := make(map[*Name]struct{}, len(names))
	for _, n := range names {
		seen[n] = struct{}{}
	}
	return len(seen) < len(names)
}

// compileInit compiles the initialiser of an object's local.
func (sc *scope) compileInit(n ast.Node) code {
	if !needsFrame(n) {
		return sc.compile(n, tailNone)
	}
	in := &scope{parent: sc, layout: &layout{}, unit: sc.unit, level: sc.level}
	c := in.compile(n, tailNone)
	return &framed{c, in.layout.slots}
}

package vm

import (
	"github.com/google/go-jsonnet/ast"
	"github.com/google/go-jsonnet/astgen"
)

// library is the standard library: std.jsonnet's own object, and the same
// with natives in place of some fields, which is what programs see.
type library struct {
	code     *objectCode
	original *shape
	shape    *shape
}

func (m *Machine) newLibrary() library {
	u := &unit{machine: m, standard: true}
	root := &scope{layout: &layout{}, unit: u, level: new(int)}
	lit, ok := root.compile(astgen.StdAst, tailNone).(*objectLiteral)
	if !ok {
		panic("std.jsonnet is no plain object")
	}
	l := library{code: lit.objectCode, original: lit.shape}
	s := &shape{}
	for i, n := range lit.shape.names {
		f := lit.fields[i]
		if nt := m.natives[n.text]; nt != nil {
			f = nativeField(nt)
		}
		s.names, s.fields = append(s.names, n), append(s.fields, f)
	}
	for name, nt := range m.natives {
		n := m.names.intern(name)
		if lit.shape.find(n) < 0 {
			s.names, s.fields = append(s.names, n), append(s.fields, nativeField(nt))
		}
	}
	l.shape = s
	return l
}

func nativeField(nt *Native) *fieldCode {
	fn := &Function{header: header{kind: kindFunction}, native: nt}
	f := &fieldCode{hide: ast.ObjectFieldHidden}
	f.body.compiled.Store(&compiledBody{code: &literal{fn.value()}, constant: fn.value()})
	return f
}

// standard calls the function of std.jsonnet itself that a native stands in
// for.
func (e *Evaluation) standard(name string, args []Value) Value {
	l := &e.machine.library
	at := l.original.find(e.intern(name))
	if at < 0 {
		e.fail("std.jsonnet has no %s", name)
	}
	fn, ok := l.original.fields[at].body.get().code.(*functionLiteral)
	if !ok {
		e.fail("std.%s is no function", name)
	}
	v := fn.eval(e, e.layerFrame(e.std, 0))
	var given arguments
	for i, a := range args {
		if a.h != nil {
			given.names = append(given.names, fn.code.params[i].name)
			given.named = append(given.named, a)
		}
	}
	return e.apply(v.fn(), given)
}

// stdWithFile returns the standard library's object with std.thisFile.
func (e *Evaluation) stdWithFile(u *unit) *Object {
	if o := e.stdFor[u]; o != nil {
		return o
	}
	cur := e.cur
	e.cur = &silentSite
	file := e.literal(e.cur, layer{shape: &shape{
		names: []*Name{e.intern("thisFile")}, hide: []ast.ObjectFieldHide{ast.ObjectFieldHidden},
		values: []Value{e.string(validText(u.thisFile))},
	}})
	o := e.sum(e.std, file).object()
	e.cur = cur
	e.stdFor[u] = o
	return o
}

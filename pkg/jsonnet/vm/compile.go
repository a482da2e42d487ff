package vm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/go-jsonnet/ast"
)

// unit is a compiled file.
type unit struct {
	machine *Machine
	// name stands in diagnostics, thisFile is std.thisFile: what the file was
	// found as.
	name, thisFile string
	// standard says that this is the standard library itself.
	standard bool
	// root is the program, if its fragments are told apart.
	root      ast.Node
	fragments map[ast.Node]fragment
	// params are the parameters of a file that is a function.
	params []string
	body   body
}

// scope maps the variables that are visible at a place to slots. Scopes with
// the same layout share a frame.
type scope struct {
	parent *scope
	layout *layout
	binds  []*bind
	unit   *unit
	// level counts how deep the compiler is in the body; own is where, in the
	// body's outermost scope.
	level *int
	own   int
}

// newBody returns the outermost scope of a body within sc.
func (sc *scope) newBody(l *layout) *scope {
	in := &scope{parent: sc, layout: l, unit: sc.unit}
	in.level = &in.own
	return in
}

// layout counts the slots of a frame.
type layout struct{ slots int }

// bind is a variable; init makes its value when its slot is empty.
type bind struct {
	name ast.Identifier
	slot int
	init code
	// ready says that the initialiser cannot fail and makes its value at
	// once.
	ready bool
	// fragment is the initialiser's; none for a parameter.
	fragment fragment
}

func newBinds(n int) []*bind {
	room := make([]bind, n)
	out := make([]*bind, n)
	for i := range room {
		out[i] = &room[i]
	}
	return out
}

func (b *bind) setInit(c code) {
	b.init = c
	switch c.(type) {
	case *literal, *functionLiteral, *objectLiteral, *selfRef:
		b.ready = true
	}
}

// body is the code of a file, function, field or assertion, which is compiled
// when it is first needed: most of a large library never is. It is shared
// between evaluations.
type body struct {
	compiled atomic.Pointer[compiledBody]
	mu       sync.Mutex
	source   ast.Node
	scope    *scope
}

// compiledBody is compiled code with the size of its frame.
type compiledBody struct {
	code  code
	slots int
	// inits are the defaults of a function's parameters.
	inits []code
	// constant is the value of a body that is a literal.
	constant Value
	fragment fragment
}

func (b *body) get() *compiledBody {
	if c := b.compiled.Load(); c != nil {
		return c
	}
	return b.compile()
}

func (b *body) compile() *compiledBody {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.compiled.Load(); c != nil {
		return c
	}
	c := b.scope.compileBody(b.source)
	b.compiled.Store(c)
	b.source, b.scope = nil, nil
	return c
}

// functionBody marks the source of a function's body, which has parameters.
type functionBody struct{ *ast.Function }

func (sc *scope) compileBody(n ast.Node) *compiledBody {
	c := &compiledBody{fragment: sc.unit.fragment(n)}
	if fn, ok := n.(functionBody); ok {
		in := sc.newBody(&layout{slots: len(fn.Parameters)})
		in.binds = newBinds(len(fn.Parameters))
		for i, p := range fn.Parameters {
			*in.binds[i] = bind{name: p.Name, slot: i}
		}
		c.inits = make([]code, len(fn.Parameters))
		for i, p := range fn.Parameters {
			if p.DefaultArg != nil {
				c.inits[i] = in.compile(p.DefaultArg, tailNone)
				in.binds[i].setInit(c.inits[i])
			}
		}
		c.code = in.compile(fn.Body, tailCalls)
		c.slots = in.layout.slots
		return c
	}
	if isLiteral(n) { // half of the fields of what is mostly data
		c.code = sc.compileLiteral(n)
	} else if needsFrame(n) {
		sc = sc.newBody(&layout{})
		c.code = sc.compile(n, tailNone)
		c.slots = sc.layout.slots
	} else {
		// The scope is shared, and others may be compiling in it.
		in := sc.newBody(sc.layout)
		c.code = in.compile(n, tailNone)
	}
	if l, ok := c.code.(*literal); ok {
		c.constant = l.value
	}
	return c
}

func isLiteral(n ast.Node) bool {
	switch n.(type) {
	case *ast.LiteralBoolean, *ast.LiteralNull, *ast.LiteralNumber, *ast.LiteralString:
		return true
	default:
		return false
	}
}

// needsFrame says whether evaluating an expression binds locals.
func needsFrame(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Local:
		return true
	case *ast.Apply:
		for _, a := range n.Arguments.Positional {
			if needsFrame(a.Expr) {
				return true
			}
		}
		for _, a := range n.Arguments.Named {
			if needsFrame(a.Arg) {
				return true
			}
		}
		return needsFrame(n.Target)
	case *ast.Array:
		for _, a := range n.Elements {
			if needsFrame(a.Expr) {
				return true
			}
		}
	case *ast.Binary:
		return needsFrame(n.Left) || needsFrame(n.Right)
	case *ast.Conditional:
		return needsFrame(n.Cond) || needsFrame(n.BranchTrue) || needsFrame(n.BranchFalse)
	case *ast.DesugaredObject:
		for _, f := range n.Fields {
			if needsFrame(f.Name) {
				return true
			}
		}
	case *ast.Error:
		return needsFrame(n.Expr)
	case *ast.Index:
		return needsFrame(n.Target) || needsFrame(n.Index)
	case *ast.SuperIndex:
		return needsFrame(n.Index)
	case *ast.InSuper:
		return needsFrame(n.Index)
	case *ast.Unary:
		return needsFrame(n.Expr)
	}
	return false
}

// tail says what the position of an expression means for tail calls.
type tail uint8

const (
	// tailNone is a position that something else follows.
	tailNone tail = iota
	// tailTrims is a position where upstream gives up the function's place
	// on the stack although an operator still follows.
	tailTrims
	// tailCalls is the end of a function: its value is the function's.
	tailCalls
)

// within is the position of the last operand of an operator.
func (t tail) within() tail { return min(t, tailTrims) }

// lookup finds a variable: how many frames out, and the binding.
func (sc *scope) lookup(id ast.Identifier) (depth int, b *bind) {
	for s := sc; s != nil; s = s.parent {
		for _, b := range slices.Backward(s.binds) {
			if b.name == id {
				return depth, b
			}
		}
		if s.parent != nil && s.parent.layout != s.layout {
			depth++
		}
	}
	return 0, nil
}

// isStd says whether a variable is the standard library's object.
func (sc *scope) isStd(n ast.Node) bool {
	v, ok := n.(*ast.Var)
	if !ok || v.Id != "std" && v.Id != "$std" {
		return false
	}
	if v.Id == "$std" || sc.unit.standard {
		return true
	}
	_, b := sc.lookup("std")
	return b == nil
}

func (sc *scope) name(s string) *Name { return sc.unit.machine.names.intern(s) }

// deep is how many levels of nested expressions count as much as a call does
// for the Go stack.
const deep = 16

func (sc *scope) compile(n ast.Node, t tail) code {
	*sc.level++
	c := sc.compileNode(n, t)
	if *sc.level--; *sc.level%deep == deep-1 {
		switch c.(type) {
		case *binary, *unary, *logical, *conditional, *callExpr, *nativeCall, *index, *fieldAccess, *comprehension:
			return &nested{c}
		}
	}
	return c
}

func (sc *scope) compileNode(n ast.Node, t tail) code {
	switch n := n.(type) {
	case *ast.Var:
		return sc.compileVar(n)
	case *ast.Self:
		return &selfRef{newSite(&n.NodeBase)}
	case *ast.Index:
		return sc.compileIndex(n)
	case *ast.Apply:
		return sc.compileCall(n, t)
	case *ast.DesugaredObject:
		return sc.compileObject(n)
	case *ast.Function:
		return &functionLiteral{newSite(&n.NodeBase), sc.compileFunction(n)}
	case *ast.Array:
		a := &arrayLiteral{site: newSite(&n.NodeBase), elems: make([]code, len(n.Elements))}
		for i, el := range n.Elements {
			a.elems[i] = sc.compile(el.Expr, tailNone)
		}
		return a
	case *ast.Local:
		return sc.compileLocal(n, t)
	case *ast.Conditional:
		return &conditional{newSite(&n.NodeBase), sc.compile(n.Cond, tailNone), sc.compile(n.BranchTrue, t), sc.compile(n.BranchFalse, t)}
	case *ast.Binary:
		return sc.compileBinary(n, t)
	case *ast.Unary:
		return sc.compileUnary(n, t)
	case *ast.Error:
		return &errorExpr{newSite(&n.NodeBase), sc.compile(n.Expr, tailNone)}
	case *ast.SuperIndex:
		return &superIndex{newSite(&n.NodeBase), sc.compile(n.Index, tailNone)}
	case *ast.InSuper:
		return &inSuper{newSite(&n.NodeBase), sc.compile(n.Index, tailNone)}
	case *ast.Import:
		return sc.compileImport(&n.NodeBase, importCode, n.File.Value)
	case *ast.ImportStr:
		return sc.compileImport(&n.NodeBase, importText, n.File.Value)
	case *ast.ImportBin:
		return sc.compileImport(&n.NodeBase, importBytes, n.File.Value)
	}
	return sc.compileLiteral(n)
}

func (sc *scope) compileLiteral(n ast.Node) code {
	switch n := n.(type) {
	case *ast.LiteralBoolean:
		h := &header{kind: kindBoolean, made: &n.NodeBase}
		if n.Value {
			return &literal{Value{h, 1}}
		}
		return &literal{Value{h, 0}}
	case *ast.LiteralNull:
		return &literal{Value{h: &header{kind: kindNull, made: &n.NodeBase}}}
	case *ast.LiteralNumber:
		f, err := strconv.ParseFloat(n.OriginalString, 64)
		if err != nil {
			return &overflow{newSite(&n.NodeBase)}
		}
		return &literal{Value{&header{kind: kindNumber, made: &n.NodeBase}, f}}
	case *ast.LiteralString:
		l := &struct {
			literal
			text String
		}{text: *sharedString(validText(n.Value))}
		l.text.made = &n.NodeBase
		l.value = l.text.value()
		return &l.literal
	}
	panic(fmt.Sprintf("the compiler does not know %T", n))
}

func (sc *scope) compileVar(n *ast.Var) code {
	depth, b := sc.lookup(n.Id)
	if b == nil {
		return &stdRef{newSite(&n.NodeBase), sc.unit}
	}
	v := variable{newSite(&n.NodeBase), depth, b}
	if _, ok := b.init.(*selfRef); ok && n.Id == "$" {
		return &dollarRef{v}
	}
	return &v
}

func (sc *scope) compileLocal(n *ast.Local, t tail) code {
	in := &scope{parent: sc, layout: sc.layout, unit: sc.unit, level: sc.level, binds: newBinds(len(n.Binds))}
	for i, b := range n.Binds {
		*in.binds[i] = bind{name: b.Variable, slot: sc.layout.slots}
		sc.layout.slots++
	}
	for i, b := range n.Binds {
		in.binds[i].setInit(in.compile(b.Body, tailNone))
		in.binds[i].fragment = sc.unit.fragment(b.Body)
	}
	return in.compile(n.Body, t)
}

func (sc *scope) compileFunction(n *ast.Function) *functionCode {
	fc := &functionCode{params: make([]param, len(n.Parameters))}
	for i, p := range n.Parameters {
		fc.params[i] = param{name: sc.name(string(p.Name)), optional: p.DefaultArg != nil}
		if p.DefaultArg == nil {
			fc.required++
		}
	}
	fc.body.source, fc.body.scope = functionBody{n}, sc
	return fc
}

func (sc *scope) compileIndex(n *ast.Index) code {
	if s, ok := n.Index.(*ast.LiteralString); ok {
		if sc.isStd(n.Target) {
			return sc.compileStdField(n, s.Value)
		}
		return &fieldAccess{newSite(&n.NodeBase), sc.compile(n.Target, tailNone), sc.name(validText(s.Value))}
	}
	return &index{newSite(&n.NodeBase), sc.compile(n.Target, tailNone), sc.compile(n.Index, tailNone)}
}

func (sc *scope) compileImport(n *ast.NodeBase, k importKind, path string) code {
	from := n.LocRange.FileName
	outside := from == "" && strings.HasPrefix(sc.unit.name, "<"+extVarKind+":")
	return &importExpr{
		site: newSite(n), kind: k, path: path, from: from, outside: outside,
		entry: sc.unit.name == "" && path == Entry,
	}
}

// compileStdField compiles std.name.
func (sc *scope) compileStdField(n *ast.Index, name string) code {
	if name == "thisFile" && !sc.unit.standard {
		s := sharedString(validText(sc.unit.thisFile))
		s.made = &n.NodeBase
		return &literal{s.value()}
	}
	if nt := sc.unit.machine.natives[name]; nt != nil {
		fn := &Function{header: header{kind: kindFunction, made: &n.NodeBase}, native: nt}
		return &literal{fn.value()}
	}
	return &fieldAccess{newSite(&n.NodeBase), &stdRef{newSite(&n.NodeBase), nil}, sc.name(name)}
}

func (sc *scope) compileCall(n *ast.Apply, t tail) code {
	args := make([]code, len(n.Arguments.Positional))
	for i, a := range n.Arguments.Positional {
		args[i] = sc.compile(a.Expr, tailNone)
	}
	target := sc.compile(n.Target, tailNone)
	s := newSite(&n.NodeBase)
	if l, ok := target.(*literal); ok && l.value.kind() == kindFunction && len(n.Arguments.Named) == 0 {
		nt := l.value.fn().native
		if c := sc.compileComprehension(n, nt, args); c != nil {
			return c
		}
		if nt.accepts(len(args)) {
			return &nativeCall{s, nt, args, t != tailNone}
		}
	}
	c := &callExpr{site: s, target: target, args: args, tailstrict: n.TailStrict, tail: t}
	for _, a := range n.Arguments.Named {
		c.names = append(c.names, sc.name(string(a.Name)))
		c.named = append(c.named, sc.compile(a.Arg, tailNone))
	}
	return c
}

// accepts says whether a number of positional arguments fits.
func (nt *Native) accepts(n int) bool {
	if n > len(nt.params) {
		return false
	}
	for _, p := range nt.params[n:] {
		if !p.optional {
			return false
		}
	}
	return true
}

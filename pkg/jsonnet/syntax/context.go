package syntax

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// anonymous is what upstream calls a function or an object without a name.
const anonymous = "anonymous"

// contextKind says how the text of a context is made.
type contextKind uint8

const (
	topLevel        contextKind = iota
	functionContext             // the body and the default arguments of a function
	objectContext               // fields, locals and assertions of an object
	thunkContext                // arguments of a call and elements of an array
	bindContext                 // what is bound to a local
)

// context is the surroundings of an expression as a stack trace names them. Its
// text is written when the whole program has been read, since an object may
// turn out to have no name.
type context struct {
	text   string
	kind   contextKind
	name   string
	parent *context // of a thunk or bind
	thunk  *context // the thunk context in here, once there is one
}

// contexts keeps track of contexts. A nil *context is that of what upstream's
// walk does not visit: there, all of them are nil.
type contexts struct {
	current *context

	slab slab[context]
	all  []*context
	// function and object are the contexts of what has no name.
	function, object *context
	// named is the context for the object that the next token begins, bare the
	// object that was read last.
	named *context
	bare  ast.Node
	// visited are the nodes that got a context.
	visited []*ast.NodeBase
}

func (c *contexts) newContext(kind contextKind, name string, parent *context) *context {
	n := c.slab.take()
	n.kind, n.name, n.parent = kind, name, parent
	c.all = append(c.all, n)
	return n
}

// enterThunk makes the thunk context the current one and returns the one to go
// back to.
func (c *contexts) enterThunk() (outer *context) {
	outer = c.current
	if outer != nil {
		if outer.thunk == nil {
			outer.thunk = c.newContext(thunkContext, "", outer)
		}
		c.current = outer.thunk
	}
	return outer
}

// enterBind is enterThunk for what is bound to a local.
func (c *contexts) enterBind(name string) (outer *context) {
	outer = c.current
	if outer != nil {
		c.current = c.newContext(bindContext, name, outer)
	}
	return outer
}

// enterFunction is enterThunk for a function.
func (c *contexts) enterFunction(name string) (outer *context) {
	outer = c.current
	switch {
	case outer == nil:
	case name != anonymous:
		c.current = c.newContext(functionContext, name, nil)
	default:
		if c.function == nil {
			c.function = c.newContext(functionContext, anonymous, nil)
		}
		c.current = c.function
	}
	return outer
}

// anonymousObject returns the context for the inside of an object that has no
// name.
func (c *contexts) anonymousObject() *context {
	if c.current == nil {
		return nil
	}
	if c.object == nil {
		c.object = c.newContext(objectContext, anonymous, nil)
	}
	return c.object
}

// forget takes their contexts from the nodes visited since there were mark.
func (c *contexts) forget(mark int) {
	for _, n := range c.visited[mark:] {
		n.Ctx = nil
	}
	c.visited = c.visited[:mark]
}

// writeContexts writes the texts. The text of a context is part of those of its
// children, which come after it, so long chains share one.
func (c *contexts) writeContexts() {
	var b []byte
	for _, n := range slices.Backward(c.all) {
		if n.text != "" {
			continue
		}
		b = b[:0]
		last := n
		for ; last.parent != nil && last.text == ""; last = last.parent {
			b = last.open(b)
		}
		b = append(b, last.root()...)
		for q := n; q != last; q = q.parent {
			b = append(b, '>')
		}
		n.text = string(b)
		for q := n; q != last; q = q.parent {
			q.parent.text = q.text[len(q.open(b[:0])) : len(q.text)-1]
		}
	}
}

// open appends what stands before the text of the parent.
func (n *context) open(b []byte) []byte {
	b = append(b, "thunk "...)
	if n.kind == bindContext {
		b = append(b, '<')
		b = append(b, n.name...)
		b = append(b, "> "...)
	}
	return append(b, "from <"...)
}

// root returns the text of a context without parent, or one that is written.
func (n *context) root() string {
	switch {
	case n.text != "":
		return n.text
	case n.kind == functionContext:
		return "function <" + n.name + ">"
	case n.kind == objectContext:
		return "object <" + n.name + ">"
	default:
		return "$"
	}
}

// base fills in what all nodes have: location, context, free variables.
func (p *parser) base(n *ast.NodeBase, begin, end ast.Location) {
	p.locate(n, begin, end)
	p.visit(n)
}

// visit is base for the function of a method, which upstream does not locate.
func (p *parser) visit(n *ast.NodeBase) {
	n.FreeVars = p.members(p.free)
	if c := p.current; c != nil {
		n.Ctx = &c.text
		p.visited = append(p.visited, n)
	}
}

// locate is base for a node that upstream makes when it desugars: that is not in
// the raw tree and has no context.
func (p *parser) locate(n *ast.NodeBase, begin, end ast.Location) {
	n.LocRange = ast.LocationRange{File: p.source, FileName: p.name, Begin: begin, End: end}
	n.FreeVars = p.members(p.free)
	p.last = end
}

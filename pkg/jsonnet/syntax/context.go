package syntax

import "github.com/google/go-jsonnet/ast"

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

// writeContexts writes the texts; parents come before their children.
func (c *contexts) writeContexts() {
	for _, n := range c.all {
		switch n.kind {
		case topLevel:
			n.text = "$"
		case functionContext:
			n.text = "function <" + n.name + ">"
		case objectContext:
			n.text = "object <" + n.name + ">"
		case thunkContext:
			n.text = "thunk from <" + n.parent.text + ">"
		case bindContext:
			n.text = "thunk <" + n.name + "> from <" + n.parent.text + ">"
		}
	}
}

// base fills in what all nodes have: location, context, free variables.
func (p *parser) base(n *ast.NodeBase, begin, end ast.Location) {
	p.locate(n, begin, end)
	p.visit(n)
}

// visit is base for the function of a method, which upstream does not locate.
func (p *parser) visit(n *ast.NodeBase) {
	n.FreeVars = p.names(p.free)
	if c := p.current; c != nil {
		n.Ctx = &c.text
		p.visited = append(p.visited, n)
	}
}

// locate is base for a node that upstream makes when it desugars: that is not in
// the raw tree and has no context.
func (p *parser) locate(n *ast.NodeBase, begin, end ast.Location) {
	n.LocRange = ast.LocationRange{File: p.source, FileName: p.name, Begin: begin, End: end}
	n.FreeVars = p.names(p.free)
	p.last = end
}

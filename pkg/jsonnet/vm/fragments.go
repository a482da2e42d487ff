package vm

import (
	"sync"

	"github.com/google/go-jsonnet/ast"
)

// fragment is a piece of a file's code that is evaluated as a whole: the file
// without its fields, functions and locals, which are fragments of their own. It
// is the same in two versions of a file if the code is, at the same place.
// Zero stands for code that never changes.
type fragment uint32

// fragments numbers the fragments of a Machine's files as they are compiled.
type fragments struct {
	mu   sync.Mutex
	last fragment
}

// TellApart says, before anything is compiled, that evaluations of the machine
// keep account of the code that parts of their results were made of, see Parts.
func (m *Machine) TellApart() { m.fragments = &fragments{} }

// fragment returns the fragment that begins with a node.
func (u *unit) fragment(n ast.Node) fragment {
	if u.root == nil {
		return 0
	}
	if fn, ok := n.(functionBody); ok {
		n = fn.Body
	}
	fs := u.machine.fragments
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := u.fragments[n]
	if f == 0 {
		fs.last++
		f = fs.last
		u.fragments[n] = f
	}
	return f
}

// difference is how two versions of a file differ.
type difference struct {
	// changed are the fragments of the older one that are not in the newer one,
	// moved those of which something is at another place there.
	changed, moved []fragment
	// places are where the places of the older one are in the newer one.
	places map[textPlace]*ast.LocationRange
}

// textPlace is a place in one version of a file: what the compiler makes up has
// the places of what it makes it of.
type textPlace struct {
	source     *ast.Source
	begin, end ast.Location
}

func placeOf(l *ast.LocationRange) textPlace { return textPlace{l.File, l.Begin, l.End} }

// difference compares two versions of a file, of which the newer one may be none.
// The fragments that are the same are the same in both from now on.
func (fs *fragments) difference(was, is *unit) difference {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	c := comparison{was: was, is: is, same: map[fragment]bool{}}
	c.places = map[textPlace]*ast.LocationRange{}
	if is != nil {
		c.fragment(was.root, is.root)
	}
	for _, f := range was.fragments {
		if !c.same[f] {
			c.changed = append(c.changed, f)
		}
	}
	return c.difference
}

// comparison compares two versions of a file.
type comparison struct {
	difference
	was, is *unit
	same    map[fragment]bool
	// shifted says that something of the fragment has moved.
	shifted bool
}

// fragment compares the fragments that begin with two nodes, and those within
// them.
func (c *comparison) fragment(a, b ast.Node) {
	c.compare(a, b, func() bool { return c.equal(a, b) })
}

func (c *comparison) compare(a, b ast.Node, equal func() bool) {
	outer := c.shifted
	c.shifted = false
	if f := c.was.fragments[a]; equal() && f != 0 {
		if c.is.fragments[b] == 0 {
			c.is.fragments[b] = f
		}
		c.same[f] = c.is.fragments[b] == f
		if c.shifted {
			c.moved = append(c.moved, f)
		}
	}
	c.shifted = outer
}

// place notes where something is in the newer version.
func (c *comparison) place(a, b *ast.LocationRange) {
	c.places[placeOf(a)] = b
	c.shifted = c.shifted || a.Begin != b.Begin || a.End != b.End
}

// equal says whether two nodes are equal but for their places and the fragments
// within them, which are compared on their own.
func (c *comparison) equal(a, b ast.Node) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	c.place(a.Loc(), b.Loc())
	switch a := a.(type) {
	case *ast.Apply:
		b, ok := b.(*ast.Apply)
		return ok && a.TailStrict == b.TailStrict && c.equal(a.Target, b.Target) && c.arguments(a.Arguments, b.Arguments)
	case *ast.Array:
		b, ok := b.(*ast.Array)
		return ok && c.elements(a.Elements, b.Elements)
	case *ast.Binary:
		b, ok := b.(*ast.Binary)
		return ok && a.Op == b.Op && c.equal(a.Left, b.Left) && c.equal(a.Right, b.Right)
	case *ast.Unary:
		b, ok := b.(*ast.Unary)
		return ok && a.Op == b.Op && c.equal(a.Expr, b.Expr)
	case *ast.Conditional:
		b, ok := b.(*ast.Conditional)
		return ok && c.equal(a.Cond, b.Cond) && c.equal(a.BranchTrue, b.BranchTrue) && c.equal(a.BranchFalse, b.BranchFalse)
	case *ast.Error:
		b, ok := b.(*ast.Error)
		return ok && c.equal(a.Expr, b.Expr)
	case *ast.Index:
		b, ok := b.(*ast.Index)
		return ok && c.equal(a.Target, b.Target) && c.equal(a.Index, b.Index)
	case *ast.SuperIndex:
		b, ok := b.(*ast.SuperIndex)
		return ok && c.equal(a.Index, b.Index)
	case *ast.InSuper:
		b, ok := b.(*ast.InSuper)
		return ok && c.equal(a.Index, b.Index)
	case *ast.Function:
		b, ok := b.(*ast.Function)
		return ok && c.function(a, b)
	case *ast.Local:
		b, ok := b.(*ast.Local)
		return ok && c.binds(a.Binds, b.Binds) && c.equal(a.Body, b.Body)
	case *ast.DesugaredObject:
		b, ok := b.(*ast.DesugaredObject)
		return ok && c.object(a, b)
	default:
		return equalLeaf(a, b)
	}
}

// equalLeaf compares nodes without others in them.
func equalLeaf(a, b ast.Node) bool {
	switch a := a.(type) {
	case *ast.Self:
		_, ok := b.(*ast.Self)
		return ok
	case *ast.LiteralNull:
		_, ok := b.(*ast.LiteralNull)
		return ok
	case *ast.LiteralBoolean:
		b, ok := b.(*ast.LiteralBoolean)
		return ok && a.Value == b.Value
	case *ast.LiteralNumber:
		b, ok := b.(*ast.LiteralNumber)
		return ok && a.OriginalString == b.OriginalString
	case *ast.LiteralString:
		b, ok := b.(*ast.LiteralString)
		return ok && a.Value == b.Value
	case *ast.Var:
		b, ok := b.(*ast.Var)
		return ok && a.Id == b.Id
	case *ast.Import:
		b, ok := b.(*ast.Import)
		return ok && a.File.Value == b.File.Value
	case *ast.ImportStr:
		b, ok := b.(*ast.ImportStr)
		return ok && a.File.Value == b.File.Value
	case *ast.ImportBin:
		b, ok := b.(*ast.ImportBin)
		return ok && a.File.Value == b.File.Value
	default:
		return false
	}
}

func (c *comparison) elements(a, b []ast.CommaSeparatedExpr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !c.equal(a[i].Expr, b[i].Expr) {
			return false
		}
	}
	return true
}

func (c *comparison) arguments(a, b ast.Arguments) bool {
	if len(a.Named) != len(b.Named) || !c.elements(a.Positional, b.Positional) {
		return false
	}
	for i := range a.Named {
		if a.Named[i].Name != b.Named[i].Name || !c.equal(a.Named[i].Arg, b.Named[i].Arg) {
			return false
		}
	}
	return true
}

// function compares the parameters of two functions, and the fragments that are
// their bodies with the defaults.
func (c *comparison) function(a, b *ast.Function) bool {
	if len(a.Parameters) != len(b.Parameters) {
		return false
	}
	for i := range a.Parameters {
		p, q := &a.Parameters[i], &b.Parameters[i]
		if p.Name != q.Name || (p.DefaultArg == nil) != (q.DefaultArg == nil) {
			return false
		}
	}
	c.compare(a.Body, b.Body, func() bool {
		for i := range a.Parameters {
			if !c.equal(a.Parameters[i].DefaultArg, b.Parameters[i].DefaultArg) {
				return false
			}
		}
		return c.equal(a.Body, b.Body)
	})
	return true
}

func (c *comparison) binds(a, b ast.LocalBinds) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Variable != b[i].Variable {
			return false
		}
		c.fragment(a[i].Body, b[i].Body)
	}
	return true
}

func (c *comparison) object(a, b *ast.DesugaredObject) bool {
	if len(a.Fields) != len(b.Fields) || len(a.Asserts) != len(b.Asserts) || !c.binds(a.Locals, b.Locals) {
		return false
	}
	for i := range a.Fields {
		f, g := &a.Fields[i], &b.Fields[i]
		if f.Hide != g.Hide || f.PlusSuper != g.PlusSuper || !c.equal(f.Name, g.Name) {
			return false
		}
		c.place(&f.LocRange, &g.LocRange)
		c.fragment(f.Body, g.Body)
	}
	for i := range a.Asserts {
		c.fragment(a.Asserts[i], b.Asserts[i])
	}
	return true
}

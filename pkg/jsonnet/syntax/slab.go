package syntax

import "github.com/google/go-jsonnet/ast"

// maxSlab is the number of values that a slab grows to.
const maxSlab = 128

// slab hands out values of one type from larger allocations, small ones first:
// most texts are short.
type slab[T any] struct {
	unused []T
	size   int
}

// take returns a zero value.
func (s *slab[T]) take() *T {
	if len(s.unused) == 0 {
		s.grow(1)
	}
	v := &s.unused[0]
	s.unused = s.unused[1:]
	return v
}

// copy returns a slice of the values in vs, nil if there are none.
func (s *slab[T]) copy(vs []T) []T {
	n := len(vs)
	if n == 0 {
		return nil
	}
	if len(s.unused) < n {
		if n >= maxSlab/4 {
			return append([]T(nil), vs...)
		}
		s.grow(n)
	}
	out := s.unused[:n:n]
	s.unused = s.unused[n:]
	copy(out, vs)
	return out
}

func (s *slab[T]) grow(n int) {
	s.size = min(maxSlab, max(4, 2*s.size))
	s.unused = make([]T, max(n, s.size))
}

// nodes makes syntax nodes and their parts, and holds the parts of the lists
// that are being read.
type nodes struct {
	applies      slab[ast.Apply]
	arrays       slab[ast.Array]
	binaries     slab[ast.Binary]
	booleans     slab[ast.LiteralBoolean]
	conditionals slab[ast.Conditional]
	errors       slab[ast.Error]
	functions    slab[ast.Function]
	indexes      slab[ast.Index]
	locals       slab[ast.Local]
	nulls        slab[ast.LiteralNull]
	numbers      slab[ast.LiteralNumber]
	objects      slab[ast.DesugaredObject]
	selfs        slab[ast.Self]
	strings      slab[ast.LiteralString]
	superIndexes slab[ast.SuperIndex]
	unaries      slab[ast.Unary]
	vars         slab[ast.Var]

	elements   list[ast.CommaSeparatedExpr]
	arguments  list[ast.NamedArgument]
	parameters list[ast.Parameter]
	fields     list[ast.DesugaredObjectField]
	binds      list[ast.LocalBind]
	asserts    list[ast.Node]
}

// list is a stack of the parts of lists that are being read, one list inside
// the other, and the slab for those that are complete.
type list[T any] struct {
	slab[T]
	open []T
}

func (l *list[T]) push(v T) { l.open = append(l.open, v) }

// since returns the list that began when the stack had mark values; it is valid
// until the next push.
func (l *list[T]) since(mark int) []T { return l.open[mark:] }

// close takes the list that began at mark from the stack.
func (l *list[T]) close(mark int) []T {
	out := l.copy(l.open[mark:])
	clear(l.open[mark:])
	l.open = l.open[:mark]
	return out
}

package syntax

import (
	"slices"
	"unsafe"

	"github.com/google/go-jsonnet/ast"
)

// slabBytes is the size that the allocations of a slab grow to: a size class
// less the header that the runtime adds.
const slabBytes = 8<<10 - 8

// slab hands out values of one type from larger allocations, small ones first:
// most texts are short.
type slab[T any] struct {
	unused []T
	total  int
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
		if len(s.unused) > 0 && n > 4 {
			return slices.Clone(vs)
		}
		s.grow(n)
	}
	out := s.unused[:n:n]
	s.unused = s.unused[n:]
	copy(out, vs)
	return out
}

// grow makes room for at least n values.
func (s *slab[T]) grow(n int) {
	var v T
	most := slabBytes / int(unsafe.Sizeof(v))
	n = max(n, min(most, max(4, s.total/2)))
	s.unused = make([]T, n)
	s.total += n
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
	l.open = l.open[:mark]
	return out
}

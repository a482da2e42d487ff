package syntax

import (
	"cmp"
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// variable numbers an identifier, set a set of them; 0 is the empty set.
type (
	variable int32
	set      int32
)

// members is a set of variables: their numbers and names, sorted by name.
type members struct {
	vars  []variable
	names ast.Identifiers
	// seen is the last merge that looked at the set.
	seen uint32
}

// variables interns identifiers and sets of them: equal sets have one number,
// and their nodes share one slice of names.
type variables struct {
	byName    map[string]variable
	idents    []ident
	sets      []members
	varLists  slab[variable]
	nameLists list[ast.Identifier]

	// byMembers finds a set by its members, unions one by two others.
	byMembers table
	unions    table

	// pending are the sets that a list of expressions contributed so far.
	pending []set

	merge   uint32
	scratch []variable
	std     set // {$std}
}

// ident is an identifier; seen and bound are the last merge that met it.
type ident struct {
	name  ast.Identifier
	only  set // the set of just this one
	seen  uint32
	bound uint32
}

func (v *variables) init() {
	v.byName = make(map[string]variable, 32)
	v.sets = append(v.sets, members{})
	v.std = v.singleton(v.intern("$std"))
}

// intern returns the number of an identifier.
func (v *variables) intern(name string) variable {
	if n, ok := v.byName[name]; ok {
		return n
	}
	n := variable(len(v.idents))
	v.idents = append(v.idents, ident{name: ast.Identifier(name)})
	v.byName[name] = n
	return n
}

// members returns the members of a set in order.
func (v *variables) members(s set) ast.Identifiers { return v.sets[s].names }

// singleton returns the set of one variable.
func (v *variables) singleton(n variable) set {
	id := &v.idents[n]
	if id.only == 0 {
		id.only = v.find([]variable{n})
	}
	return id.only
}

// find returns the set with the given members, which are sorted by name. It
// does not keep the slice.
func (v *variables) find(vars []variable) set {
	if len(vars) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, n := range vars {
		h = (h ^ uint64(n)) * 1099511628211
	}
	for key := h; ; key++ {
		s := v.byMembers.get(key)
		if s == 0 {
			s = set(len(v.sets))
			mark := len(v.nameLists.open)
			for _, n := range vars {
				v.nameLists.push(v.idents[n].name)
			}
			v.sets = append(v.sets, members{vars: v.varLists.copy(vars), names: v.nameLists.close(mark)})
			v.byMembers.put(key, s)
			return s
		}
		if slices.Equal(v.sets[s].vars, vars) {
			return s
		}
	}
}

// union returns the members of a or b.
func (v *variables) union(a, b set) set {
	switch {
	case a == b, b == 0:
		return a
	case a == 0:
		return b
	case a > b:
		a, b = b, a
	}
	key := uint64(a)<<32 | uint64(b)
	if s := v.unions.get(key); s != 0 {
		return s
	}
	mark := len(v.pending)
	v.pending = append(v.pending, a, b)
	s := v.mergeSince(mark)
	v.unions.put(key, s)
	return s
}

// unionSince returns the members of all pending sets that were added since there
// were mark of them, and takes them off.
func (v *variables) unionSince(mark int) set {
	sets := v.pending[mark:]
	first := set(0)
	for i, s := range sets {
		switch {
		case s == first, s == 0:
		case first == 0:
			first = s
		default:
			if i == len(sets)-1 && first != 0 && onlyOne(sets[:i]) {
				v.pending = v.pending[:mark]
				return v.union(first, s)
			}
			return v.mergeSince(mark)
		}
	}
	v.pending = v.pending[:mark]
	return first
}

// onlyOne reports whether the sets that are not empty are all the same.
func onlyOne(sets []set) bool {
	first := set(0)
	for _, s := range sets {
		if s != 0 && s != first {
			if first != 0 {
				return false
			}
			first = s
		}
	}
	return true
}

// mergeSince is unionSince without a look at earlier results.
func (v *variables) mergeSince(mark int) set {
	v.merge++
	vars := v.scratch[:0]
	largest := set(0)
	for _, s := range v.pending[mark:] {
		m := &v.sets[s]
		if m.seen == v.merge {
			continue
		}
		m.seen = v.merge
		if len(m.vars) > len(v.sets[largest].vars) {
			largest = s
		}
		for _, n := range m.vars {
			if id := &v.idents[n]; id.seen != v.merge {
				id.seen = v.merge
				vars = append(vars, n)
			}
		}
	}
	v.pending = v.pending[:mark]
	v.scratch = vars
	if len(vars) == len(v.sets[largest].vars) {
		return largest
	}
	slices.SortFunc(vars, func(a, b variable) int {
		return cmp.Compare(v.idents[a].name, v.idents[b].name)
	})
	return v.find(vars)
}

// bind marks an identifier as one of those that the next call of without is to
// take away. In between there must be none for another scope.
func (v *variables) bind(name ast.Identifier) {
	if n, ok := v.byName[string(name)]; ok {
		v.idents[n].bound = v.merge + 1
	}
}

// without returns the members of s that are not bound.
func (v *variables) without(s set) set {
	v.merge++
	vars := v.scratch[:0]
	m := &v.sets[s]
	for _, n := range m.vars {
		if v.idents[n].bound != v.merge {
			vars = append(vars, n)
		}
	}
	v.scratch = vars
	if len(vars) == len(m.vars) {
		return s
	}
	return v.find(vars)
}

// closed reports whether s has no other members than the standard library.
func (v *variables) closed(s set) bool {
	for _, name := range v.members(s) {
		if name != "std" && name != "$std" {
			return false
		}
	}
	return true
}

// table maps keys to sets by open addressing; it has no entry for the set 0.
type table struct {
	entries []entry
	used    int
}

type entry struct {
	key uint64
	val set
}

func (t *table) slot(key uint64) *entry {
	mask := uint64(len(t.entries) - 1)
	for i := (key * 0x9e3779b97f4a7c15) >> 32; ; i++ {
		e := &t.entries[i&mask]
		if e.val == 0 || e.key == key {
			return e
		}
	}
}

func (t *table) get(key uint64) set {
	if len(t.entries) == 0 {
		return 0
	}
	return t.slot(key).val
}

func (t *table) put(key uint64, val set) {
	if t.used*2 >= len(t.entries) {
		old := t.entries
		t.entries = make([]entry, max(32, 2*len(old)))
		for _, e := range old {
			if e.val != 0 {
				*t.slot(e.key) = e
			}
		}
	}
	t.used++
	*t.slot(key) = entry{key, val}
}

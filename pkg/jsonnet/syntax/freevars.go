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
	var a, b set
	for _, s := range v.pending[mark:] {
		switch {
		case s == 0, s == a, s == b:
		case a == 0:
			a = s
		case b == 0:
			b = s
		default:
			return v.mergeSince(mark)
		}
	}
	v.pending = v.pending[:mark]
	return v.union(a, b)
}

// mergeSince is unionSince without a look at earlier results.
func (v *variables) mergeSince(mark int) set {
	v.merge++
	largest := set(0)
	for _, s := range v.pending[mark:] {
		if len(v.sets[s].vars) > len(v.sets[largest].vars) {
			largest = s
		}
	}
	all := v.scratch[:0]
	all = append(all, v.sets[largest].vars...)
	for _, n := range all {
		v.idents[n].seen = v.merge
	}
	for _, s := range v.pending[mark:] {
		m := &v.sets[s]
		if s == largest || m.seen == v.merge {
			continue
		}
		m.seen = v.merge
		for _, n := range m.vars {
			if id := &v.idents[n]; id.seen != v.merge {
				id.seen = v.merge
				all = append(all, n)
			}
		}
	}
	v.pending = v.pending[:mark]
	v.scratch = all
	sorted := len(v.sets[largest].vars)
	if len(all) == sorted {
		return largest
	}
	if len(all)-sorted > maxInsert {
		slices.SortFunc(all, func(a, b variable) int { return cmp.Compare(v.idents[a].name, v.idents[b].name) })
		return v.find(all)
	}
	for ; sorted < len(all); sorted++ {
		n := all[sorted]
		i := sorted
		for ; i > 0 && v.idents[all[i-1]].name > v.idents[n].name; i-- {
			all[i] = all[i-1]
		}
		all[i] = n
	}
	return v.find(all)
}

// maxInsert is the number of new members up to which they are inserted one by
// one into those that are sorted.
const maxInsert = 4

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

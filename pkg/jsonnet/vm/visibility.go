package vm

import (
	"slices"

	"github.com/google/go-jsonnet/ast"
)

// fieldList is the list of an object's fields, sorted by name.
type fieldList struct {
	// all are all fields, visible those that are manifested.
	all, visible []*Name
}

// fieldNames returns the names of an object's fields, sorted. The slice
// belongs to the object.
func (e *Evaluation) fieldNames(o *Object, hidden bool) []*Name {
	if o.fields == nil {
		o.fields = e.listFields(o)
	}
	if hidden {
		return o.fields.all
	}
	return o.fields.visible
}

func (e *Evaluation) listFields(o *Object) *fieldList {
	e.flatObject(o)
	if len(o.layers) == 1 {
		s := o.layers[0].shape
		if l := s.list.Load(); l != nil {
			return l
		}
		l := s.sorted()
		s.list.Store(l)
		return l
	}
	return sortFields(visibility(o.layers))
}

// sorted lists the fields of a single layer, whose names are all different.
func (s *shape) sorted() *fieldList {
	hidden := false
	for i := range s.names {
		hidden = hidden || s.visibility(i) == ast.ObjectFieldHidden
	}
	if hidden {
		return sortFields(visibility([]layer{{shape: s}}))
	}
	all := slices.Clone(s.names)
	slices.SortFunc(all, (*Name).compare)
	return &fieldList{all: all, visible: all}
}

func sortFields(hide map[*Name]ast.ObjectFieldHide) *fieldList {
	l := &fieldList{all: make([]*Name, 0, len(hide))}
	for n := range hide {
		l.all = append(l.all, n)
	}
	slices.SortFunc(l.all, (*Name).compare)
	l.visible = make([]*Name, 0, len(l.all))
	for _, n := range l.all {
		if hide[n] != ast.ObjectFieldHidden {
			l.visible = append(l.visible, n)
		}
	}
	return l
}

// visibility works out how each field of a stack of layers is shown: what the
// last summand says unless it says nothing.
func visibility(layers []layer) map[*Name]ast.ObjectFieldHide {
	out := map[*Name]ast.ObjectFieldHide{}
	for _, i := range slices.Backward(groups(layers)) {
		s := layers[i].shape
		for j, n := range s.names {
			hide := s.visibility(j)
			if hide != ast.ObjectFieldInherit {
				out[n] = hide
			} else if _, ok := out[n]; !ok {
				out[n] = hide
			}
		}
	}
	return out
}

// groups returns the layers that count: all but those behind a restriction,
// which lists their fields itself.
func groups(layers []layer) []int {
	out := make([]int, 0, len(layers))
	for i := 0; i < len(layers); i++ {
		out = append(out, i)
		i += layers[i].shape.hides
	}
	return out
}

// hasField says whether there is a field, hidden ones only if asked for.
func (e *Evaluation) hasField(o *Object, name *Name, hidden bool) bool {
	if hidden && !e.restricted(o) {
		return e.find(o, name, 0).layer >= 0
	}
	if o.fields == nil && !e.restricted(o) {
		found := false
		for i := range o.layers {
			s := o.layers[i].shape
			if at := s.find(name); at >= 0 {
				found = true
				if hide := s.visibility(at); hide != ast.ObjectFieldInherit {
					return hide != ast.ObjectFieldHidden
				}
			}
		}
		return found
	}
	_, ok := slices.BinarySearchFunc(e.fieldNames(o, hidden), name, (*Name).compare)
	return ok
}

func (e *Evaluation) restricted(o *Object) bool {
	e.flatObject(o)
	for i := range o.layers {
		if o.layers[i].shape.hides > 0 {
			return true
		}
	}
	return false
}

// without returns the object without one of its fields, as
// std.objectRemoveKey does: the rest stays as it is, bound late.
func (e *Evaluation) without(o *Object, name *Name) Value {
	e.flatObject(o)
	s := &shape{hides: len(o.layers)}
	shown := visibility(o.layers)
	delete(shown, name)
	for _, n := range sortFields(shown).all {
		s.names = append(s.names, n)
		s.hide = append(s.hide, shown[n])
	}
	r := &Object{header: header{kind: kindObject, made: e.cur.base()}, asserts: o.asserts, asserted: !o.asserts, size: o.size + 1}
	r.layers = append(make([]layer, 0, len(o.layers)+1), layer{shape: s})
	for _, l := range o.layers {
		r.layers = append(r.layers, l.unbound())
	}
	e.alloc(objectBytes + 64*len(r.layers) + 24*len(s.names))
	return r.value()
}

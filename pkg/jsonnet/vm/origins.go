package vm

import (
	"iter"
	"slices"
	"strconv"

	"github.com/google/go-jsonnet/ast"
)

// Origins tells for every value of a manifested result which expression made
// it and which field or element it is. It is written while the result is
// manifested, as a list in the order of the output, and needs none of the
// evaluation's values.
type Origins struct {
	places []place
	keys   [][]*Name
}

// place is what is known about one value. end is the index after the last
// value within it, names the index of its keys plus one.
type place struct {
	made, named *ast.LocationRange
	end, names  int32
}

func (o *Origins) add(v Value, named *ast.LocationRange) {
	if n := cap(o.places); n == len(o.places) {
		o.places = slices.Grow(o.places, max(n, 64))
	}
	o.places = append(o.places, placeOfValue(v, named))
}

func placeOfValue(v Value, named *ast.LocationRange) place {
	p := place{named: named}
	if v.h.made != nil {
		p.made = &v.h.made.LocRange
	}
	return p
}

func (o *Origins) element(el, v Value) { o.add(v, elementPlace(el)) }

// elementPlace is where an element of an array is written, if that is known.
func elementPlace(el Value) *ast.LocationRange {
	if el.kind() == kindThunk {
		if b := el.thunk().code.base(); b != nil {
			return &b.LocRange
		}
	}
	return nil
}

func (o *Origins) field(obj *Object, p position, v Value) { o.add(v, fieldPlace(obj, p)) }

// fieldPlace is where a field is written, if that is known.
func fieldPlace(obj *Object, p position) *ast.LocationRange {
	if s := obj.layers[p.layer].shape; s.fields != nil {
		return s.fields[p.field].loc
	}
	return nil
}

func (o *Origins) names(names []*Name) {
	o.keys = append(o.keys, names)
	o.places[len(o.places)-1].names = int32(len(o.keys))
}

// take appends a part of the origins of another result. place, if it is not nil,
// tells where a place of it is now.
func (o *Origins) take(of *Origins, from, to extent, place func(*ast.LocationRange) *ast.LocationRange) {
	places, keys := int32(len(o.places)-from.places), int32(len(o.keys)-from.keys)
	o.keys = append(o.keys, of.keys[from.keys:to.keys]...)
	at := len(o.places)
	o.places = append(o.places, of.places[from.places:to.places]...)
	for i := at; i < len(o.places); i++ {
		p := &o.places[i]
		p.end += places
		if p.names > 0 {
			p.names += keys
		}
		if place != nil {
			p.made, p.named = place(p.made), place(p.named)
		}
	}
}

// enter and leave bracket the values within the last place.
func (o *Origins) enter() int {
	if o == nil {
		return 0
	}
	return len(o.places) - 1
}

func (o *Origins) leave(at int) {
	if o != nil {
		o.places[at].end = int32(len(o.places))
	}
}

// compact lets go of the room that was for more.
func (o *Origins) compact() *Origins {
	if o == nil {
		return nil
	}
	const waste = 8 // an eighth of it is worth no copy
	if n := len(o.places); cap(o.places)-n > n/waste {
		o.places = append(make([]place, 0, n), o.places...)
	}
	return o
}

// Origin is where a value comes from: the expression that made it, and the
// field or element that it is. Either may be unset.
type Origin struct{ Made, Named ast.LocationRange }

// Lookup returns the origins along a path of keys and indexes, outermost
// first; fewer than len(path)+1 if the result has no such value.
func (o *Origins) Lookup(path []string) []Origin {
	if o == nil || len(o.places) == 0 {
		return nil
	}
	at := 0
	out := []Origin{o.places[0].origin()}
	for _, key := range path {
		if at = o.child(at, key); at < 0 {
			break
		}
		out = append(out, o.places[at].origin())
	}
	return out
}

// Within returns the origins of all values within the one at a path, outer ones
// before those in them; nothing if the result has no such value.
func (o *Origins) Within(path []string) iter.Seq[Origin] {
	return func(yield func(Origin) bool) {
		if o == nil || len(o.places) == 0 {
			return
		}
		at := 0
		for _, key := range path {
			if at = o.child(at, key); at < 0 {
				return
			}
		}
		for _, p := range o.places[at+1 : max(at+1, int(o.places[at].end))] {
			if !yield(p.origin()) {
				return
			}
		}
	}
}

func (p place) origin() Origin {
	var out Origin
	if p.made != nil {
		out.Made = *p.made
	}
	if p.named != nil {
		out.Named = *p.named
	}
	return out
}

func (o *Origins) child(at int, key string) int {
	p := o.places[at]
	var names []*Name
	if p.names > 0 {
		names = o.keys[p.names-1]
	}
	index := 0
	for c := at + 1; c < int(p.end); c = int(o.places[c].end) {
		if names == nil && key == strconv.Itoa(index) || names != nil && names[index].text == key {
			return c
		}
		index++
	}
	return -1
}

package deploy

import (
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Action is what a change does to an object.
type Action string

// The actions.
const (
	Add    Action = "add"
	Update Action = "update"
	Remove Action = "remove"
)

// Difference is one object that a change concerns.
type Difference struct {
	Ref    bundle.Ref
	Action Action
}

// Compare lists what differs between what is live, nil for nothing, and a
// bundle, sorted by reference.
func Compare(live, b *bundle.Bundle) []Difference {
	if live == nil {
		live, _ = bundle.New("", nil)
	}
	var out []Difference
	before, after := live.Objects(), b.Objects()
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Ref.Compare(after[0].Ref) < 0:
			out = append(out, Difference{before[0].Ref, Remove})
			before = before[1:]
		case len(before) == 0 || before[0].Ref != after[0].Ref:
			out = append(out, Difference{after[0].Ref, Add})
			after = after[1:]
		default:
			if before[0].Body.Hash() != after[0].Body.Hash() {
				out = append(out, Difference{after[0].Ref, Update})
			}
			before, after = before[1:], after[1:]
		}
	}
	return out
}

// Locate leads findings of a target, which knows no sources, back to those
// that the objects of a bundle come from.
func Locate(list diag.List, b *bundle.Bundle) diag.List {
	out := make(diag.List, len(list))
	for i, d := range list {
		out[i] = d
		ref, err := bundle.ParseRef(d.Object)
		if err != nil {
			continue
		}
		if o, ok := b.Get(ref); ok {
			out[i].Span = o.Origin.At(d.Pointer)
		}
		out[i].Env = b.Env()
	}
	return out
}

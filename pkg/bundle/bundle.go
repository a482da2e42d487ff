package bundle

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"

	"github.com/monctl/monctl/pkg/diag"
)

// Bundle is the monitoring of one environment. It is immutable.
type Bundle struct {
	env  string
	objs []Object
}

// New makes a bundle of objects, in whatever order they are. Two objects with
// one reference are an error ("source/duplicate") at the second one's origin;
// the first is kept.
func New(env string, objs []Object) (*Bundle, diag.List) {
	var diags diag.List
	sorted := slices.Clone(objs)
	slices.SortStableFunc(sorted, func(a, b Object) int { return a.Ref.Compare(b.Ref) })
	out := sorted[:0]
	for _, o := range sorted {
		if len(out) > 0 && out[len(out)-1].Ref == o.Ref {
			first := out[len(out)-1]
			d := diags.Errorf("source/duplicate", o.Origin.At(""), "%s is defined twice", describe(o.Ref))
			d.Object = o.Ref.String()
			d.Related = []diag.Related{{Message: "first defined here", Span: first.Origin.At("")}}
			d.Hint = "rename one of them, or leave one out"
			continue
		}
		out = append(out, o)
	}
	return &Bundle{env: env, objs: out}, diags
}

func describe(r Ref) string {
	switch r.Kind {
	case Rules:
		return fmt.Sprintf("rule group %q in namespace %q", r.Name, r.Space)
	case Dashboard:
		return fmt.Sprintf("dashboard with uid %q in folder %q", r.Name, r.Space)
	case Template:
		return fmt.Sprintf("template file %q", r.Name)
	case File:
		return fmt.Sprintf("file %q", r.Space+"/"+r.Name)
	case Alertmanager, Prometheus:
		return fmt.Sprintf("the %s configuration", r.Kind)
	default:
		return r.String()
	}
}

// Env returns the name of the environment.
func (b *Bundle) Env() string { return b.env }

// Objects returns the objects sorted by reference. The slice must not be
// changed.
func (b *Bundle) Objects() []Object { return b.objs }

// Len returns the number of objects.
func (b *Bundle) Len() int { return len(b.objs) }

// Get returns the object with a reference.
func (b *Bundle) Get(ref Ref) (Object, bool) {
	i := sort.Search(len(b.objs), func(i int) bool { return b.objs[i].Ref.Compare(ref) >= 0 })
	if i < len(b.objs) && b.objs[i].Ref == ref {
		return b.objs[i], true
	}
	return Object{}, false
}

// OfKind returns the objects of one kind.
func (b *Bundle) OfKind(kind Kind) []Object {
	from := sort.Search(len(b.objs), func(i int) bool { return b.objs[i].Ref.Kind >= kind })
	to := sort.Search(len(b.objs), func(i int) bool { return b.objs[i].Ref.Kind > kind })
	return b.objs[from:to]
}

// Count returns the number of objects of each kind that occurs.
func (b *Bundle) Count() map[Kind]int {
	n := map[Kind]int{}
	for _, o := range b.objs {
		n[o.Ref.Kind]++
	}
	return n
}

// Revision is the hash of the sorted references and body hashes: what two
// bundles have in common exactly when they would run the same.
func (b *Bundle) Revision() Hash {
	h := sha256.New()
	for _, o := range b.objs {
		sum := o.Body.Hash()
		fmt.Fprintf(h, "%s\n%s\n", o.Ref, sum)
	}
	return Hash(h.Sum(nil))
}

// Select returns the bundle of those objects that keep returns true for.
func (b *Bundle) Select(keep func(Object) bool) *Bundle {
	out := &Bundle{env: b.env}
	for _, o := range b.objs {
		if keep(o) {
			out.objs = append(out.objs, o)
		}
	}
	return out
}

// Replace returns the bundle with one object in the place of the one that has
// the same reference, or added.
func (b *Bundle) Replace(o Object) *Bundle {
	out := &Bundle{env: b.env, objs: slices.Clone(b.objs)}
	i := sort.Search(len(out.objs), func(i int) bool { return out.objs[i].Ref.Compare(o.Ref) >= 0 })
	if i < len(out.objs) && out.objs[i].Ref == o.Ref {
		out.objs[i] = o
	} else {
		out.objs = slices.Insert(out.objs, i, o)
	}
	return out
}

// RuleFile returns the value {groups: […]} that Prometheus calls a rule file.
func RuleFile(groups []Value) Value {
	return Value{Kind: Map, Keys: []string{"groups"}, Elem: []Value{{Kind: Array, Elem: groups}}}
}

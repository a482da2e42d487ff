package verdict

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// locate returns the pointer of the smallest part without which the loader no
// longer answers with message. Mistakes elsewhere can hide which field of an
// object it is; then it looks again with as little else as possible.
func (l Loader) locate(v bundle.Value, message string) string {
	pointer := l.descend(v, message, false)
	if part, ok := v.Lookup(pointer); ok && part.Kind == bundle.Map {
		if deeper := l.descend(v, message, true); isWithin(deeper, pointer) {
			return deeper
		}
	}
	return pointer
}

func (l Loader) descend(v bundle.Value, message string, isolate bool) string {
	// probe is the same place in v, which loses the neighbours of what is
	// looked at wherever the answer does not depend on them, so that their
	// own mistakes do not interfere.
	pointer, probe := "", ""
	for {
		part, ok := v.Lookup(probe)
		if !ok {
			return pointer
		}
		token, isolated := "", false
		switch part.Kind {
		case bundle.Array:
			token, isolated = l.element(v, probe, part, message)
		case bundle.Map:
			token = l.field(v, probe, part, message)
			if token == "" && isolate {
				// Several fields of one object may have the same mistake, so
				// that none of them changes the answer; then the first is it.
				v = l.only(v, probe, part, message)
				part, _ = v.Lookup(probe)
				token = l.field(v, probe, part, message)
			}
			if isolate {
				v = l.alone(v, probe, token, part, message)
			}
		case bundle.Null, bundle.Bool, bundle.Number, bundle.String:
			return pointer
		}
		if token == "" {
			return pointer
		}
		pointer += "/" + token
		if isolated {
			i, _ := strconv.Atoi(token)
			v = replace(v, probe, bundle.ArrayValue(part.Elem[i]))
			token = "0"
		}
		probe += "/" + token
	}
}

// element finds the shortest prefix of an array for which the answer is the
// same: a loader stops at the first bad element. It also reports whether the
// answer is the same for that element alone.
func (l Loader) element(v bundle.Value, pointer string, array bundle.Value, message string) (token string, isolated bool) {
	same := func(elem ...bundle.Value) bool {
		return l.answers(replace(v, pointer, bundle.ArrayValue(elem...)), message)
	}
	if same() {
		return "", false
	}
	n := sort.Search(len(array.Elem), func(n int) bool { return same(array.Elem[:n]...) })
	if n == 0 || n > len(array.Elem) {
		return "", false
	}
	return strconv.Itoa(n - 1), same(array.Elem[n-1])
}

// field finds the one field whose absence changes the answer. A field without
// which all is well is a better answer than one whose absence is another
// mistake; of several, one that the message names. A scalar whose absence is
// another mistake says nothing unless the message has it: it may just be
// required.
func (l Loader) field(v bundle.Value, pointer string, object bundle.Value, message string) string {
	var good, other []string
	for i, k := range object.Keys {
		p := pointer + "/" + bundle.EscapeToken(k)
		err := l.loadValue(removeAll(v, "", map[string]bool{p: true}))
		switch {
		case err == nil:
			good = append(good, k)
		case err.Error() == message:
		case l.mended(v, p, object.Elem[i], message):
			good = append(good, k)
		case suspicious(k, object.Elem[i], message):
			other = append(other, k)
		}
	}
	for _, candidates := range [][]string{good, other} {
		switch named := mentioned(candidates, message); {
		case len(candidates) == 1:
			return bundle.EscapeToken(candidates[0])
		case len(named) > 0:
			return bundle.EscapeToken(named[len(named)-1])
		case len(candidates) > 1:
			return bundle.EscapeToken(lists(object, candidates))
		}
	}
	return ""
}

// only takes away the fields of an object without which the answer is the same,
// the last ones first.
func (l Loader) only(v bundle.Value, pointer string, object bundle.Value, message string) bundle.Value {
	for _, k := range slices.Backward(object.Keys) {
		less := removeAll(v, "", map[string]bool{pointer + "/" + bundle.EscapeToken(k): true})
		if l.answers(less, message) {
			v = less
		}
	}
	return v
}

// answers reports whether the loader refuses a value with a message.
func (l Loader) answers(v bundle.Value, message string) bool {
	err := l.loadValue(v)
	return err != nil && err.Error() == message
}

// alone takes away the fields beside one as long as the answer stays the same,
// all of them at once where that can be.
func (l Loader) alone(v bundle.Value, pointer, token string, object bundle.Value, message string) bundle.Value {
	if token == "" {
		return v
	}
	without := map[string]bool{}
	for _, k := range object.Keys {
		if t := bundle.EscapeToken(k); t != token {
			without[pointer+"/"+t] = true
		}
	}
	same := func(drop map[string]bool) bool { return l.answers(removeAll(v, "", drop), message) }
	if same(without) {
		return removeAll(v, "", without)
	}
	for _, p := range slices.Sorted(maps.Keys(without)) {
		if one := map[string]bool{p: true}; same(one) {
			v = removeAll(v, "", one)
		}
	}
	return v
}

// mended reports whether the loader no longer says the same with another scalar
// in the place of one: so a required field with a bad value is told from one
// that is just required.
func (l Loader) mended(v bundle.Value, pointer string, scalar bundle.Value, message string) bool {
	if scalar.Kind != bundle.String && scalar.Kind != bundle.Number {
		return false
	}
	for _, pair := range substitutes {
		if l.loadValue(replace(v, pointer, pair[0])) == nil {
			return true
		}
	}
	_, ok := l.substitute(v, pointer, message)
	return ok
}

// substitutes are scalars of the forms that loaders ask for, two of each.
var substitutes = [...][2]bundle.Value{
	{bundle.StringValue("http://localhost:9090"), bundle.StringValue("https://127.0.0.1:8080")},
	{bundle.StringValue("1m"), bundle.StringValue("2h")},
	{bundle.StringValue("localhost:25"), bundle.StringValue("127.0.0.1:587")},
	{bundle.StringValue("1MB"), bundle.StringValue("2MB")},
	{bundle.NumberValue(1), bundle.NumberValue(2)},
	{bundle.StringValue("x"), bundle.StringValue("y")},
}

// substitute finds a scalar that can stand in for one which the loader refuses,
// so that what it says next does not follow from a field that is missing. Two
// of a form have to make the same answer, else it may depend on the value.
func (l Loader) substitute(v bundle.Value, pointer, message string) ([2]bundle.Value, bool) {
	scalar, ok := v.Lookup(pointer)
	if !ok || scalar.Kind != bundle.String && scalar.Kind != bundle.Number {
		return [2]bundle.Value{}, false
	}
	for _, pair := range substitutes {
		one, other := l.loadValue(replace(v, pointer, pair[0])), l.loadValue(replace(v, pointer, pair[1]))
		if one == nil && other == nil || one != nil && other != nil && one.Error() == other.Error() && one.Error() != message {
			return pair, true
		}
	}
	return [2]bundle.Value{}, false
}

func suspicious(key string, v bundle.Value, message string) bool {
	return v.Kind == bundle.Array || v.Kind == bundle.Map ||
		len(mentioned([]string{key}, message)) > 0 || v.Text != "" && strings.Contains(message, strconv.Quote(v.Text))
}

// lists returns the only candidate that is an array, or "".
func lists(object bundle.Value, candidates []string) string {
	found := ""
	for _, k := range candidates {
		if e, _ := object.Get(k); e.Kind == bundle.Array {
			if found != "" {
				return ""
			}
			found = k
		}
	}
	return found
}

func mentioned(keys []string, message string) []string {
	words := strings.FieldsFunc(message, func(r rune) bool {
		return !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	var out []string
	for _, k := range keys {
		if slices.Contains(words, k) {
			out = append(out, k)
		}
	}
	return out
}

// replace returns v with another value under a pointer.
func replace(v bundle.Value, pointer string, with bundle.Value) bundle.Value {
	if pointer == "" {
		return with
	}
	token, rest := cutToken(pointer)
	out := bundle.Value{Kind: v.Kind, Keys: v.Keys, Elem: append([]bundle.Value(nil), v.Elem...)}
	for i := range out.Elem {
		if childToken(v, i) == token {
			out.Elem[i] = replace(v.Elem[i], rest, with)
		}
	}
	return out
}

// removeAll returns v without the parts under the pointers in drop.
func removeAll(v bundle.Value, pointer string, drop map[string]bool) bundle.Value {
	if v.Kind != bundle.Array && v.Kind != bundle.Map {
		return v
	}
	out := bundle.Value{Kind: v.Kind}
	for i, e := range v.Elem {
		p := pointer + "/" + childToken(v, i)
		if drop[p] {
			continue
		}
		out.Elem = append(out.Elem, removeAll(e, p, drop))
		if v.Kind == bundle.Map {
			out.Keys = append(out.Keys, v.Keys[i])
		}
	}
	return out
}

// restore translates a pointer into a value that parts were dropped from back
// into the whole value, whose indices are larger.
func restore(whole bundle.Value, dropped map[string]bool, pointer string) string {
	at := ""
	for pointer != "" {
		var token string
		token, pointer = cutToken(pointer)
		part, _ := whole.Lookup(at)
		if n, err := strconv.Atoi(token); err == nil && part.Kind == bundle.Array {
			token = strconv.Itoa(nth(part, dropped, at, n))
		}
		at += "/" + token
	}
	return at
}

// nth returns the index of the n-th element that was not dropped.
func nth(array bundle.Value, dropped map[string]bool, at string, n int) int {
	for i := range array.Elem {
		if dropped[at+"/"+strconv.Itoa(i)] {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return len(array.Elem)
}

func childToken(v bundle.Value, i int) string {
	if v.Kind == bundle.Map {
		return bundle.EscapeToken(v.Keys[i])
	}
	return strconv.Itoa(i)
}

func cutToken(pointer string) (token, rest string) {
	token, rest, found := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	if found {
		rest = "/" + rest
	}
	return token, rest
}

package verdict

import (
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// leftOut are the parts of a value that a loader is asked without, so that it
// comes to speak of the next mistake. What is left out may itself be why the
// loader finds fault with something else: such an answer is no finding.
type leftOut struct {
	units []string
	// parts are pointers into the whole value.
	parts map[string]bool
	// mends are scalars that others stand in for, by their pointers into the
	// whole value: two of a form, either of which will do.
	mends map[string][2]bundle.Value
	// uncertain is set once something was left out that lies in no unit and
	// that the loader understood: anything may follow from that.
	uncertain bool
}

// add leaves out what a finding is about: its part or, where that is not
// enough or not known, the unit around it. It reports whether that is new.
func (o *leftOut) add(f Finding) bool {
	unit, inUnit := o.unit(f.Pointer)
	part := f.Pointer
	switch {
	case part == "":
		part = unit
	case o.follows(f):
		// An element of a list within the unit may be enough.
		if part = unit; isElement(f.Pointer) && isWithin(f.Pointer, unit) && !o.parts[f.Pointer] {
			part = f.Pointer
		}
	}
	if part == "" || o.parts[part] {
		return false
	}
	o.uncertain = o.uncertain || !inUnit && f.Kind == Invalid
	o.parts[part] = true
	return true
}

// rest returns what the loader is asked about next, with the first or the
// second of the scalars that stand in for others.
func (o *leftOut) rest(whole bundle.Value, which int) bundle.Value {
	v := whole
	for pointer, with := range o.mends {
		v = replace(v, pointer, with[which])
	}
	return removeAll(v, "", o.parts)
}

// mend has a scalar stand in for one that the loader refuses. What another
// value puts right is wrong whatever else was left out, so it is to be told. It
// reports false for a place that was mended before.
func (o *leftOut) mend(pointer string, with [2]bundle.Value) bool {
	if _, before := o.mends[pointer]; before {
		return false
	}
	o.mends[pointer] = with
	return true
}

// follows reports whether the loader might not say the same if nothing had
// been left out. A field that does not exist and a value of the wrong type are
// wrong whatever else there is; all else depends on the object that it is in
// and on the parts of what it is about.
func (o *leftOut) follows(f Finding) bool {
	if f.Kind != Invalid {
		return false
	}
	if _, mended := o.mends[f.Pointer]; mended || o.uncertain {
		return true
	}
	around := parent(f.Pointer)
	for part := range o.parts {
		if isWithin(part, f.Pointer) || parent(part) == around && !isElement(part) {
			return true
		}
	}
	return false
}

// unit returns the outermost unit that a pointer leads into.
func (o *leftOut) unit(pointer string) (string, bool) {
	tokens := strings.Split(pointer, "/")
	for _, u := range o.units {
		pattern := strings.Split(u, "/")
		if len(tokens) >= len(pattern) && matches(pattern, tokens[:len(pattern)]) {
			return strings.Join(tokens[:len(pattern)], "/"), true
		}
	}
	return "", false
}

// isWithin reports whether a pointer is another one, or leads into its value.
func isWithin(pointer, outer string) bool {
	rest, ok := strings.CutPrefix(pointer, outer)
	return ok && (rest == "" || rest[0] == '/')
}

// isElement reports whether a pointer is that of an array's element, as far as
// its looks tell.
func isElement(pointer string) bool {
	last := pointer[strings.LastIndexByte(pointer, '/')+1:]
	return last != "" && strings.Trim(last, "0123456789") == ""
}

func matches(pattern, tokens []string) bool {
	if len(pattern) != len(tokens) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && p != tokens[i] {
			return false
		}
	}
	return true
}

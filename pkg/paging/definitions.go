package paging

import (
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/routing"
)

// Definition is a receiver or a time interval that was added, removed or
// changed.
type Definition struct {
	Name string
	// Action is "add", "remove", "update" or, of a receiver, "rename".
	Action string
	// From is the former name of what is called otherwise now.
	From string
	// Fields are what differs of an update, by pointer.
	Fields []FieldChange
}

// FieldChange is a field with another value. Values are as they are written,
// secrets as routing.Redacted; "" says that there is none.
type FieldChange struct {
	Pointer  string
	From, To string
	// Secret says that the values differ and are not shown.
	Secret bool
}

// changedReceivers compares the receivers of two configurations.
func changedReceivers(old, now *Config) []Definition {
	read := func(c *Config) (map[string]bundle.Value, []string) {
		if c == nil {
			return nil, nil
		}
		return byName(c.Value.Array("receivers"))
	}
	before, oldNames := read(old)
	after, names := read(now)
	renamed := renamedReceivers(old, now)
	var out []Definition
	for _, name := range oldNames {
		if to, ok := renamed[name]; ok {
			out = append(out, Definition{Name: to, From: name, Action: "rename"})
			delete(after, to)
			delete(before, name)
		}
	}
	for _, name := range names {
		r, ok := after[name]
		if !ok {
			continue
		}
		was, ok := before[name]
		if !ok {
			out = append(out, Definition{Name: name, Action: "add"})
			continue
		}
		if fields := changedFields(was, r, routing.RedactReceiver); len(fields) > 0 {
			out = append(out, Definition{Name: name, Action: "update", Fields: fields})
		}
	}
	for _, name := range oldNames {
		_, was := before[name]
		if _, is := after[name]; was && !is {
			out = append(out, Definition{Name: name, Action: "remove"})
		}
	}
	return out
}

// renamedReceivers returns, by their old names, the new names of receivers that
// are gone while another one with the very same integrations is new: the same
// people are told.
func renamedReceivers(old, now *Config) map[string]string {
	out := map[string]string{}
	if old == nil || now == nil {
		return out
	}
	before, oldNames := byName(old.Value.Array("receivers"))
	after, names := byName(now.Value.Array("receivers"))
	taken := map[string]bool{}
	for _, was := range oldNames {
		if _, still := after[was]; still || len(before[was].Keys) < 2 { // a name, and integrations
			continue
		}
		for _, is := range names {
			if _, known := before[is]; known || taken[is] {
				continue
			}
			if len(changedFields(before[was].With("name", after[is].Elem[slices.Index(after[is].Keys, "name")]), after[is], routing.RedactReceiver)) == 0 {
				out[was], taken[is] = is, true
				break
			}
		}
	}
	return out
}

func byName(list []bundle.Value) (map[string]bundle.Value, []string) {
	out := map[string]bundle.Value{}
	var names []string
	for _, v := range list {
		out[v.Str("name")] = v
		names = append(names, v.Str("name"))
	}
	return out, names
}

// changedFields compares two values scalar by scalar.
func changedFields(old, now bundle.Value, redacted func(bundle.Value) bundle.Value) []FieldChange {
	was, is := scalars(old), scalars(now)
	wasShown, isShown := scalars(redacted(old)), scalars(redacted(now))
	pointers := append(sortedKeys(was), sortedKeys(is)...)
	slices.Sort(pointers)
	var out []FieldChange
	for _, p := range slices.Compact(pointers) {
		if was[p] != is[p] {
			from, to := wasShown[p], isShown[p]
			out = append(out, FieldChange{Pointer: p, From: from, To: to, Secret: from == routing.Redacted || to == routing.Redacted})
		}
	}
	return out
}

func scalars(v bundle.Value) map[string]string {
	out := map[string]string{}
	v.Walk(func(pointer string, e bundle.Value) bool {
		switch e.Kind {
		case bundle.Array, bundle.Map:
			if len(e.Elem) == 0 {
				out[pointer] = "empty"
			}
		case bundle.Null:
			out[pointer] = "null"
		default:
			out[pointer] = e.Text
		}
		return true
	})
	return out
}

// changedGlobal compares the global settings of two configurations.
func changedGlobal(old, now *Config) []FieldChange {
	global := func(c *Config) bundle.Value {
		if c == nil {
			return bundle.MapValue(nil)
		}
		if v, ok := c.Value.Get("global"); ok {
			return v
		}
		return bundle.MapValue(nil)
	}
	out := changedFields(global(old), global(now), routing.RedactGlobal)
	return slices.DeleteFunc(out, func(f FieldChange) bool { return f.Pointer == "" }) // there are none, or none any more
}

// changedTemplates compares template files.
func changedTemplates(old, now []bundle.Object) []Definition {
	texts := func(list []bundle.Object) map[string]string {
		out := map[string]string{}
		for _, o := range list {
			out[o.Ref.Name] = string(o.Body.Bytes())
		}
		return out
	}
	return changedTexts(texts(old), texts(now))
}

// changedIntervals compares the time intervals of two configurations. What of
// it concerns alerts is said by the changes of the kind Intervals.
func changedIntervals(old, now *Config) []Definition {
	var before, after map[string]string
	if old != nil {
		before = old.intervals
	}
	if now != nil {
		after = now.intervals
	}
	return changedTexts(before, after)
}

// changedTexts compares definitions by name.
func changedTexts(before, after map[string]string) []Definition {
	var out []Definition
	for _, name := range sortedKeys(after) {
		was, ok := before[name]
		switch {
		case !ok:
			out = append(out, Definition{Name: name, Action: "add"})
		case was != after[name]:
			out = append(out, Definition{Name: name, Action: "update"})
		}
	}
	for _, name := range sortedKeys(before) {
		if _, ok := after[name]; !ok {
			out = append(out, Definition{Name: name, Action: "remove"})
		}
	}
	return out
}

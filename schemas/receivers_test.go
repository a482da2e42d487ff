package schemas_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/config"
)

// TestReceiversAreUpstreams holds that the definitions have the fields that
// Alertmanager's types have, no more and no less.
func TestReceiversAreUpstreams(t *testing.T) {
	all := load(t)
	w := fieldWalk{t: t, seen: map[reflect.Type]bool{}}
	w.compare("#Receiver", all.LookupPath(cue.ParsePath("#Receiver")), reflect.TypeFor[config.Receiver]())
	w.compare("#GlobalConfig", all.LookupPath(cue.ParsePath("#GlobalConfig")), reflect.TypeFor[config.GlobalConfig]())
	if len(w.seen) < 30 {
		t.Errorf("only %d types compared", len(w.seen))
	}
}

type fieldWalk struct {
	t    *testing.T
	seen map[reflect.Type]bool
}

// compare wants a definition for a type, and those of its fields.
func (w fieldWalk) compare(path string, definition cue.Value, typ reflect.Type) {
	if w.seen[typ] {
		return
	}
	w.seen[typ] = true
	upstream := yamlFields(typ)
	own := map[string]cue.Value{}
	for fields, err := definition.Fields(cue.Optional(true)); ; {
		if err != nil {
			w.t.Fatalf("%s: %v", path, err)
		}
		if !fields.Next() {
			break
		}
		own[fields.Selector().Unquoted()] = fields.Value()
	}
	if diff := cmp.Diff(sortedNames(upstream), sortedNames(own)); diff != "" {
		w.t.Errorf("%s (-upstream +schema):\n%s", path, diff)
	}
	for name, field := range upstream {
		if elem, ok := structOf(field); ok {
			if value, ok := structIn(own[name]); ok {
				w.compare(path+"."+name, value, elem)
			} else {
				w.t.Errorf("%s.%s is no structure here", path, name)
			}
		}
	}
}

func sortedNames[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// yamlFields are the fields of a structure by their names in YAML.
func yamlFields(typ reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for f := range typ.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case strings.Contains(options, "inline"):
			if inner, ok := structOf(f.Type); ok {
				maps.Copy(out, yamlFields(inner))
			}
		case name == "":
			out[strings.ToLower(f.Name)] = f.Type
		default:
			out[name] = f.Type
		}
	}
	return out
}

// structOf returns the structure that a field is or is a list of. Scalars that
// upstream holds in a structure, and maps, are none.
func structOf(typ reflect.Type) (reflect.Type, bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	switch typ.Name() {
	case "URL", "SecretURL", "HostPort", "Headers":
		return nil, false
	}
	return typ, typ.Kind() == reflect.Struct
}

// structIn finds the structure among the alternatives of a field, or in a list.
func structIn(v cue.Value) (cue.Value, bool) {
	v = cue.Dereference(v)
	if op, args := v.Expr(); op == cue.OrOp {
		for _, arg := range args {
			if found, ok := structIn(arg); ok {
				return found, true
			}
		}
		return cue.Value{}, false
	}
	if v.IncompleteKind() == cue.ListKind {
		return structIn(v.LookupPath(cue.MakePath(cue.AnyIndex)))
	}
	return v, v.IncompleteKind() == cue.StructKind
}

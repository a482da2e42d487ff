package verdict

import (
	"reflect"
	"slices"
	"strings"
)

// fieldsAt returns the names of the fields of the object under a pointer, as
// upstream's types declare them, sorted. It is empty where they decode into
// something dynamic.
func (l Loader) fieldsAt(pointer string) []string {
	var names []string
	tokens := strings.Split(pointer, "/")
	if t := typeAt(l.Type, tokens[1:]); t != nil {
		names = fieldNames(t)
	}
	for pattern, more := range l.Fields {
		if matches(strings.Split(pattern, "/"), tokens) {
			names = append(names, more...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// typeAt follows a path from a type; nil if it leaves what is declared.
func typeAt(t reflect.Type, tokens []string) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || len(tokens) == 0 {
		return t
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return typeAt(t.Elem(), tokens[1:])
	case reflect.Struct:
		if f, ok := fieldType(t, tokens[0]); ok {
			return typeAt(f, tokens[1:])
		}
	}
	return nil
}

// takesLists reports whether a list decodes into a type; nothing is known of nil.
func takesLists(t reflect.Type) bool {
	return t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array)
}

func fieldType(t reflect.Type, name string) (reflect.Type, bool) {
	for f := range eachField(t) {
		if f.name == name {
			return f.typ, true
		}
	}
	return nil, false
}

func fieldNames(t reflect.Type) []string {
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for f := range eachField(t) {
		names = append(names, f.name)
	}
	return names
}

type field struct {
	name string
	typ  reflect.Type
}

// eachField yields the fields of a struct as the YAML library sees them, those
// of inlined structs included.
func eachField(t reflect.Type) func(yield func(field) bool) {
	return func(yield func(field) bool) { walkFields(t, yield) }
}

func walkFields(t reflect.Type, yield func(field) bool) bool {
	for f := range t.Fields() {
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		typ := f.Type
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		switch {
		case name == "-":
		case slices.Contains(strings.Split(options, ","), "inline") && typ.Kind() == reflect.Struct:
			if !walkFields(typ, yield) {
				return false
			}
		default:
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			if !yield(field{name, f.Type}) {
				return false
			}
		}
	}
	return true
}

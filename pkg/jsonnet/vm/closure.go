package vm

import "bytes"

// Dependency is an import, and what it has found.
type Dependency struct {
	// From is the file with the import, "" for code without file.
	From, Path string
	name       string
	data       []byte
	err        string
}

// Closure returns the import of Options.Entry by code without file, and all
// imports that its value has needed so far: as long as they hold, the entry's
// value is what it is. It may name more, which others of the same evaluation
// have needed of the same files.
func (e *Evaluation) Closure() []Dependency {
	var out []Dependency
	for _, k := range e.closure() {
		out = append(out, e.imports.values[k].dependency(k))
	}
	return out
}

func (e *Evaluation) closure() []importKey {
	var out []importKey
	seen := map[importKey]bool{}
	todo := []importKey{{path: e.options.Entry}}
	for len(todo) > 0 {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		im := e.imports.values[k]
		if im == nil || seen[k] {
			continue
		}
		seen[k] = true
		out = append(out, k)
		if k.kind == importCode && im.name != "" {
			todo = append(todo, e.imports.uses[im.name]...)
		}
	}
	return out
}

func (im *imported) dependency(k importKey) Dependency {
	d := Dependency{From: k.from, Path: k.path, name: im.name, data: im.data}
	if im.err != nil {
		d.err = im.err.Error()
	}
	return d
}

// Holds reports whether an import finds what it has found before.
func (d Dependency) Holds(find func(from, path string) (name string, data []byte, err error)) bool {
	name, data, err := find(d.From, d.Path)
	if found := d.name != ""; err != nil || !found {
		return err != nil && !found && err.Error() == d.err
	}
	return name == d.name && bytes.Equal(data, d.data)
}

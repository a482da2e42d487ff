package vm

import (
	"bytes"
	"errors"
	"slices"
	"unsafe"

	"github.com/google/go-jsonnet/ast"
)

// importKind is which of the three imports an expression is.
type importKind uint8

const (
	importCode importKind = iota
	importText
	importBytes
)

// Entry is the path by which code without file imports what Options.Entry
// says.
const Entry = "<entry>"

// importExpr is import, importstr or importbin of a path, from a file.
type importExpr struct {
	site
	kind importKind
	path string
	from string
	// outside says that the code belongs to an external variable.
	outside bool
	// entry says that the path is that of the evaluation's entry.
	entry bool
}

func (c *importExpr) eval(e *Evaluation, _ *frame) Value {
	e.cur = &c.site
	k := importKey{c.from, c.path, c.kind, c.outside}
	if c.entry {
		k.path = e.options.Entry
	}
	v := e.importValue(k)
	// What is no code is made by the import, whichever was the first of the path.
	switch c.kind {
	case importText:
		s := *v.str()
		s.made = c.base()
		return s.value()
	case importBytes:
		return (&Array{header{kind: kindArray, made: c.base()}, v.array().elems}).value()
	default:
		return v
	}
}

func (c *importExpr) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

// imports holds what an evaluation has imported.
type imports struct {
	values map[importKey]*imported
	// files are the files that have been imported as code, by name.
	files map[string]*importedFile
	// uses lists what each file has imported so far, in any way.
	uses map[string][]importKey
}

type importKey struct {
	from, path string
	kind       importKind
	outside    bool
}

// imported is the outcome of one import expression.
type imported struct {
	name string
	data []byte
	err  error
	// value is a value, or the thunk of a file's.
	value Value
}

// importedFile is a file that has been imported as code.
type importedFile struct {
	data  []byte
	value Value
	err   error
}

func newImports() imports {
	return imports{values: map[importKey]*imported{}, files: map[string]*importedFile{}, uses: map[string][]importKey{}}
}

// imported returns the outcome of an import.
func (e *Evaluation) imported(k importKey) *imported {
	im := e.imports.values[k]
	if im == nil {
		im = e.resolve(k)
		e.imports.values[k] = im
		e.imports.uses[k.from] = append(e.imports.uses[k.from], k)
	}
	return im
}

func (e *Evaluation) importValue(k importKey) Value {
	im := e.imported(k)
	if e.tracker != nil {
		e.tracker.read(e.tracker.found(k, im))
	}
	if im.err != nil {
		e.fail("%s", im.err.Error())
	}
	return e.force(im.value)
}

// resolve finds and compiles an import; it does not evaluate it.
func (e *Evaluation) resolve(k importKey) *imported {
	im := &imported{}
	if e.options.Import == nil {
		im.err = errors.New("imports are not available")
		return im
	}
	im.name, im.data, im.err = e.options.Import(k.from, k.path)
	if im.err != nil {
		return im
	}
	e.place(k, im)
	return im
}

// place makes the value of what an import has found; text and bytes have no
// origin.
func (e *Evaluation) place(k importKey, im *imported) {
	cur := e.cur
	e.cur = &silentSite
	defer func() { e.cur = cur }()
	switch k.kind {
	case importText:
		im.value = e.string(validText(string(im.data)))
	case importBytes:
		elems := make([]Value, len(im.data))
		e.alloc(16 * len(elems))
		for i, b := range im.data {
			elems[i] = e.number(float64(b))
		}
		im.value = e.array(elems)
	default:
		f := e.importFile(im.name, im.data)
		im.value, im.err = f.value, f.err
	}
}

func (e *Evaluation) importFile(name string, data []byte) *importedFile {
	// A file may have changed while nobody imported it, which Renew has not seen.
	if f := e.imports.files[name]; f != nil && bytes.Equal(f.data, data) {
		return f
	}
	f := &importedFile{data: data}
	e.profiler.parsing(e, name, func() {
		u, err := e.machine.compile(name, textOf(data))
		if err != nil {
			f.err = err
		} else {
			f.value = u.thunk()
		}
		e.tracker.compiled(name, u)
	})
	e.imports.files[name] = f
	return f
}

// textOf returns the content of a file without copying it: what an importer
// hands out does not change.
func textOf(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }

// thunk returns the value of a file, to be evaluated in this evaluation.
func (u *unit) thunk() Value { return newThunk(&unitCode{u}, nil) }

// unitCode is the code of a whole file.
type unitCode struct{ unit *unit }

func (c *unitCode) eval(e *Evaluation, _ *frame) Value {
	b := c.unit.body.get()
	e.tracker.touch(b.fragment)
	return b.code.eval(e, newFrame(b.slots, nil, nil, 0))
}
func (c *unitCode) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }

func (c *unitCode) base() *ast.NodeBase { return nil }

// failedCode fails with an error that is none of the evaluation's.
type failedCode struct{ err error }

func (c *failedCode) eval(*Evaluation, *frame) Value      { panic(stop{c.err}) }
func (c *failedCode) delay(_ *Evaluation, f *frame) Value { return newThunk(c, f) }
func (c *failedCode) base() *ast.NodeBase                 { return nil }

// code returns a thunk of a program without file.
func (e *Evaluation) code(name, thisFile, text string) Value {
	u, err := e.machine.compileCode(name, thisFile, text)
	if err != nil {
		return newThunk(&failedCode{err}, nil)
	}
	return u.thunk()
}

// extVar returns the value of an external variable, the zero Value if there
// is none.
func (e *Evaluation) extVar(name string) Value {
	if v, ok := e.extVars[name]; ok {
		return e.force(v)
	}
	a, ok := e.options.ExtVars[name]
	if !ok {
		return Value{}
	}
	v := e.argument(extVarKind, name, a)
	e.extVars[name] = v
	e.extVarsRead = append(e.extVarsRead, name)
	return e.force(v)
}

// ExtVarsRead returns the names of the external variables that were looked at
// since the evaluation was new, in the order of the first look.
func (e *Evaluation) ExtVarsRead() []string { return slices.Clone(e.extVarsRead) }

// extVarKind is how code of external variables is called in diagnostics.
const extVarKind = "extvar"

// argument makes the value of an external variable or top-level argument.
func (e *Evaluation) argument(kind, name string, a Arg) Value {
	if a.Code {
		name = "<" + kind + ":" + name + ">"
		return e.code(name, name, a.Text)
	}
	return (&String{header: header{kind: kindString}, text: validText(a.Text)}).value()
}

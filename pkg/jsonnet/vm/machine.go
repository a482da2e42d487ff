package vm

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/go-jsonnet/ast"
)

// Parse turns text into a desugared, analysed program, as
// jsonnet.SnippetToAST does. fileName is what imports are relative to and ""
// for code without file.
type Parse func(diagnosticName ast.DiagnosticFileName, fileName, text string) (ast.Node, error)

// Machine holds what evaluations share: compiled files, the standard library,
// names. It is safe for concurrent use.
type Machine struct {
	parse   Parse
	names   names
	natives map[string]*Native
	library library
	// fragments tells fragments apart, nil if nobody asks for them.
	fragments *fragments
	// active counts the evaluations that are running.
	active atomic.Int64

	mu    sync.Mutex
	files map[string][]*file
}

// file is one version of a file, parsed once.
type file struct {
	text string
	once sync.Once
	unit *unit
	err  error
}

// versions is how many versions of a file are kept: one for what runs now and
// one for what an edit is tried with.
const versions = 2

// NewMachine returns a machine whose programs are read with parse.
func NewMachine(parse Parse) *Machine {
	m := &Machine{
		parse: parse, names: names{table: map[string]*Name{}},
		natives: map[string]*Native{}, files: map[string][]*file{},
	}
	for _, part := range [][]nativeDecl{comprehensionNatives(), stdNatives()} {
		for _, d := range part {
			m.natives[d.name] = d.native(&m.names)
		}
	}
	m.library = m.newLibrary()
	return m
}

func comprehensionNatives() []nativeDecl {
	return []nativeDecl{
		{"$flatMapArray", "func arr", flatMapArray},
		{"$objectFlatMerge", "x", objectFlatMerge},
	}
}

// compile returns the compiled file, which is known already if the same name
// was seen with the same text.
func (m *Machine) compile(name, text string) (*unit, error) {
	f := m.version(name, text, versions)
	f.once.Do(func() { f.unit, f.err = m.newUnit(name, name, name, text) })
	return f.unit, f.err
}

func (m *Machine) version(name, text string, versions int) *file {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.files[name]
	for _, f := range known {
		if f.text == text {
			return f
		}
	}
	f := &file{text: text}
	if len(known) >= versions {
		known = known[1:]
	}
	m.files[name] = append(slices.Clip(known), f)
	return f
}

// snippets is how many pieces of code without a name are kept: what is done to
// entries is the same for all but few.
const snippets = 16

// compileCode compiles code without file. It is cached like a file, under a
// name that no file has.
func (m *Machine) compileCode(name, thisFile, text string) (*unit, error) {
	kept := versions
	if name == "" {
		kept = snippets
	}
	f := m.version("\x00"+name, text, kept)
	f.once.Do(func() { f.unit, f.err = m.newUnit(name, "", thisFile, text) })
	return f.unit, f.err
}

// newUnit compiles text under a name for diagnostics. Imports are relative to
// fileName.
func (m *Machine) newUnit(diagnosticName, fileName, thisFile, text string) (*unit, error) {
	n, err := m.parse(ast.DiagnosticFileName(diagnosticName), fileName, text)
	if err != nil {
		return nil, err
	}
	u := &unit{machine: m, name: diagnosticName, thisFile: thisFile, params: Parameters(n)}
	u.body.source, u.body.scope = n, &scope{layout: &layout{}, unit: u}
	if m.fragments != nil && fileName != "" {
		u.root, u.fragments = n, map[ast.Node]fragment{}
	}
	return u, nil
}

// Parameters returns the parameters of a desugared program that is a function,
// as far as its text shows; nil if it is none.
func Parameters(n ast.Node) []string {
	for {
		switch t := n.(type) {
		case *ast.Local:
			n = t.Body
		case *ast.Function:
			params := []string{}
			for _, p := range t.Parameters {
				params = append(params, string(p.Name))
			}
			return params
		default:
			return nil
		}
	}
}

// Parameters returns the parameters of a file that is a function, as far as
// its text shows; nil if it is none.
func (m *Machine) Parameters(name string, data []byte) ([]string, error) {
	u, err := m.compile(name, textOf(data))
	if err != nil {
		return nil, err
	}
	return u.params, nil
}

// New starts an evaluation.
func (m *Machine) New(o Options) *Evaluation {
	e := &Evaluation{machine: m, options: o.withDefaults(), cur: &silentSite, interned: map[string]*Name{}}
	e.look = e.options.MaxMemory
	e.imports = newImports()
	if m.fragments != nil {
		e.tracker = newTracker()
	}
	e.std = e.literal(&silentSite, layer{shape: m.library.shape, code: m.library.code})
	e.stdFor = map[*unit]*Object{}
	e.extVars, e.natives = map[string]Value{}, map[string]Value{}
	return e
}

package cuelang

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/monctl/monctl/pkg/diag"
)

// Files are where packages are read from. Names are slash-separated and
// relative to one directory, which they may lead out of with "..".
type Files struct {
	Read func(name string) ([]byte, error)
	// List returns the names of the files in a folder, without it.
	List func(folder string) ([]string, error)
}

// Package is a package that was loaded, or a file without a package clause.
type Package struct {
	Value cue.Value
	// Files are those that it was made of, and those of the packages that it
	// imports.
	Files []string
	// Tags are the tags that it declares, sorted.
	Tags []string

	// main are the Files without those of imports.
	main []string
}

// Position is the function Position for the package's files; first is what it
// answers where nothing is known.
func (p Package) Position(first, pointer string) diag.Span {
	main := func(file string) bool { return slices.Contains(p.main, file) }
	return position(p.Value, first, pointer, main, p.has)
}

// Diagnose is the function Diagnose for the package's files.
func (p Package) Diagnose(code, first string, err error) diag.List {
	return diagnose(code, first, p.has, err)
}

func (p Package) has(file string) bool { return slices.Contains(p.Files, file) }

// PackageName returns the name in a file's package clause, "" if it has none
// or does not parse.
func PackageName(file string, data []byte) string {
	f, err := parser.ParseFile(file, data, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return f.PackageName()
}

// Load compiles the package that a file belongs to: the files of its folder
// with the same package clause and, within a module, those of the folders
// above it. A file without a package clause stands alone. Imports are found in
// the module around it, in cue.mod/pkg, cue.mod/gen and cue.mod/usr; nothing
// is fetched. tags gives values, as CUE, for the fields that ask for one with
// @tag(name). The codes of its findings are cue/syntax, cue/import and, where
// values contradict each other, cue/value.
func (l *Loader) Load(file string, files Files, tags map[string]string) (Package, diag.List) {
	pl := &packageLoader{files: files, parsed: map[string]*ast.File{}, loading: map[string]bool{}}
	pl.context = build.NewContext(build.Loader(pl.load))
	pl.findModule(path.Dir(file))
	p := Package{}
	list, err := pl.siblings(file)
	p.main = slices.Clone(pl.read)
	if err == nil {
		var inst *build.Instance
		if inst, p.Tags, err = pl.instance(path.Dir(file), list, tags); err == nil {
			p.Value, err = evaluate(func() cue.Value { return l.ctx.BuildInstance(inst) })
		}
	}
	p.Files = pl.read
	if pl.failure != nil {
		err = pl.failure
	}
	if err != nil {
		return p, pl.diagnose(p, file, err)
	}
	return p, nil
}

// diagnose says what kept a package from being loaded.
func (pl *packageLoader) diagnose(p Package, file string, err error) diag.List {
	switch {
	case pl.syntax:
		return p.Diagnose("cue/syntax", file, err)[:1] // what follows is guesswork of the parser
	case pl.missing:
		diags := p.Diagnose("cue/import", file, err)
		for i := range diags {
			diags[i].Hint = "packages are found in the module around the file and below its cue.mod; nothing is fetched"
		}
		return diags
	case isAboutValues(err):
		return p.Diagnose("cue/value", file, err)
	default:
		return p.Diagnose("cue/syntax", file, err)
	}
}

// isAboutValues tells a contradiction, which stands at a value, from a name that
// nothing is called.
func isAboutValues(err error) bool {
	if _, ok := errors.AsType[*crash](err); ok {
		return true
	}
	errs := cueerrors.Errors(err)
	if len(errs) == 0 {
		return false
	}
	format, _ := errs[0].Msg()
	if strings.HasPrefix(format, "explicit error") || strings.HasPrefix(format, tagPrefix) {
		return true
	}
	return len(errs[0].Path()) > 0 && !strings.HasPrefix(format, "reference ")
}

// packageLoader loads one package with its imports.
type packageLoader struct {
	files   Files
	context *build.Context
	// root is the folder of the module, module its path; "" without one.
	root, module string
	parsed       map[string]*ast.File
	loading      map[string]bool
	read         []string
	// syntax says that a file does not parse, missing that an import leads
	// nowhere or to itself; failure is what went wrong with
	// an import, which what goes on from there only repeats.
	syntax  bool
	failure error
	missing bool
}

// maxUp bounds how far above a file its module is looked for.
const maxUp = 32

func (pl *packageLoader) findModule(folder string) {
	for range maxUp {
		name := path.Join(folder, "cue.mod", "module.cue")
		data, err := pl.files.Read(name)
		if err == nil {
			pl.root, pl.module = folder, modulePath(name, data)
			return
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return
		}
		if folder == "." || strings.HasSuffix(folder, "..") {
			folder = path.Join("..", folder)
		} else {
			folder = path.Dir(folder)
		}
	}
}

// modulePath reads the path of a module without its major version.
func modulePath(name string, data []byte) string {
	f, err := parser.ParseFile(name, data)
	if err != nil {
		return ""
	}
	for _, d := range f.Decls {
		field, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		label, _, err := ast.LabelName(field.Label)
		value, isLit := field.Value.(*ast.BasicLit)
		if err != nil || label != "module" || !isLit {
			continue
		}
		if text, err := strconv.Unquote(value.Value); err == nil {
			text, _, _ = strings.Cut(text, "@")
			return text
		}
	}
	return ""
}

// Ignored reports whether a file has the attribute @ignore() before its package
// clause, with which it belongs to nothing.
func Ignored(file string, data []byte) bool {
	if !bytes.Contains(data, []byte("@ignore")) {
		return false
	}
	f, err := parser.ParseFile(file, data)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(fileAttributes(f), func(a *ast.Attribute) bool { key, _ := a.Split(); return key == "ignore" })
}

// fileAttributes are those before the package clause or, without one, before
// everything else.
func fileAttributes(f *ast.File) []*ast.Attribute {
	var out []*ast.Attribute
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Attribute:
			out = append(out, d)
		case *ast.CommentGroup:
		default:
			return out
		}
	}
	return out
}

// unsupported refuses what would mean something else if it were passed over.
func unsupported(f *ast.File) error {
	for _, a := range fileAttributes(f) {
		if key, _ := a.Split(); key == "if" || key == "extern" {
			return cueerrors.Newf(a.Pos(), "the attribute @%s of a file is not supported", key)
		}
	}
	return nil
}

func (pl *packageLoader) parse(name string) (*ast.File, error) {
	if f, ok := pl.parsed[name]; ok {
		return f, nil
	}
	data, err := pl.files.Read(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	pl.read = append(pl.read, name)
	f, err := parser.ParseFile(name, data, parser.ParseComments)
	if err != nil {
		pl.syntax = true
		return nil, err
	}
	if err := unsupported(f); err != nil {
		pl.syntax = true
		return nil, err
	}
	pl.parsed[name] = f
	return f, nil
}

// siblings are the files that make the package of a file.
func (pl *packageLoader) siblings(file string) ([]*ast.File, error) {
	f, err := pl.parse(file)
	if err != nil {
		return nil, err
	}
	name := f.PackageName()
	if name == "" || name == "_" {
		return []*ast.File{f}, nil
	}
	return pl.packageFiles(path.Dir(file), name, true)
}

// packageFiles are those of a package in a folder and, if it has some there or
// must is set, in those above it.
func (pl *packageLoader) packageFiles(folder, name string, must bool) ([]*ast.File, error) {
	var out []*ast.File
	for at := folder; ; at = path.Dir(at) {
		names, err := pl.files.List(at)
		if err != nil && at == folder && must {
			return nil, fmt.Errorf("list %s: %w", at, err)
		}
		for _, n := range names {
			if path.Ext(n) != ".cue" || strings.HasPrefix(n, ".") || strings.HasPrefix(n, "_") || strings.HasSuffix(n, "_tool.cue") || strings.HasSuffix(n, "_test.cue") {
				continue
			}
			full := path.Join(at, n)
			data, err := pl.files.Read(full)
			if err != nil || PackageName(full, data) != name || Ignored(full, data) {
				continue // what does not parse is reported as a source of its own
			}
			f, err := pl.parse(full)
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		}
		if pl.module == "" || at == pl.root || at == path.Dir(at) || len(out) == 0 {
			return out, nil
		}
	}
}

// instance makes an instance of files, which take the values of tags.
func (pl *packageLoader) instance(folder string, files []*ast.File, tags map[string]string) (*build.Instance, []string, error) {
	inst := pl.context.NewInstance(folder, pl.load)
	var declared []string
	for _, f := range files {
		names, err := setTags(f, tags)
		if err != nil {
			return nil, nil, err
		}
		declared = append(declared, names...)
		if err := inst.AddSyntax(f); err != nil {
			return nil, nil, err
		}
	}
	if err := inst.Complete(); err != nil {
		return nil, nil, err
	}
	slices.Sort(declared)
	return inst, slices.Compact(declared), nil
}

// load makes the instance of an import; nil means that the package is built
// in.
func (pl *packageLoader) load(pos token.Pos, imported string) *build.Instance {
	where, name := packageOf(imported)
	if isBuiltin(where) {
		return nil
	}
	fail := func(err error) *build.Instance {
		if pl.failure == nil {
			pl.failure = err
		}
		inst := pl.context.NewInstance(where, pl.load)
		inst.Err = cueerrors.Promote(err, "import")
		return inst
	}
	failed := func(format string, args ...any) *build.Instance {
		pl.missing = true
		return fail(cueerrors.Newf(pos, format, args...))
	}
	if pl.loading[imported] {
		return failed("package %s imports itself", imported)
	}
	pl.loading[imported] = true
	defer delete(pl.loading, imported)
	var files []*ast.File
	folders := pl.folders(where)
	for _, folder := range folders {
		more, err := pl.packageFiles(folder, name, false)
		if err != nil {
			return fail(err)
		}
		files = append(files, more...)
	}
	switch {
	case len(files) == 0 && pl.module == "":
		return failed("package %q is in no module: there is no cue.mod/module.cue around the file", imported)
	case len(files) == 0:
		return failed("package %q has no files with \"package %s\" in %s", imported, name, strings.Join(folders, ", "))
	}
	inst, _, err := pl.instance(folders[0], files, nil)
	if err != nil {
		return fail(err)
	}
	return inst
}

// folders are where the files of a package may lie.
func (pl *packageLoader) folders(where string) []string {
	if rest, ok := strings.CutPrefix(where, pl.module); ok && pl.module != "" && (rest == "" || rest[0] == '/') {
		return []string{path.Join(pl.root, rest)}
	}
	var out []string
	for _, kind := range []string{"pkg", "gen", "usr"} {
		out = append(out, path.Join(pl.root, "cue.mod", kind, where))
	}
	return out
}

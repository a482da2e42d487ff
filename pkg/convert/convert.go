package convert

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Options say how sources are converted.
type Options struct {
	// Engine evaluates programs, with the Library to import from and the
	// Natives that sources of a project have.
	Engine  jsonnet.Engine
	Library fs.FS
	Natives []jsonnet.Native
	// Scalars says what becomes of those that Jsonnet cannot say.
	Scalars Scalars
	// ExtractSecrets puts placeholders where secrets stand.
	ExtractSecrets bool
	// SecretVariable is the environment variable that a secret is taken from.
	SecretVariable func(name string) string
	// DropServerFields leaves out what Grafana's database counts in a
	// dashboard: id, version, iteration.
	DropServerFields bool
}

// Source is a file that is converted.
type Source struct {
	// File names it in findings; its ending says whether it is JSON.
	File string
	Data []byte
}

// Program is one document of a source, as Jsonnet.
type Program struct {
	Kind bundle.Kind
	// Name is the file's name without its ending, with a number if the file
	// has several documents.
	Name string
	Text []byte
	// Plain is true if the program makes no use of the library at all.
	Plain bool
	// Secrets are those that a placeholder stands for now, by name.
	Secrets []bundle.SecretRef
}

// Result is what a source was converted to.
type Result struct {
	Programs []Program
	// Masked is the source with its secrets blackened, for excerpts.
	Masked []byte
}

// Convert converts a source. Findings are: what cannot be read ("source/yaml",
// "source/json"), a document of no known kind ("convert/kind") or of unit tests
// ("convert/tests"), scalars ("convert/scalar"), secrets ("convert/secret"),
// fields of Grafana's database ("convert/server-field"), and a program that
// does not mean what the source says ("convert/mismatch"). If one is an error,
// there is no program for that document.
func Convert(ctx context.Context, src Source, opts Options) (Result, diag.List, error) {
	result := Result{Masked: src.Data}
	docs, diags := read(src)
	if diags.HasErrors() {
		return result, diags, nil
	}
	if len(docs) == 0 {
		diags.Errorf("convert/kind", diag.Span{File: src.File}, "the file holds nothing")
		return result, diags, nil
	}
	notes := readComments(src.Data)
	run := func(req jsonnet.Request) (*jsonnet.Result, diag.List, error) { return opts.Engine.Evaluate(ctx, req) }
	var masked []diag.Span
	for i, d := range docs {
		name := strings.TrimSuffix(path.Base(src.File), path.Ext(src.File))
		if len(docs) > 1 {
			name += "-" + strconv.Itoa(i+1)
		}
		c := &converter{opts: opts, run: run, doc: d, name: name, better: map[string]expr{}, importer: jsonnet.NewImporter("", nil, opts.Library)}
		if i < len(notes) && len(notes) == len(docs) {
			c.comments = notes[i]
		}
		p, err := c.convert()
		diags = append(diags, c.diags...)
		if err != nil {
			return result, diags, fmt.Errorf("convert %s: %w", src.File, err)
		}
		if p != nil {
			result.Programs = append(result.Programs, *p)
		}
		masked = append(masked, c.masked...)
	}
	result.Masked = mask(src.Data, masked)
	return result, diags, nil
}

// converter converts one document.
type converter struct {
	opts Options
	// run evaluates a request.
	run  func(jsonnet.Request) (*jsonnet.Result, diag.List, error)
	doc  bundle.Document
	name string

	kind     bundle.Kind
	value    bundle.Value
	comments *comments
	diags    diag.List
	secrets  []bundle.SecretRef
	masked   []diag.Span

	// settings are the locals that the library is bound to and what is shared
	// by the document's values, in the order in which they stand.
	settings []item
	// better holds the expressions that make use of the library, by pointer;
	// shared the names of values that stand in a local, by canonical encoding.
	better map[string]expr
	shared map[string]string

	importer *jsonnet.Importer
	programs int
	failed   error
}

func (c *converter) convert() (*Program, error) {
	pointer, ok := c.recognise()
	if !ok {
		return nil, nil
	}
	c.value, _ = c.doc.Value.Lookup(pointer)
	c.doc.Origin = bundle.SubOrigin(c.doc.Origin, pointer)
	if pointer != "" {
		c.comments = nil // a JSON document, which has none
	}
	c.readScalars()
	c.serverFields()
	c.findSecrets()
	if c.diags.HasErrors() {
		return nil, nil
	}
	switch c.kind {
	case bundle.Rules:
		c.rules()
	case bundle.Alertmanager:
		c.alertmanager()
	case bundle.Prometheus:
		c.prometheus()
	case bundle.Dashboard:
		c.dashboard()
	case bundle.File, bundle.Template:
	}
	if c.failed != nil {
		return nil, c.failed
	}
	return c.finish()
}

// finish prints the program and holds it against the source. A library that
// refuses the whole, although it has taken every part, is done without.
func (c *converter) finish() (*Program, error) {
	text, plain := c.print()
	v, why := c.evaluate(text)
	if !plain && (why != "" || !equal(v, c.value)) {
		c.better, c.settings = map[string]expr{}, nil
		c.comments.release(0, c.comments.mark())
		text, plain = c.print()
		v, why = c.evaluate(text)
	}
	if c.failed != nil {
		return nil, c.failed
	}
	if why != "" {
		c.diags.Errorf("convert/mismatch", c.doc.Origin.At(""), "what was converted does not evaluate: %s", why)
		return nil, nil
	}
	if at, ok := difference("", c.value, v); ok {
		e := c.diags.Errorf("convert/mismatch", c.doc.Origin.At(at), "the converted value differs from the source")
		e.Pointer = at
		return nil, nil
	}
	return &Program{Kind: c.kind, Name: c.name, Text: text, Plain: plain, Secrets: c.secrets}, nil
}

func (c *converter) print() (text []byte, plain bool) {
	body := c.expr("", c.value)
	file, rest := c.comments.own(""), c.comments.take("")
	if rest.line != "" {
		rest.head = append(rest.head, rest.line)
	}
	locals, imports := c.locals(body)
	foot := slices.Concat(rest.foot, file.foot)
	if file.line != "" {
		foot = append(foot, file.line)
	}
	return program(file.head, locals, item{value: body, notes: notes{head: rest.head, foot: foot}}), !imports
}

// locals returns those settings that the program makes use of.
func (c *converter) locals(body expr) (locals []item, imports bool) {
	used := body
	for _, s := range slices.Backward(c.settings) {
		if !used.mentions(s.key) {
			continue
		}
		imports = imports || strings.Contains(s.value.base(), "import ")
		locals = append([]item{s}, locals...)
		used = expr{form: array, items: []item{{value: used}, {value: s.value}}}
	}
	return locals, imports
}

// base is the code that an extended expression begins with.
func (e expr) base() string {
	if e.form == extend {
		return e.items[0].value.base()
	}
	return e.text
}

// expr is the expression of the value at a pointer.
func (c *converter) expr(pointer string, v bundle.Value) expr {
	if e, ok := c.better[pointer]; ok {
		return e
	}
	switch v.Kind {
	case bundle.String:
		return c.text(v.Text)
	case bundle.Array:
		e := expr{form: array}
		for i, elem := range v.Elem {
			at := pointer + "/" + strconv.Itoa(i)
			e.items = append(e.items, c.item("", at, c.expr(at, elem)))
		}
		return e
	case bundle.Map:
		if local, ok := c.sharedName(v); ok {
			return name(local)
		}
		return expr{form: object, items: c.fields(pointer, v)}
	case bundle.Null:
		return name("null")
	case bundle.Bool, bundle.Number:
	}
	return name(v.Text)
}

// fields are those of a Map, in their order, but for the ones that are left out.
func (c *converter) fields(pointer string, v bundle.Value, without ...string) []item {
	var items []item
	for _, key := range v.Keys {
		if !contains(without, key) {
			items = append(items, c.field(pointer, v, key))
		}
	}
	return items
}

// item is a field or, if the key as it is written is empty, an element, with the
// notes at its pointer.
func (c *converter) item(key, pointer string, e expr) item {
	return item{key: key, value: e, notes: c.comments.take(pointer)}
}

// field is the item of a field of a Map that has it.
func (c *converter) field(pointer string, v bundle.Value, key string) item {
	elem, _ := v.Get(key)
	at := pointer + "/" + bundle.EscapeToken(key)
	return c.item(fieldName(key), at, c.expr(at, elem))
}

// text is a string, or the secret that it stands for.
func (c *converter) text(s string) expr {
	if ref, ok := secretName(s); ok {
		switch c.kind {
		case bundle.Alertmanager:
			return calls("am.secret", name(quote(ref)))
		default:
			return calls("secret", name(quote(ref)))
		}
	}
	return text(s)
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

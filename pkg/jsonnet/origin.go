package jsonnet

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"
	"github.com/google/go-jsonnet/toolutils"

	"github.com/monctl/monctl/pkg/diag"
)

// Upstream's values do not know where they came from. Two things together
// tell it well enough until an engine of our own does:
//
//   - A probe: every object literal of the program gets one more hidden field
//     that holds the places of its fields, and the program is evaluated again
//     with a transform that collects them. A rebuilt object has lost them; if
//     anything about the probe fails, there are none.
//   - Literals: a string of the result that stands exactly once in the entry
//     came from there, even when a library function made the object around it.
//
// Both cost nothing until the first place is asked for.

// probeField is the name of the hidden field; no program of a user has it.
const probeField = "\x00monctl:places"

// upstreamOrigin finds places on demand.
type upstreamOrigin struct {
	ctx  context.Context //nolint:containedctx // it bounds the deferred second evaluation
	eval *evaluation
	json []byte
	once sync.Once
	// value is the result, places what the probe found, literals where each
	// string stands in the sources.
	value    any
	places   *places
	literals map[string][]diag.Span
}

func newOrigin(ctx context.Context, e *evaluation, result []byte) *upstreamOrigin {
	return &upstreamOrigin{ctx: context.WithoutCancel(ctx), eval: e, json: result}
}

// places are what the probe collected for one value: the places of its fields
// and the places below its children, by key or index.
type places struct {
	Fields   map[string]string  `json:"f"`
	Children map[string]*places `json:"c"`
}

// At implements Origin.
func (o *upstreamOrigin) At(pointer string) diag.Span {
	o.once.Do(o.find)
	tokens := strings.Split(pointer, "/")[1:]
	if pointer == "" {
		tokens = nil
	}
	for i := range tokens {
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[i])
	}
	var fallback diag.Span
	for n := len(tokens); n >= 0; n-- {
		if s, ok := o.literal(tokens[:n]); ok {
			return s
		}
		if s, ok := o.probed(tokens[:n]); ok {
			if !isLibrary(s.File) {
				return s
			}
			if fallback.IsZero() {
				fallback = s
			}
		}
	}
	if !fallback.IsZero() {
		return fallback
	}
	return diag.Span{File: o.eval.req.File}
}

// nameFields are those whose value tells an object from its neighbours.
var nameFields = [...]string{"alert", "record", "uid", "title", "job_name", "receiver", "name"}

// literal finds the place of a string that stands once in the sources, or of
// the name of an object.
func (o *upstreamOrigin) literal(tokens []string) (diag.Span, bool) {
	switch v := lookup(o.value, tokens).(type) {
	case string:
		if at := o.literals[strings.TrimSpace(v)]; len(at) == 1 && len(v) > 1 {
			return at[0], true
		}
	case map[string]any:
		for _, name := range nameFields {
			s, _ := v[name].(string)
			if at := o.literals[strings.TrimSpace(s)]; len(at) == 1 && s != "" {
				return at[0], true
			}
		}
	}
	return diag.Span{}, false
}

func lookup(v any, tokens []string) any {
	for _, t := range tokens {
		switch c := v.(type) {
		case map[string]any:
			v = c[t]
		case []any:
			i, err := strconv.Atoi(t)
			if err != nil || i < 0 || i >= len(c) {
				return nil
			}
			v = c[i]
		default:
			return nil
		}
	}
	return v
}

// probed finds the place of a field, or else that of the first field of the
// object that it is.
func (o *upstreamOrigin) probed(tokens []string) (diag.Span, bool) {
	p := o.places
	for i, t := range tokens {
		if p == nil {
			return diag.Span{}, false
		}
		if text := p.Fields[t]; i == len(tokens)-1 && text != "" {
			return decodeSpan(text), true
		}
		p = p.Children[t]
	}
	if p == nil || len(p.Fields) == 0 || len(tokens) == 0 {
		return diag.Span{}, false
	}
	var first diag.Span
	for _, text := range p.Fields {
		if s := decodeSpan(text); first.IsZero() || s.Compare(first) < 0 {
			first = s
		}
	}
	return first, true
}

// find evaluates the probe and lists the literals.
func (o *upstreamOrigin) find() {
	if err := json.Unmarshal(o.json, &o.value); err != nil {
		return
	}
	o.literals = map[string][]diag.Span{}
	names := make([]string, 0, len(o.eval.read))
	for name := range o.eval.read {
		names = append(names, name)
	}
	slices.Sort(names)
	// The run that made the result has ended, so its files are all known.
	probe := &evaluation{req: o.eval.req, read: o.eval.read}
	inner := probe.req.Transform
	if inner == "" {
		inner = "function(v) v"
	}
	probe.req.Trace = nil
	probe.req.Transform = "function(v) (" + collector + ")((" + inner + ")(v))"
	prepare := func(vm *jsonnet.VM) error {
		for _, name := range names {
			if strings.HasPrefix(name, LibraryPrefix) {
				continue
			}
			dir, base := "", name
			if i := strings.LastIndexByte(name, '/'); i >= 0 {
				dir, base = name[:i+1], name[i+1:]
			}
			node, _, err := vm.ImportAST(dir, base)
			if err != nil {
				continue // imported as text, or never evaluated
			}
			if name == o.eval.req.File {
				collectLiterals(node, o.literals)
			}
			mark(node)
		}
		return nil
	}
	done := make(chan *places, 1)
	go func() {
		text, err := probe.run(prepare)
		var p places
		if err != nil || json.Unmarshal([]byte(text), &p) != nil {
			p = places{}
		}
		done <- &p
	}()
	if diags, err := watch(o.ctx, probe.req, done); err == nil && len(diags) == 0 {
		o.places = <-done
	}
}

// collector walks the visible fields of a value. It mirrors places.
const collector = `
local probe = '\u0000monctl:places';
local walk(v) =
  if std.isObject(v) then {
    [if std.objectHasAll(v, probe) then 'f']: v[probe],
    c: { [k]: walk(v[k]) for k in std.objectFields(v) if std.isObject(v[k]) || std.isArray(v[k]) },
  } else if std.isArray(v) then {
    c: { [std.toString(i)]: walk(v[i]) for i in std.range(0, std.length(v) - 1) if std.isObject(v[i]) || std.isArray(v[i]) },
  } else {};
walk`

func collectLiterals(n ast.Node, into map[string][]diag.Span) {
	if s, ok := n.(*ast.LiteralString); ok && s.Loc().IsSet() {
		// Libraries like to trim what they are given.
		key, at := strings.TrimSpace(s.Value), span(*s.Loc())
		if !slices.Contains(into[key], at) {
			into[key] = append(into[key], at)
		}
	}
	for _, c := range toolutils.Children(n) {
		collectLiterals(c, into)
	}
}

// mark adds the hidden field to every object literal below a node. An object
// with one computed field is left alone: it may be the element of an object
// comprehension, and two of those with one name are an error.
func mark(n ast.Node) {
	for _, c := range toolutils.Children(n) {
		mark(c)
	}
	o, ok := n.(*ast.DesugaredObject)
	if !ok || len(o.Fields) == 0 {
		return
	}
	if _, fixed := o.Fields[0].Name.(*ast.LiteralString); len(o.Fields) == 1 && !fixed {
		return
	}
	table := &ast.DesugaredObject{}
	for _, f := range o.Fields {
		l := *f.Body.Loc()
		if !l.IsSet() || l.FileName != f.LocRange.FileName {
			l = f.LocRange
		}
		if !l.IsSet() {
			continue
		}
		table.Fields = append(table.Fields, ast.DesugaredObjectField{
			Name: f.Name, Hide: ast.ObjectFieldInherit,
			Body: &ast.LiteralString{Value: encodeSpan(span(l)), Kind: ast.StringDouble},
		})
		for _, v := range f.Name.FreeVariables() {
			if !slices.Contains(table.FreeVariables(), v) {
				table.SetFreeVariables(append(table.FreeVariables(), v))
			}
		}
	}
	o.Fields = append(o.Fields, ast.DesugaredObjectField{
		Name: &ast.LiteralString{Value: probeField, Kind: ast.StringDouble},
		Body: table, Hide: ast.ObjectFieldHidden, PlusSuper: true,
	})
}

func encodeSpan(s diag.Span) string {
	text, _ := json.Marshal(s) //nolint:errchkjson // a Span always encodes
	return string(text)
}

func decodeSpan(text string) diag.Span {
	var s diag.Span
	_ = json.Unmarshal([]byte(text), &s) // written by encodeSpan
	return s
}

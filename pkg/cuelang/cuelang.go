package cuelang

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
	"cuelang.org/go/encoding/json"
	"cuelang.org/go/encoding/yaml"

	"github.com/monctl/monctl/pkg/diag"
)

// Loader compiles CUE in one context. It is not safe for concurrent use.
type Loader struct{ ctx *cue.Context }

// NewLoader returns a Loader with a context of its own.
func NewLoader() *Loader { return &Loader{ctx: cuecontext.New()} }

// Schema compiles one embedded file, whose errors are bugs.
func (l *Loader) Schema(fsys fs.FS, name string) (cue.Value, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return cue.Value{}, fmt.Errorf("read schema: %w", err)
	}
	v := l.ctx.CompileBytes(data, cue.Filename(schemaPrefix+name))
	if err := v.Err(); err != nil {
		return cue.Value{}, fmt.Errorf("compile schema %q: %w", name, err)
	}
	return v, nil
}

// schemaPrefix marks the positions that lie in embedded schemas.
const schemaPrefix = "schemas/"

// Parse compiles a user's file: CUE, or YAML or JSON by its ending. Findings
// carry the given code.
func (l *Loader) Parse(code, file string, data []byte) (cue.Value, diag.List) {
	f, err := parse(file, data)
	if err != nil {
		// What follows the first syntax error is guesswork of the parser.
		return cue.Value{}, Diagnose(code, file, err)[:1]
	}
	v, err := evaluate(func() cue.Value { return l.ctx.BuildFile(f, cue.Filename(file)) })
	if err != nil {
		return cue.Value{}, Diagnose(code, file, err)
	}
	return v, nil
}

func parse(file string, data []byte) (*ast.File, error) {
	switch {
	case strings.HasSuffix(file, ".json"):
		expr, err := json.Extract(file, data)
		if err != nil {
			return nil, err
		}
		return &ast.File{Filename: file, Decls: []ast.Decl{&ast.EmbedDecl{Expr: expr}}}, nil
	case strings.HasSuffix(file, ".yaml"), strings.HasSuffix(file, ".yml"):
		return extractYAML(file, data)
	default:
		return parser.ParseFile(file, data, parser.ParseComments)
	}
}

// extractYAML takes a panic of CUE's decoder for an error: where a line ends in
// something else than a line feed, as YAML allows, it counts fewer lines than its
// parser (yamlOffset in internal/encoding/yaml/decode.go of v0.17.1).
func extractYAML(file string, data []byte) (f *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, fmt.Errorf("the file cannot be read as YAML (%v): end its lines in line feeds", r)
		}
	}()
	return yaml.Extract(file, data)
}

// Diagnose turns an error of CUE into diagnostics about a user's file.
func Diagnose(code, file string, err error) diag.List {
	return diagnose(code, file, func(name string) bool { return name == file }, err)
}

// diagnose makes diagnostics whose places lie in one of the user's files; first
// is the file that is named where no place is known.
func diagnose(code, first string, own func(file string) bool, err error) diag.List {
	var diags diag.List
	list := cueerrors.Errors(err)
	sums := map[string]bool{}
	for i, e := range list {
		if isDisjunctionSummary(e, list) || isConflictWithDefault(i, list) || isSaidBelow(e, list) {
			continue
		}
		format, args := e.Msg()
		path := e.Path()
		span, related := places(first, own, cueerrors.Positions(e))
		summary := fmt.Sprintf(format, args...)
		if other := errors.Unwrap(e); other != nil { // JSON's and YAML's parsers'
			summary, span = said(summary, other, span)
		}
		if p := strings.Join(trimDefinition(path), "."); p != "" && !strings.HasPrefix(summary, p) {
			summary = p + ": " + summary
		}
		key := span.String() + summary
		if sums[key] {
			continue
		}
		sums[key] = true
		d := diags.Errorf(code, span, "%s", summary)
		d.Related = related
		d.Pointer = pointer(trimDefinition(path))
	}
	if len(diags) == 0 {
		diags.Errorf(code, diag.Span{File: first}, "%s", err)
	}
	return diags
}

// said adds what an error says that is not CUE's own, and the line that it names
// where no other is known: "monctl.yaml:3: did not find expected node content".
// The first line is not named.
func said(summary string, other error, span diag.Span) (string, diag.Span) {
	text := other.Error()
	if rest, ok := strings.CutPrefix(text, span.File+":"); ok && span.Start.Line == 0 {
		line, message, _ := strings.Cut(rest, " ")
		if n, err := strconv.Atoi(strings.TrimSuffix(line, ":")); err == nil || line == "" {
			text, span.Start.Line = message, max(n, 1)
		}
	}
	if summary != "" {
		text = summary + ": " + text
	}
	return text, span
}

// isDisjunctionSummary recognises the line "2 errors in empty disjunction",
// which the errors themselves follow.
func isDisjunctionSummary(e cueerrors.Error, all []cueerrors.Error) bool {
	format, _ := e.Msg()
	return len(all) > 1 && strings.Contains(format, "errors in empty disjunction")
}

// isConflictWithDefault recognises "conflicting values 500 and 0", said of the
// default of a disjunction whose other branch says what is really wrong. If
// all branches conflict, the last one speaks for them.
func isConflictWithDefault(i int, all []cueerrors.Error) bool {
	format, _ := all[i].Msg()
	if !strings.HasPrefix(format, "conflicting values") {
		return false
	}
	for j, f := range all {
		other, _ := f.Msg()
		isConflict := strings.HasPrefix(other, "conflicting values")
		if j != i && slices.Equal(all[i].Path(), f.Path()) && !strings.Contains(other, "errors in empty disjunction") && (!isConflict || j > i) {
			return true
		}
	}
	return false
}

// isSaidBelow recognises that a value does not fit one branch of a
// disjunction, where another error says which part of it does not fit the
// branch that was meant.
func isSaidBelow(e cueerrors.Error, all []cueerrors.Error) bool {
	format, _ := e.Msg()
	isMisfit := strings.HasPrefix(format, "conflicting values") || strings.Contains(format, "field not allowed") || strings.HasPrefix(format, "incompatible list lengths")
	path := e.Path()
	return isMisfit && slices.ContainsFunc(all, func(f cueerrors.Error) bool {
		other := f.Path()
		return len(other) > len(path) && slices.Equal(other[:len(path)], path)
	})
}

func trimDefinition(path []string) []string {
	if len(path) > 0 && strings.HasPrefix(path[0], "#") {
		return path[1:]
	}
	return path
}

// pointer writes a path as a JSON Pointer (RFC 6901).
func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, p := range path {
		b.WriteString("/" + escape.Replace(strings.Trim(p, `"`)))
	}
	return b.String()
}

// places picks the first position in one of the user's files.
func places(first string, own func(file string) bool, positions []token.Pos) (diag.Span, []diag.Related) {
	span := diag.Span{File: first}
	var related, others []diag.Related
	found := false
	for _, p := range positions {
		if !p.IsValid() {
			continue
		}
		s := diag.Span{File: p.Filename(), Start: diag.Position{Line: p.Line(), Column: p.Column()}}
		switch {
		case own(s.File) && !found:
			span, found = s, true
		case own(s.File) && len(others) < maxOthers && !sameLine(s, span) && !slices.ContainsFunc(others, func(o diag.Related) bool { return sameLine(s, o.Span) }):
			others = append(others, diag.Related{Message: "and here", Span: s})
		case strings.HasPrefix(s.File, schemaPrefix):
			// The last one is the constraint itself, those before lead to it.
			related = []diag.Related{{Message: "the schema says", Span: s}}
		}
	}
	return span, append(others, related...)
}

func sameLine(a, b diag.Span) bool { return a.File == b.File && a.Start.Line == b.Start.Line }

// maxOthers bounds how many of the places are shown that an error has to do
// with, beside the first.
const maxOthers = 3

// UnknownField returns the name of the field that an error says is not
// allowed, with its path.
func UnknownField(err error) (path []string, ok bool) {
	var e cueerrors.Error
	if !errors.As(err, &e) {
		return nil, false
	}
	if format, _ := e.Msg(); strings.Contains(format, "field not allowed") {
		return trimDefinition(e.Path()), true
	}
	return nil, false
}

package jsonnet

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/diag"
)

// maxFrames is how much of the stack a diagnostic shows, if the request does
// not say.
const maxFrames = 8

// shown are the places of a stack that a diagnostic shows.
func (e *evaluation) shown(frames []diag.Related) []diag.Related {
	limit := maxFrames
	if e.req.MaxTrace != 0 {
		limit = e.req.MaxTrace
	}
	if limit < 0 {
		return slices.Clone(frames)
	}
	return slices.Clone(frames[:min(len(frames), limit)])
}

// span converts a location, whose columns count bytes from 1.
func span(l ast.LocationRange) diag.Span {
	s := diag.Span{File: l.FileName}
	if l.File != nil && s.File == "" {
		s.File = string(l.File.DiagnosticFileName)
	}
	if l.IsSet() {
		s.Start = position(l, l.Begin)
		s.End = position(l, l.End)
	}
	return s
}

func position(l ast.LocationRange, p ast.Location) diag.Position {
	column := p.Column
	if l.File != nil && p.Line >= 1 && p.Line <= len(l.File.Lines) {
		line := l.File.Lines[p.Line-1]
		column = len([]rune(line[:min(max(p.Column-1, 0), len(line))])) + 1
	}
	return diag.Position{Line: p.Line, Column: column}
}

// syntax makes a diagnostic of an error of the parser or the static analysis;
// imports is the chain of imports that led to the file.
func (e *evaluation) syntax(l ast.LocationRange, message string, imports []diag.Related) diag.List {
	var diags diag.List
	s := span(l)
	if s.File == "" {
		s.File = e.req.File
	}
	d := diags.Errorf("jsonnet/syntax", s, "%s", lower(message))
	d.Related = imports
	d.Hint = syntaxHint(s.File, message)
	return diags
}

func syntaxHint(file, message string) string {
	switch {
	case strings.HasSuffix(message, `'\ufeff'`):
		return "the file begins with a byte order mark; save it as UTF-8 without one"
	case path.Ext(file) == ".yaml" || path.Ext(file) == ".yml":
		return "import reads Jsonnet and JSON; read YAML with std.parseYaml(importstr '" + path.Base(file) + "')"
	case strings.HasPrefix(message, "Unknown variable"):
		return "declare it with local, import it, or quote it if a string is meant"
	case strings.Contains(message, "Expected a comma before next field"):
		return "the field before this one lacks its comma"
	case strings.Contains(message, "Unexpected: end of file") || strings.Contains(message, "unexpected end of file"):
		return "a bracket, brace or quote is still open"
	default:
		return ""
	}
}

// lower makes the first letter small where the message is a sentence.
func lower(message string) string {
	message = strings.TrimSpace(message)
	if len(message) > 1 && message[0] >= 'A' && message[0] <= 'Z' && message[1] >= 'a' && message[1] <= 'z' {
		return strings.ToLower(message[:1]) + message[1:]
	}
	return message
}

// runtime makes a diagnostic of an error during evaluation. The message of an
// imported file's syntax error starts with its place.
func (e *evaluation) runtime(err jsonnet.RuntimeError) diag.List {
	frames := e.frames(err.StackTrace)
	if l, message, ok := e.embedded(err.Msg); ok {
		return e.syntax(l, message, append(e.importChain(frames), e.importers(frames)...))
	}
	var diags diag.List
	code := "jsonnet/runtime"
	hint := ""
	switch {
	case strings.HasPrefix(err.Msg, "cannot find "):
		code = "jsonnet/import"
		hint = e.req.Importer.similar(err.Msg)
		if hint == "" {
			hint = "check the path, or jsonnet.jpath in monctl.cue"
		}
	case strings.HasPrefix(err.Msg, "read "):
		code = "jsonnet/import"
	case strings.HasPrefix(err.Msg, "Undefined external variable"):
		hint = argHint(err.Msg, e.req.Ext, "set it under environments.<name>.ext in monctl.cue, or with -V name=value")
	case strings.HasPrefix(err.Msg, "max stack frames exceeded"):
		hint = "look for an endless recursion, or raise jsonnet.maxStack in monctl.cue"
		if cycle := importCycle(frames); cycle != "" {
			hint = cycle
		}
	case strings.HasPrefix(err.Msg, "couldn't manifest function"):
		hint = "call it, or hide the field with ::"
	case strings.Contains(err.Msg, "Missing argument"):
		hint = argHint(err.Msg, e.req.TLA, "a source that is a function gets its arguments from environments.<name>.tla in monctl.cue")
	}
	place := diag.Span{File: e.req.File}
	imported := e.importers(frames)
	if i := e.blame(frames); i >= 0 {
		place = frames[i].Span
		frames = relevant(frames, i, strings.HasPrefix(err.Msg, "monctl/"))
	}
	summary, detail, _ := strings.Cut(strings.TrimSuffix(err.Msg, "."), "\n")
	d := diags.Errorf(code, place, "%s", summary)
	d.Detail, d.Hint, d.Pointer = detail, hint, manifested(err.StackTrace)
	d.Related = append(e.shown(frames), imported...)
	return diags
}

// argHint says which of the variables or arguments that there are could be the
// one that a message ends with, or else how to set it.
func argHint(message string, args map[string]Arg, otherwise string) string {
	name := strings.TrimSpace(message[strings.LastIndexByte(message, ':')+1:])
	if near := diag.Suggest(name, slices.Sorted(maps.Keys(args))); near != "" {
		return fmt.Sprintf("there is %q; %s", near, otherwise)
	}
	return otherwise
}

// importers is the chain of imports from the file where a stack ends, which is
// the place itself where there is none, to the entry. It is empty if the stack
// leads there: an imported value is often evaluated only after the import.
func (e *evaluation) importers(frames []diag.Related) []diag.Related {
	if len(frames) == 0 || slices.ContainsFunc(frames, func(f diag.Related) bool { return f.Span.File == e.req.File }) {
		return nil
	}
	var out []diag.Related
	for _, s := range e.req.Importer.chain(e.req.File, frames[len(frames)-1].Span.File) {
		out = append(out, diag.Related{Message: "imported here", Span: s})
	}
	return out
}

// frames are the places of the stack, innermost first, without repetitions
// and without those of the standard library.
func (e *evaluation) frames(trace []jsonnet.TraceFrame) []diag.Related {
	var out []diag.Related
	for _, f := range slices.Backward(trace) {

		if !f.Loc.IsSet() || f.Loc.FileName == "" && !isArgument(f.Loc) {
			continue
		}
		message := "called here"
		switch {
		case f.Name == "$": // what stands in no function and no object
			message = "at the top of the file"
		case f.Name != "" && !strings.Contains(f.Name, "thunk"): // the engine's word, not the author's
			message = "in " + f.Name
		}
		r := diag.Related{Message: message, Span: span(f.Loc)}
		if n := len(out); n > 0 && out[n-1].Span == r.Span {
			continue
		}
		out = append(out, r)
	}
	return out
}

// isArgument recognises the code of an external variable or a top-level
// argument, which lies in no file.
func isArgument(l ast.LocationRange) bool {
	if l.File == nil {
		return false
	}
	name := string(l.File.DiagnosticFileName)
	return strings.HasPrefix(name, "<extvar:") || strings.HasPrefix(name, "<top-level-arg:")
}

// manifested is the JSON Pointer of the value that was being written when an
// evaluation failed: the outer end of its stack says so. It is "" if nothing
// was written, or the result as a whole.
func manifested(trace []jsonnet.TraceFrame) string {
	var pointer strings.Builder
	for i, f := range trace {
		at := f.Loc.FileName
		if i == 0 {
			if at != "During manifestation" {
				return ""
			}
			continue
		}
		token := ""
		if quoted, ok := strings.CutPrefix(at, "Field "); ok && !f.Loc.IsSet() {
			name, err := strconv.Unquote(quoted)
			if err != nil {
				break
			}
			token = name
		} else if index, ok := strings.CutPrefix(at, "Array element "); ok && !f.Loc.IsSet() {
			token = index
		} else {
			break
		}
		pointer.WriteString("/" + tokenEscapes.Replace(token))
	}
	return pointer.String()
}

// blame picks the frame to show: the innermost one, unless that lies in the
// embedded library and one of the user's files called it.
func (e *evaluation) blame(frames []diag.Related) int {
	for i, f := range frames {
		if !isLibrary(f.Span.File) {
			return i
		}
	}
	if len(frames) > 0 {
		return 0
	}
	return -1
}

// relevant drops the frame that is blamed, and the library's: how the library
// works inside is not what is wrong. Only if it does not say so itself, the
// innermost of its frames stays.
func relevant(frames []diag.Related, blamed int, said bool) []diag.Related {
	var out []diag.Related
	for i, f := range frames {
		if i != blamed && (i == 0 && !said || !isLibrary(f.Span.File)) {
			out = append(out, f)
		}
	}
	return out
}

// isLibrary recognises files of the library that comes with monctl, embedded
// or, in its own repository, on disk.
func isLibrary(file string) bool {
	return strings.HasPrefix(file, LibraryPrefix) || strings.HasPrefix(file, "lib/monctl/")
}

func (e *evaluation) importChain(frames []diag.Related) []diag.Related {
	var out []diag.Related
	for _, f := range e.shown(frames) {
		out = append(out, diag.Related{Message: "imported here", Span: f.Span})
	}
	return out
}

// importCycle explains a stack that consists of the same few imports again and
// again; it is "" for any other.
func importCycle(frames []diag.Related) string {
	files := map[string]diag.Span{}
	for _, f := range frames {
		if at, ok := files[f.Span.File]; ok && at != f.Span {
			return ""
		}
		files[f.Span.File] = f.Span
	}
	if len(files) < 2 || len(frames) <= 2*len(files) {
		return ""
	}
	return "the files " + strings.Join(slices.Sorted(maps.Keys(files)), ", ") + " import each other, and each needs the value of the other"
}

var placeInMessage = regexp.MustCompile(`^(.+?):(?:(\d+):(\d+)(?:-(\d+))?|\((\d+):(\d+)\)-\((\d+):(\d+)\)):? (.*)`)

// embedded takes the place out of the message of an import that does not
// parse. It is believed only if it names a file that was read.
func (e *evaluation) embedded(msg string) (ast.LocationRange, string, bool) {
	m := placeInMessage.FindStringSubmatch(firstLine(msg))
	if m == nil {
		return ast.LocationRange{}, "", false
	}
	contents, ok := e.req.Importer.known(m[1])
	if !ok {
		return ast.LocationRange{}, "", false
	}
	number := func(s ...string) int {
		for _, s := range s {
			if n, err := strconv.Atoi(s); err == nil {
				return n
			}
		}
		return 0
	}
	l := ast.LocationRange{FileName: m[1], File: &ast.Source{Lines: strings.SplitAfter(string(contents), "\n")}}
	l.Begin = ast.Location{Line: number(m[2], m[5]), Column: number(m[3], m[6])}
	l.End = ast.Location{Line: number(m[7], m[2]), Column: number(m[4], m[8], m[3])}
	return l, m[9], true
}

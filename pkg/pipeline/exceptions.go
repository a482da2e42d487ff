package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/project"
)

// severity returns the severities by code that are the same everywhere: those
// of the project, without the codes that some fragment speaks about.
func (p *Pass) severity() map[string]string {
	severity := maps.Clone(p.Project.Severity)
	for _, f := range p.Project.Fragments {
		for code := range f.Severity {
			delete(severity, code)
		}
	}
	return severity
}

// optIn returns the codes that the project or one of its fragments switches on.
func (p *Pass) optIn() map[string]bool {
	out := map[string]bool{}
	for code, severity := range p.Project.Severity {
		out[code] = out[code] || severity != off
	}
	for _, f := range p.Project.Fragments {
		for code, severity := range f.Severity {
			out[code] = out[code] || severity != off
		}
	}
	return out
}

const off = "off"

// settle gives findings the severities that the project and its fragments
// want; of fragments, the nearest one's. What is found on request is dropped
// where nobody requests it.
func (p *Pass) settle(diags diag.List) diag.List {
	everywhere, onRequest := p.severity(), map[string]bool{}
	for _, c := range lint.Checks() {
		onRequest[c.Code] = c.OptIn
	}
	return lint.ApplyBy(diags, func(d diag.Diagnostic) string {
		if wanted, ok := everywhere[d.Code]; ok || len(p.Project.Fragments) == 0 {
			return wanted
		}
		wanted := p.Project.Severity[d.Code]
		for _, f := range p.Project.FragmentsOf(p.sourceOf(d)) {
			if s, ok := f.Severity[d.Code]; ok {
				wanted = s
			}
		}
		if wanted == "" && onRequest[d.Code] {
			return off
		}
		return wanted
	})
}

// object returns what a finding is about.
func (p *Pass) object(d diag.Diagnostic) (bundle.Object, bool) {
	if d.Object == "" {
		return bundle.Object{}, false
	}
	ref, err := bundle.ParseRef(d.Object)
	if err != nil {
		return bundle.Object{}, false
	}
	for _, out := range p.Outputs {
		if d.Env == "" || d.Env == out.Env.Name {
			if o, ok := out.Bundle.Get(ref); ok {
				return o, true
			}
		}
	}
	return bundle.Object{}, false
}

// sourceOf returns the source of a finding's object or, if it is about none,
// the file that it is in.
func (p *Pass) sourceOf(d diag.Diagnostic) string {
	if o, ok := p.object(d); ok && o.Entry != "" {
		return o.Entry
	}
	return d.Span.File
}

// subject says what a finding is about, for exceptions.
func (p *Pass) subject(d diag.Diagnostic) lint.Subject {
	s := lint.Subject{Source: p.sourceOf(d)}
	o, ok := p.object(d)
	if !ok || o.Ref.Kind.IsRaw() {
		return s
	}
	v, err := o.Value()
	if err != nil {
		return s
	}
	s.Rule = nameAt(o.Ref.Kind, v, d.Pointer)
	return s
}

// nameAt returns the name of the rule, or the title of the innermost panel,
// that a pointer leads into.
func nameAt(kind bundle.Kind, v bundle.Value, pointer string) string {
	tokens := strings.Split(pointer, "/")
	name := ""
	for i := 1; i+1 < len(tokens); i += 2 {
		part, ok := v.Lookup(strings.Join(tokens[:i+2], "/"))
		switch {
		case !ok:
			return name
		case kind == bundle.Rules && tokens[i] == "rules":
			return part.Str("alert") + part.Str("record")
		case kind == bundle.Dashboard && tokens[i] == "panels":
			name = part.Str("title")
		case kind == bundle.Dashboard && tokens[i] == "rows": // which old dashboards keep their panels in
		default:
			return name
		}
	}
	return name
}

// except takes away the findings that the project has excepted.
func (p *Pass) except() {
	if p.Project == nil {
		return
	}
	complete, exceptions := p.Complete(), p.exceptions()
	p.Diags = lint.Except(p.Diags, exceptions, lint.ExceptOptions{Now: p.opts.Now, Subject: p.subject, Complete: complete})
}

// Complete reports whether all environments were judged, and nothing was found
// that had to be mended before, so that there is no finding beside those made.
func (p *Pass) Complete() bool {
	return p.Project != nil && len(p.envs) == len(p.Project.Environments) &&
		!slices.ContainsFunc(p.Diags, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && !lint.Exceptable(d) })
}

// exceptions gathers all of them: of the project file, of its fragments, of
// hidden fields and of comments. What is wrong with one is reported.
func (p *Pass) exceptions() []lint.Exception {
	var out []lint.Exception
	add := func(e project.Exception, span diag.Span, source func(string) bool) {
		one := lint.Exception{
			Codes: []string{e.Code}, Source: source, Reason: e.Reason, Expires: e.Expires, Span: span, Pointer: e.Pointer,
		}
		if e.Object.IsSet() {
			one.Object = e.Object.Matches
		}
		if e.Rule.IsSet() {
			one.Rule = e.Rule.Matches
		}
		if p.checkCode(e.Code, span, e.Pointer+"/code") {
			out = append(out, one)
		}
	}
	for _, e := range p.Project.Exceptions {
		add(e, p.Project.At(e.Pointer+"/code"), nil)
	}
	for i := range p.Project.Fragments {
		f := &p.Project.Fragments[i]
		for _, e := range f.Exceptions {
			add(e, f.At(e.Pointer+"/code"), f.Covers)
		}
	}
	return append(append(out, p.ignored()...), p.commented()...)
}

func (p *Pass) checkCode(code string, span diag.Span, pointer string) bool {
	problem, hint := lint.CheckException(code)
	if problem == "" {
		return true
	}
	d := p.Diags.Errorf("exception/code", span, "%s", problem)
	d.Pointer, d.Hint = pointer, hint
	return false
}

// ignored returns what rules ask for in hidden fields. One that is rendered for
// several environments is one exception.
func (p *Pass) ignored() []lint.Exception {
	type key struct {
		span diag.Span
		code string
	}
	index := map[key]int{}
	var out []lint.Exception
	for _, o := range p.Outputs {
		for _, ig := range o.Ignored {
			part := lint.Part{Env: o.Env.Name, Object: ig.Object, Pointer: ig.Pointer}
			k := key{ig.Span, ig.Code}
			i, known := index[k]
			switch {
			case known && i >= 0:
				out[i].Parts = append(out[i].Parts, part)
			case known:
			case !p.checkCode(ig.Code, ig.Span, ig.Pointer):
				index[k] = -1
			default:
				index[k] = len(out)
				out = append(out, lint.Exception{
					Codes: []string{ig.Code}, Parts: []lint.Part{part}, Reason: ig.Reason, Expires: ig.Expires, Span: ig.Span,
				})
			}
		}
	}
	return out
}

package routing

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	htmltemplate "html/template"

	"github.com/prometheus/alertmanager/template"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

const codeTemplate = "alertmanager/template"

// templateSet is what notifications can use: Alertmanager's default templates
// and those of the bundle that parse.
type templateSet struct {
	text *texttemplate.Template
	// complete is false if a file did not parse: then names are missing that
	// would be there, and nothing is said about missing names.
	complete bool
	// elsewhere says that the configuration names files that are not in the
	// bundle: missing are the names that those may define.
	elsewhere bool
	missing   map[string]bool
}

// Templates are Alertmanager's default templates together with those of a
// bundle, once for text and once for HTML.
type Templates struct {
	*template.Template
	Text *texttemplate.Template
	HTML *htmltemplate.Template
}

// ParseTemplates reads template files in their order. As with Alertmanager, a
// file is itself a template by its base name, besides those that it defines.
// Files that do not parse are reported and left out.
func ParseTemplates(files []bundle.Object) (Templates, diag.List) {
	var (
		set   Templates
		diags diag.List
		err   error
	)
	// What is added to the two sets later is found like what upstream read.
	set.Template, err = template.FromGlobs(nil, func(text *texttemplate.Template, html *htmltemplate.Template) {
		set.Text, set.HTML = text, html
	})
	if err != nil {
		// The embedded default templates parse, or upstream is broken.
		panic(fmt.Sprintf("routing: default templates: %v", err))
	}
	for _, f := range files {
		name, body := path.Base(f.Ref.Name), string(f.Body.Bytes())
		_, err := set.Text.New(name).Parse(body)
		if err == nil {
			_, err = set.HTML.New(name).Parse(body)
		}
		if err != nil {
			templateFile(&diags, f, err)
		}
	}
	return set, diags
}

// parseTemplates reads the template files in the order of their names.
func parseTemplates(diags *diag.List, files []bundle.Object, elsewhere bool) templateSet {
	parsed, broken := ParseTemplates(files)
	*diags = append(*diags, broken...)
	set := templateSet{text: parsed.Text, complete: len(broken) == 0, elsewhere: elsewhere, missing: map[string]bool{}}
	for _, f := range files {
		if set.complete {
			set.fileReferences(diags, f)
		}
	}
	return set
}

var templateError = regexp.MustCompile(`(?s)^(?:html/)?template: ?(?:[^:]*):(\d+)(?::\d+)?: (.*)$`)

// templateFile reports a file that does not parse, at its line where the file
// is shipped as it stands.
func templateFile(diags *diag.List, f bundle.Object, err error) {
	line, message := splitTemplateError(err)
	d := verdict.Errorf(diags, f, codeTemplate, "", "%s", message)
	if d.Span.Start.Line == 0 {
		d.Span.Start.Line = line
	}
	d.Hint = templateHint(message)
}

func splitTemplateError(err error) (line int, message string) {
	message = err.Error()
	if m := templateError.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	return line, "template: " + message
}

var unknownFunction = regexp.MustCompile(`function "([^"]*)" not defined`)

func templateHint(message string) string {
	if m := unknownFunction.FindStringSubmatch(message); m != nil {
		known := append(slices.Sorted(maps.Keys(template.DefaultFuncs)),
			"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
			"print", "printf", "println", "slice", "urlquery")
		return diag.DidYouMean(m[1], known)
	}
	if strings.Contains(message, "unclosed action") || strings.Contains(message, "unterminated") {
		return `close the action with "}}"`
	}
	return ""
}

// inlineTemplates judges the templates in receivers, which
// Alertmanager only reads when it notifies. Nothing is said where the loader
// refused the very same value.
func inlineTemplates(diags *diag.List, o bundle.Object, v bundle.Value, set templateSet, told map[string]bool) {
	receivers, _ := v.Get("receivers")
	receivers.Walk(func(pointer string, e bundle.Value) bool {
		if strings.HasSuffix(pointer, "/http_config") {
			return false
		}
		if e.Kind == bundle.String && strings.Contains(e.Text, "{{") {
			if at := "/receivers" + pointer; !told[at] {
				set.inline(diags, o, at, e.Text)
			}
		}
		return true
	})
}

func (s templateSet) inline(diags *diag.List, o bundle.Object, pointer, text string) {
	t, err := s.text.Clone()
	if err == nil {
		t, err = t.New("").Parse(text)
	}
	if err != nil {
		_, message := splitTemplateError(err)
		verdict.Errorf(diags, o, codeTemplate, pointer, "%s", message).Hint = templateHint(message)
		return
	}
	if !s.complete {
		return
	}
	for _, name := range calls(t.Tree) {
		if t.Lookup(name) == nil {
			s.undefined(diags, o, pointer, name)
		}
	}
}

func (s templateSet) undefined(diags *diag.List, o bundle.Object, pointer, name string) {
	if s.elsewhere {
		s.missing[name] = true
		return
	}
	d := verdict.Errorf(diags, o, codeTemplate, pointer, "template %q is not defined, so the notification would fail", name)
	d.Severity = diag.Warning
	var defined []string
	for _, t := range s.text.Templates() {
		defined = append(defined, t.Name())
	}
	slices.Sort(defined)
	d.Hint = diag.DidYouMean(name, defined)
}

// unseen returns the index of the first pattern of the configuration's field
// templates that no file of the bundle is meant by; -1 if there is none.
func unseen(v bundle.Value, files []bundle.Object) int {
	return slices.IndexFunc(v.Array("templates"), func(pattern bundle.Value) bool {
		return !slices.ContainsFunc(files, func(f bundle.Object) bool {
			is, err := path.Match(path.Base(pattern.Text), path.Base(f.Ref.Name))
			return is || err != nil
		})
	})
}

// reportUnseen says once what files that are not in the bundle would have to
// define.
func (s templateSet) reportUnseen(diags *diag.List, o bundle.Object, v bundle.Value, index int) {
	if len(s.missing) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(s.missing))
	file := v.Array("templates")[index].Text
	d := verdict.Errorf(diags, o, codeTemplate, "/templates/"+strconv.Itoa(index),
		"%q is not among the files here, so it is not known whether these templates are defined: %s", file, strings.Join(names, ", "))
	d.Severity = diag.Info
	d.Hint = "the templates of a project lie in alertmanager/templates/, or where sources: templates in monctl.cue says"
}

// fileReferences finds calls of undefined templates between template files.
func (s templateSet) fileReferences(diags *diag.List, f bundle.Object) {
	trees, err := parse.Parse(f.Ref.Name, string(f.Body.Bytes()), "", "", template.DefaultFuncs, builtins())
	if err != nil {
		return // cannot be: it parsed before
	}
	for _, name := range slices.Sorted(maps.Keys(trees)) {
		for _, called := range calls(trees[name]) {
			if s.text.Lookup(called) == nil {
				s.undefined(diags, f, "", called)
			}
		}
	}
}

// builtins stand for text/template's own functions, which package parse does
// not know.
func builtins() map[string]any {
	out := map[string]any{}
	for _, name := range []string{
		"and", "break", "call", "continue", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
		"print", "printf", "println", "slice", "urlquery",
	} {
		out[name] = func() string { return "" }
	}
	return out
}

// calls returns the names of the templates that a template calls, sorted.
func calls(tree *parse.Tree) []string {
	if tree == nil || tree.Root == nil {
		return nil
	}
	found := map[string]bool{}
	var walk func(parse.Node)
	walkBranch := func(b *parse.BranchNode) {
		walk(b.List)
		if b.ElseList != nil {
			walk(b.ElseList)
		}
	}
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ListNode:
			if n == nil {
				return
			}
			for _, c := range n.Nodes {
				walk(c)
			}
		case *parse.IfNode:
			walkBranch(&n.BranchNode)
		case *parse.RangeNode:
			walkBranch(&n.BranchNode)
		case *parse.WithNode:
			walkBranch(&n.BranchNode)
		case *parse.TemplateNode:
			found[n.Name] = true
		}
	}
	walk(tree.Root)
	return slices.Sorted(maps.Keys(found))
}

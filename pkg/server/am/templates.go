package am

import (
	tmplhtml "html/template"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	tmpltext "text/template"
	"text/template/parse"

	"github.com/prometheus/alertmanager/template"

	"github.com/monctl/monctl/pkg/diag"
)

const (
	codeTemplate = "alertmanager/template"
	templateDir  = "templates"
)

// templates are the parsed template files of a configuration.
type templates struct {
	*template.Template
	text    *tmpltext.Template
	checked map[string]verdict // By inline text: most are defaults, and the same.
}

// verdict is what is wrong with a text, if anything.
type verdict struct{ problem, hint string }

// loadTemplates parses upstream's default templates and the given files that
// match one of the patterns, in the order in which upstream reads them from
// disk: pattern by pattern, each in the order of names.
func loadTemplates(patterns []string, files map[string][]byte) (*templates, diag.List, error) {
	var (
		list diag.List
		text *tmpltext.Template
		html *tmplhtml.Template
	)
	// FromGlobs hands out its two sets to options; what is added to them
	// later is found like what it read itself.
	t, err := template.FromGlobs(nil, func(tt *tmpltext.Template, th *tmplhtml.Template) { text, html = tt, th })
	if err != nil {
		return nil, nil, err
	}
	for _, name := range matching(patterns, files, &list) {
		content := string(files[name])
		base := path.Base(name)
		// As ParseGlob does: a file is a template by its base name, besides
		// those that it defines.
		if _, err := text.New(base).Parse(content); err != nil {
			templateError(&list, name, err)
			continue
		}
		if _, err := html.New(base).Parse(content); err != nil {
			templateError(&list, name, err)
		}
	}
	return &templates{Template: t, text: text, checked: map[string]verdict{}}, list, nil
}

// matching returns the names of the files to read.
func matching(patterns []string, files map[string][]byte, list *diag.List) []string {
	var out []string
	for _, pattern := range patterns {
		n := len(out)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if ok, err := path.Match(path.Clean(pattern), inTemplateDir(name)); err == nil && ok {
				out = append(out, name)
			}
		}
		if len(out) == n {
			d := list.Warnf(codeTemplate, diag.Span{}, "the pattern %q of templates matches no template of the bundle", pattern)
			d.Object = "alertmanager"
			d.Hint = "templates are read from the bundle, relative to alertmanager.yml: templates/*.tmpl"
		}
	}
	return out
}

func inTemplateDir(name string) string {
	if strings.HasPrefix(name, templateDir+"/") {
		return name
	}
	return templateDir + "/" + name
}

// textPosition finds the place in an error of text/template and html/template:
// "template: slack.tmpl:3: unexpected …", the column is not always there.
var textPosition = regexp.MustCompile(`^(?:html/)?template: ?[^:]*:(\d+)(?::(\d+))?: (.*)$`)

func templateError(list *diag.List, name string, err error) {
	span, message := diag.Span{File: inTemplateDir(name)}, err.Error()
	if m := textPosition.FindStringSubmatch(message); m != nil {
		span.Start.Line, _ = strconv.Atoi(m[1])
		message = m[3]
	}
	d := list.Errorf(codeTemplate, span, "%s", message)
	d.Object = "template/" + path.Base(name)
}

// checkInline parses a template that stands in the configuration, and looks
// whether the templates exist that it calls by name. Upstream does neither
// before it notifies. The error has no position.
func (t *templates) checkInline(text string) verdict {
	if !strings.Contains(text, "{{") {
		return verdict{}
	}
	v, ok := t.checked[text]
	if !ok {
		v = t.parseInline(text)
		t.checked[text] = v
	}
	return v
}

func (t *templates) parseInline(text string) verdict {
	set, err := t.text.Clone()
	if err != nil {
		return verdict{problem: err.Error()}
	}
	parsed, err := set.New("").Parse(text)
	if err != nil {
		message := err.Error()
		if m := textPosition.FindStringSubmatch(message); m != nil {
			message = m[3]
		}
		return verdict{problem: message}
	}
	if parsed.Tree == nil {
		return verdict{}
	}
	var defined []string
	for _, d := range parsed.Templates() {
		if d.Name() != "" {
			defined = append(defined, d.Name())
		}
	}
	slices.Sort(defined)
	for _, name := range called(parsed.Root) {
		if !slices.Contains(defined, name) {
			return verdict{"template " + strconv.Quote(name) + " is not defined", diag.DidYouMean(name, defined)}
		}
	}
	return verdict{}
}

// called lists the templates that a node calls by name.
func called(node parse.Node) []string {
	var out []string
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, n := range l.Nodes {
				out = append(out, called(n)...)
			}
		}
	}
	switch n := node.(type) {
	case *parse.TemplateNode:
		out = append(out, n.Name)
	case *parse.ListNode:
		list(n)
	case *parse.IfNode:
		list(n.List)
		list(n.ElseList)
	case *parse.RangeNode:
		list(n.List)
		list(n.ElseList)
	case *parse.WithNode:
		list(n.List)
		list(n.ElseList)
	}
	return out
}

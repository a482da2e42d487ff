package lint

import (
	"slices"
	"strings"
	"text/template/parse"
)

// templateText is what a label or an annotation's template refers to.
type templateText struct {
	// labels are the labels of the result that are named, each once.
	labels []string
	// raw says that the value stands in the text as it is; value, that it
	// stands there in any form.
	raw, value bool
	// queries are the expressions of query "…".
	queries []string
}

// prologue is what Prometheus puts in front of every template of a rule.
const prologue = `{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}`

// thing is what a variable, or the dot, stands for.
type thing uint8

const (
	something thing = iota
	// data is what Prometheus gives a template: .Labels and .Value.
	data
	labelSet
	value
)

// reader reads a template. Variables are known by their names alone: two of
// one name are seldom different things.
type reader struct {
	*templateText
	variables map[string]thing
}

// template reads a template once. One that does not parse refers to nothing.
func (v *view) template(text string) *templateText {
	if t, ok := v.templates[text]; ok {
		return t
	}
	t := &templateText{}
	v.templates[text] = t
	if !strings.Contains(text, "{{") {
		return t
	}
	tree := parse.New("rule")
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(prologue+text, "", "", map[string]*parse.Tree{}); err != nil {
		return t
	}
	r := reader{t, map[string]thing{"$": data}}
	r.list(tree.Root, data)
	return t
}

// list walks a list of nodes. The dot is the element within a range or a with.
func (r reader) list(list *parse.ListNode, dot thing) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			r.pipe(n.Pipe, dot, len(n.Pipe.Decl) == 0)
		case *parse.IfNode:
			r.branch(&n.BranchNode, dot, dot)
		case *parse.RangeNode:
			r.branch(&n.BranchNode, dot, something)
		case *parse.WithNode:
			r.branch(&n.BranchNode, dot, r.result(n.Pipe, dot))
		case *parse.TemplateNode:
			if n.Pipe != nil {
				r.pipe(n.Pipe, dot, false)
			}
		}
	}
}

func (r reader) branch(n *parse.BranchNode, dot, inner thing) {
	r.pipe(n.Pipe, dot, false)
	r.list(n.List, inner)
	r.list(n.ElseList, dot)
}

// result is what a pipeline yields, if it only names something.
func (r reader) result(p *parse.PipeNode, dot thing) thing {
	if len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return something
	}
	return r.thing(p.Cmds[0].Args[0], dot)
}

// pipe reads a pipeline; printed says that its result becomes text.
func (r reader) pipe(p *parse.PipeNode, dot thing, printed bool) {
	for _, c := range p.Cmds {
		if name, ok := c.Args[0].(*parse.IdentifierNode); ok && len(c.Args) > 1 {
			r.function(name.Ident, c.Args[1:], dot)
		}
		for _, arg := range c.Args {
			if inner, ok := arg.(*parse.PipeNode); ok {
				r.pipe(inner, dot, printed)
			}
			r.named(arg, dot)
			if printed && r.thing(arg, dot) == value {
				r.templateText.value = true
				r.raw = r.raw || len(p.Cmds) == 1 && len(c.Args) == 1
			}
		}
	}
	if len(p.Decl) == 1 {
		r.variables[p.Decl[0].Ident[0]] = r.result(p, dot)
	}
}

// function reads the calls that name a label or hold an expression.
func (r reader) function(name string, args []parse.Node, dot thing) {
	switch name {
	case "index":
		if len(args) > 1 && r.thing(args[0], dot) == labelSet {
			if s, ok := args[1].(*parse.StringNode); ok {
				r.label(s.Text)
			}
		}
	case "query":
		if s, ok := args[0].(*parse.StringNode); ok {
			r.queries = append(r.queries, s.Text)
		}
	}
}

// path takes a node apart that names something: what it begins with, and the
// fields behind it.
func (r reader) path(n parse.Node, dot thing) (from thing, fields []string) {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		return dot, n.Ident
	case *parse.VariableNode:
		return r.variables[n.Ident[0]], n.Ident[1:]
	}
	return something, nil
}

// thing is what a node names.
func (r reader) thing(n parse.Node, dot thing) thing {
	from, fields := r.path(n, dot)
	switch {
	case len(fields) == 0:
		return from
	case from == data && len(fields) == 1 && fields[0] == "Labels":
		return labelSet
	case from == data && len(fields) == 1 && fields[0] == "Value":
		return value
	}
	return something
}

// named notes the label that a node names, if it does.
func (r reader) named(n parse.Node, dot thing) {
	from, fields := r.path(n, dot)
	if from == data && len(fields) == 2 && fields[0] == "Labels" {
		from, fields = labelSet, fields[1:]
	}
	if from == labelSet && len(fields) == 1 {
		r.label(fields[0])
	}
}

func (t *templateText) label(name string) {
	if !slices.Contains(t.labels, name) {
		t.labels = append(t.labels, name)
	}
}

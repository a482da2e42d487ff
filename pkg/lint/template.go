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
	t.list(tree.Root, true)
	return t
}

// list walks a list of nodes. Root says that the dot is the rule's own data
// and not the element of a range or a with.
func (t *templateText) list(list *parse.ListNode, root bool) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			t.pipe(n.Pipe, root, len(n.Pipe.Decl) == 0)
		case *parse.IfNode:
			t.branch(&n.BranchNode, root, root)
		case *parse.RangeNode:
			t.branch(&n.BranchNode, root, false)
		case *parse.WithNode:
			t.branch(&n.BranchNode, root, false)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				t.pipe(n.Pipe, root, false)
			}
		}
	}
}

func (t *templateText) branch(n *parse.BranchNode, root, inner bool) {
	t.pipe(n.Pipe, root, false)
	t.list(n.List, inner)
	t.list(n.ElseList, root)
}

// pipe reads a pipeline; printed says that its result becomes text.
func (t *templateText) pipe(p *parse.PipeNode, root, printed bool) {
	for _, c := range p.Cmds {
		if name, ok := c.Args[0].(*parse.IdentifierNode); ok && len(c.Args) > 1 {
			t.function(name.Ident, c.Args[1:])
		}
		for _, arg := range c.Args {
			t.argument(arg, root, printed)
			if printed && isValue(arg, root) {
				t.value = true
				t.raw = t.raw || len(p.Cmds) == 1 && len(c.Args) == 1
			}
		}
	}
}

// function reads the calls that name a label or hold an expression.
func (t *templateText) function(name string, args []parse.Node) {
	switch name {
	case "index":
		v, ok := args[0].(*parse.VariableNode)
		if ok && len(v.Ident) == 1 && v.Ident[0] == "$labels" && len(args) > 1 {
			if s, ok := args[1].(*parse.StringNode); ok {
				t.label(s.Text)
			}
		}
	case "query":
		if s, ok := args[0].(*parse.StringNode); ok {
			t.queries = append(t.queries, s.Text)
		}
	}
}

func (t *templateText) argument(n parse.Node, root, printed bool) {
	switch n := n.(type) {
	case *parse.PipeNode:
		t.pipe(n, root, printed)
	case *parse.VariableNode:
		switch {
		case len(n.Ident) == 2 && n.Ident[0] == "$labels":
			t.label(n.Ident[1])
		case len(n.Ident) == 3 && n.Ident[0] == "$" && n.Ident[1] == "Labels":
			t.label(n.Ident[2])
		}
	case *parse.FieldNode:
		if root && len(n.Ident) == 2 && n.Ident[0] == "Labels" {
			t.label(n.Ident[1])
		}
	}
}

func (t *templateText) label(name string) {
	if !slices.Contains(t.labels, name) {
		t.labels = append(t.labels, name)
	}
}

func isValue(n parse.Node, root bool) bool {
	switch n := n.(type) {
	case *parse.VariableNode:
		return len(n.Ident) == 1 && n.Ident[0] == "$value" || len(n.Ident) == 2 && n.Ident[0] == "$" && n.Ident[1] == "Value"
	case *parse.FieldNode:
		return root && len(n.Ident) == 1 && n.Ident[0] == "Value"
	}
	return false
}

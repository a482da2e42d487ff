package routing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"time"

	htmltemplate "html/template"

	"github.com/prometheus/alertmanager/template"

	"github.com/monctl/monctl/pkg/bundle"
)

// Text is one template in a receiver.
type Text struct {
	// Receiver is the name of the receiver, Pointer the place of the text in
	// the configuration.
	Receiver, Pointer string
	// Fields are the labels and annotations that the text names, by way of the
	// bundle's template files too, in the order of their names.
	Fields []Field
	// Err says which field does not exist, so that every notification fails.
	Err string

	// run is nil where the labels of routes, which hold templates themselves,
	// have a part in it.
	run *texttemplate.Template
}

// Field is a label or an annotation that a template names.
type Field struct {
	// Of is the data that it is taken from: "GroupLabels", "CommonLabels",
	// "CommonAnnotations", "Labels" or "Annotations".
	Of, Name string
	// Asked says that some if or with asks whether it is there.
	Asked bool
}

// Texts returns the templates of receivers with what they name. Templates that
// do not parse are left out, as is everything where a template file does not:
// Judge says why.
func Texts(config bundle.Value, files []bundle.Object) []Text {
	var set *texttemplate.Template
	upstream, err := template.FromGlobs(nil, func(text *texttemplate.Template, _ *htmltemplate.Template) { set = text })
	if err != nil {
		return nil
	}
	builtin := map[string]bool{}
	for _, t := range set.Templates() {
		builtin[t.Name()] = true
	}
	for _, f := range files {
		if upstream.Parse(bytes.NewReader(f.Body.Bytes())) != nil {
			return nil
		}
		// What a file defines is the project's own, a default's name or not.
		trees, err := parse.Parse(f.Ref.Name, string(f.Body.Bytes()), "", "", template.DefaultFuncs, builtins())
		if err != nil {
			return nil
		}
		for name := range trees {
			delete(builtin, name)
		}
	}
	var out []Text
	for i, receiver := range config.Array("receivers") {
		receiver.Walk(func(pointer string, e bundle.Value) bool {
			if strings.HasSuffix(pointer, "/http_config") {
				return false
			}
			if e.Kind == bundle.String && strings.Contains(e.Text, "{{") {
				if text, ok := readText(set, builtin, e.Text); ok {
					text.Receiver, text.Pointer = receiver.Str("name"), fmt.Sprintf("/receivers/%d%s", i, pointer)
					out = append(out, text)
				}
			}
			return true
		})
	}
	return out
}

func readText(set *texttemplate.Template, builtin map[string]bool, source string) (Text, bool) {
	t, err := set.Clone()
	if err == nil {
		t, err = t.New("").Parse(source)
	}
	if err != nil {
		return Text{}, false
	}
	r := fieldReader{set: t, builtin: builtin, fields: map[string]Field{}, seen: map[string]bool{}}
	r.tree(t.Tree)
	var out Text
	for _, key := range slices.Sorted(maps.Keys(r.fields)) {
		out.Fields = append(out.Fields, r.fields[key])
	}
	out.Err = missingField(t)
	if !r.routeLabels {
		out.run = t
	}
	return out, true
}

var noField = regexp.MustCompile(`can't evaluate field (\w+) in type \*?(?:\w+\.)?(\w+)`)

// missingField runs a template over a firing and over a resolved alert and
// returns what it says if it names a field that the data does not have.
func missingField(t *texttemplate.Template) string {
	for _, status := range []string{"firing", "resolved"} {
		labels := template.KV{"alertname": "Example", "severity": "critical"}
		annotations := template.KV{"summary": "Example"}
		data := &template.Data{
			Receiver: "receiver", Status: status, ExternalURL: "http://localhost", GroupLabels: labels, CommonLabels: labels,
			CommonAnnotations: annotations, RouteLabels: template.KV{},
			Alerts: template.Alerts{{Status: status, Labels: labels, Annotations: annotations, StartsAt: time.Unix(0, 0), EndsAt: time.Unix(60, 0)}},
		}
		var failed texttemplate.ExecError
		if err := t.Execute(io.Discard, data); errors.As(err, &failed) {
			if m := noField.FindStringSubmatch(err.Error()); m != nil {
				return fmt.Sprintf("%s has no field %s", m[2], m[1])
			}
		}
	}
	return ""
}

// fieldReader collects what a template and those that it calls name.
type fieldReader struct {
	set     *texttemplate.Template
	builtin map[string]bool
	fields  map[string]Field
	seen    map[string]bool
	// routeLabels says that the labels of routes are asked for.
	routeLabels bool
}

func (r *fieldReader) tree(t *parse.Tree) {
	if t != nil && t.Root != nil {
		r.node(t.Root, false)
	}
}

func (r *fieldReader) node(n parse.Node, asked bool) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				r.node(c, false)
			}
		}
	case *parse.IfNode:
		r.branch(&n.BranchNode, true)
	case *parse.WithNode:
		r.branch(&n.BranchNode, true)
	case *parse.RangeNode:
		r.branch(&n.BranchNode, false)
	case *parse.ActionNode:
		r.node(n.Pipe, false)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			r.node(n.Pipe, false)
		}
		if called := r.set.Lookup(n.Name); called != nil && !r.builtin[n.Name] && !r.seen[n.Name] {
			r.seen[n.Name] = true
			r.tree(called.Tree)
		}
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			r.command(c, asked)
		}
	case *parse.FieldNode:
		r.chain(n.Ident, asked)
	case *parse.VariableNode:
		r.chain(n.Ident[1:], asked)
	case *parse.ChainNode:
		r.node(n.Node, asked)
		r.chain(n.Field, asked)
	}
}

func (r *fieldReader) branch(n *parse.BranchNode, asked bool) {
	r.node(n.Pipe, asked)
	r.node(n.List, false)
	r.node(n.ElseList, false)
}

func (r *fieldReader) command(c *parse.CommandNode, asked bool) {
	if name, ok := c.Args[0].(*parse.IdentifierNode); ok {
		switch name.Ident {
		case "index":
			r.index(c.Args[1:], asked)
		case "routeLabels":
			r.routeLabels = true
		case "or", "and": // they stand for a question, too
			asked = true
		}
	}
	for _, arg := range c.Args {
		r.node(arg, asked)
	}
}

// index reads index .CommonLabels "name".
func (r *fieldReader) index(args []parse.Node, asked bool) {
	if len(args) < 2 {
		return
	}
	key, ok := args[1].(*parse.StringNode)
	if !ok {
		return
	}
	switch n := args[0].(type) {
	case *parse.FieldNode:
		r.chain(append(slices.Clone(n.Ident), key.Text), asked)
	case *parse.VariableNode:
		r.chain(append(slices.Clone(n.Ident[1:]), key.Text), asked)
	}
}

// chain reads .CommonLabels.name. The names of the data are such that they say
// what they belong to, whatever the dot is.
func (r *fieldReader) chain(ident []string, asked bool) {
	r.routeLabels = r.routeLabels || slices.Contains(ident, "RouteLabels")
	for i := 0; i+1 < len(ident); i++ {
		of, name := ident[i], ident[i+1]
		if !slices.Contains([]string{"GroupLabels", "CommonLabels", "CommonAnnotations", "Labels", "Annotations"}, of) ||
			slices.Contains([]string{"SortedPairs", "Remove", "Names", "Values", "String"}, name) {
			continue
		}
		key := of + "." + name
		f := r.fields[key]
		r.fields[key] = Field{Of: of, Name: name, Asked: f.Asked || asked}
	}
}

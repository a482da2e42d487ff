package convert

import "strings"

// form is what kind of expression an expr is.
type form uint8

const (
	atom   form = iota // on one line: a name, a number, a string
	block              // a text block
	object             // { key: value }
	array              // [value]
	call               // text(argument, …)
	extend             // base { … }: two items
)

// expr is a Jsonnet expression.
type expr struct {
	form form
	// text is an atom's code, a block's content, the function of a call.
	text  string
	items []item
}

// item is a field, an element, an argument, with the notes around it.
type item struct {
	key   string // as it is written, for fields
	value expr
	notes notes
}

// notes are comments, line by line and without their marks.
type notes struct {
	head, foot []string
	line       string
}

func (n notes) empty() bool { return len(n.head) == 0 && len(n.foot) == 0 && n.line == "" }

func name(text string) expr { return expr{form: atom, text: text} }

func calls(function string, args ...expr) expr {
	e := expr{form: call, text: function}
	for _, a := range args {
		e.items = append(e.items, item{value: a})
	}
	return e
}

// with is base with an object of further fields, or base alone if there are none.
func with(base expr, fields []item) expr {
	if len(fields) == 0 {
		return base
	}
	return expr{form: extend, items: []item{{value: base}, {value: expr{form: object, items: fields}}}}
}

// mentions reports whether the expression uses a name.
func (e expr) mentions(name string) bool {
	if (e.form == atom || e.form == call) && (e.text == name || strings.HasPrefix(e.text, name+".") || strings.HasPrefix(e.text, name+" + ")) {
		return true
	}
	for _, i := range e.items {
		if i.value.mentions(name) {
			return true
		}
	}
	return false
}

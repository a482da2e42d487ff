package convert

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// candidate is an expression that might make the value at a pointer. Its notes
// are those that the comments' log has between from and to.
type candidate struct {
	pointer  string
	want     bundle.Value
	expr     expr
	from, to int
}

// offered collects candidates that do not lie within each other.
type offered struct {
	c   *converter
	all []candidate
}

// offer adds a candidate; build reports false if there is none.
func (o *offered) offer(pointer string, v bundle.Value, build func() (expr, bool)) {
	from := o.c.comments.mark()
	e, ok := build()
	to := o.c.comments.mark()
	if !ok {
		o.c.comments.release(from, to)
		return
	}
	o.all = append(o.all, candidate{pointer, v, e, from, to})
}

// settle takes the candidates that make the value that they ought to.
func (o *offered) settle() {
	for _, cand := range o.c.hold(o.all) {
		o.c.comments.release(cand.from, cand.to)
	}
	o.all = nil
}

// hold evaluates candidates together, as long as all of them evaluate, and
// keeps those whose value is right. It returns the others.
func (c *converter) hold(all []candidate) (wrong []candidate) {
	if len(all) == 0 {
		return nil
	}
	e := expr{form: array}
	for _, cand := range all {
		e.items = append(e.items, item{value: cand.expr})
	}
	v, why := c.evaluate(program(nil, c.settings, item{value: e}))
	switch {
	case why == "" && len(v.Elem) == len(all):
		for i, cand := range all {
			if equal(v.Elem[i], cand.want) {
				c.better[cand.pointer] = cand.expr
			} else {
				wrong = append(wrong, cand)
			}
		}
		return wrong
	case len(all) == 1:
		return all
	}
	half := len(all) / 2
	return append(c.hold(all[:half]), c.hold(all[half:])...)
}

// evaluate returns what a program comes to, or why it comes to nothing.
func (c *converter) evaluate(text []byte) (bundle.Value, string) {
	if c.failed != nil {
		return bundle.Value{}, c.failed.Error()
	}
	c.programs++
	file := "<converted " + strconv.Itoa(c.programs) + ">"
	c.importer.Provide(file, text)
	res, diags, err := c.run(jsonnet.Request{File: file, Importer: c.importer, Natives: c.opts.Natives})
	if err != nil {
		c.failed = err
		return bundle.Value{}, err.Error()
	}
	if res == nil || diags.HasErrors() {
		return bundle.Value{}, strings.TrimSpace(diags.String())
	}
	v, err := bundle.DecodeJSON(res.JSON)
	if err != nil {
		c.failed = fmt.Errorf("read what the program evaluates to: %w", err)
	}
	return v, ""
}

// equal compares two values by what they are encoded to.
func equal(a, b bundle.Value) bool {
	_, differ := difference("", a, b)
	return !differ
}

// difference returns where two values differ first.
func difference(pointer string, a, b bundle.Value) (string, bool) {
	if a.Kind != b.Kind || a.Src != b.Src || len(a.Elem) != len(b.Elem) {
		return pointer, true
	}
	switch a.Kind {
	case bundle.Array:
		for i := range a.Elem {
			if at, ok := difference(pointer+"/"+strconv.Itoa(i), a.Elem[i], b.Elem[i]); ok {
				return at, true
			}
		}
		return "", false
	case bundle.Map:
		for i, key := range a.Keys {
			other, ok := b.Get(key)
			at := pointer + "/" + bundle.EscapeToken(key)
			if !ok {
				return at, true
			}
			if at, ok := difference(at, a.Elem[i], other); ok {
				return at, true
			}
		}
		return "", false
	case bundle.Null, bundle.Bool, bundle.Number, bundle.String:
	}
	return pointer, !bytes.Equal(encoded(a), encoded(b))
}

func encoded(v bundle.Value) []byte {
	data, err := bundle.Canonical(v)
	if err != nil {
		return []byte(err.Error()) // not valid UTF-8, which the readers do not let pass
	}
	return data
}

// library adds the setting that imports a file of the library, adjusted by
// fields.
func (c *converter) library(local, file string, fields []item) {
	e := name("import " + quote("monctl/"+file))
	if len(fields) > 0 {
		e = with(name("("+e.text+")"), fields)
	}
	c.settings = slices.Concat([]item{{key: local, value: e}}, c.settings)
}

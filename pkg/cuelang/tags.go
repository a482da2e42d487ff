package cuelang

import (
	"errors"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// setTags unifies the fields of a file that have an attribute @tag(name) with
// the values of those tags, and returns the names of all of them. A field with
// @tag(name,type=int), or number or bool, takes a string as such a value.
func setTags(f *ast.File, tags map[string]string) (declared []string, err error) {
	astutil.Apply(f, nil, func(c astutil.Cursor) bool {
		field, ok := c.Node().(*ast.Field)
		if !ok {
			return true
		}
		for _, a := range field.Attrs {
			name, kind, ok := tagOf(a)
			if !ok {
				continue
			}
			declared = append(declared, name)
			value, ok := tags[name]
			if !ok {
				continue
			}
			expr, parseErr := tagValue(kind, value)
			if parseErr != nil {
				err = cueerrors.Newf(a.Pos(), tagPrefix+"%s wants a value of type %s, not %s", name, kind, value)
				continue
			}
			// The value has no place in a file of the user's; the field has.
			ast.SetPos(expr, token.NoPos)
			field.Value = &ast.BinaryExpr{X: field.Value, OpPos: field.Value.Pos(), Op: token.AND, Y: expr}
		}
		return true
	})
	return declared, err
}

// tagPrefix begins what is said of a tag's value.
const tagPrefix = "the tag "

var errTag = errors.New("another type")

// tagValue makes an expression of a tag's value.
func tagValue(kind, value string) (ast.Expr, error) {
	if kind != "" && kind != "string" {
		value = unquoted(value)
	}
	expr, err := parser.ParseExpr("", value)
	if err != nil {
		return nil, err
	}
	signless := expr
	if u, ok := expr.(*ast.UnaryExpr); ok && (u.Op == token.SUB || u.Op == token.ADD) {
		signless = u.X
	}
	lit, isLit := signless.(*ast.BasicLit)
	is := func(kinds ...token.Token) bool { return isLit && slices.Contains(kinds, lit.Kind) }
	switch {
	case kind == "int" && !is(token.INT), kind == "number" && !is(token.INT, token.FLOAT), kind == "bool" && !is(token.TRUE, token.FALSE):
		return nil, errTag
	}
	return expr, nil
}

// tagOf reads an attribute @tag(name) or @tag(name,type=kind).
func tagOf(a *ast.Attribute) (name, kind string, ok bool) {
	key, body := a.Split()
	if key != "tag" {
		return "", "", false
	}
	parts := strings.Split(body, ",")
	for _, p := range parts[1:] {
		if k, ok := strings.CutPrefix(strings.TrimSpace(p), "type="); ok {
			kind = k
		}
	}
	name = strings.TrimSpace(parts[0])
	return name, kind, name != ""
}

// unquoted is the text of a string literal, or any other value as it is.
func unquoted(value string) string {
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}

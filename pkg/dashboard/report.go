package dashboard

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// part is what was decoded on its own.
type part struct {
	kind      partKind
	pointer   string
	value     bundle.Value
	panelType string
	// fields are those of the part itself, for suggestions; a panel's depend
	// on its type.
	fields []string
}

// report sorts the decoder's answers about a part into findings.
func (j *judge) report(p part, found []problem) {
	for _, f := range found {
		switch {
		case f.unknown != "":
			j.unknownField(p, f)
		case f.found != "":
			j.wrongType(p, f)
		case f.variant != "":
			// The data source's plugin may be newer than the types.
			verdict.Errorf(&j.diags, j.object, codeType, p.pointer+p.existing(f.path), "Grafana's types know no %s here", f.variant).Severity = diag.Warning
		default:
			verdict.Errorf(&j.diags, j.object, codeType, p.pointer+p.existing(f.path), "%s", strings.TrimPrefix(f.err.Error(), "json: "))
		}
	}
}

func (j *judge) unknownField(p part, f problem) {
	if harmless(p.kind, p.panelType, f.path, f.unknown) {
		return
	}
	fields := p.fields
	if p.kind == panelPart {
		fields = panelFieldsAt(p.panelType, p.queryType(f.path), f.path)
	}
	at := p.pointer + p.existing(f.path) + "/" + bundle.EscapeToken(f.unknown)
	d := verdict.Errorf(&j.diags, j.object, codeUnknown, at, "unknown field %q, which Grafana ignores", f.unknown)
	d.Severity = diag.Info
	if d.Hint = diag.DidYouMean(f.unknown, fields); d.Hint != "" {
		d.Severity = diag.Warning
	}
}

// queryType returns the data source type of the query that a path leads into.
func (p part) queryType(path string) string {
	tokens := strings.Split(path, "/")
	if len(tokens) > 2 && tokens[1] == "targets" {
		if query, ok := p.value.Lookup("/targets/" + tokens[2]); ok {
			if ds := readDatasource(query); ds.Type != "" {
				return ds.Type
			}
		}
	}
	return readDatasource(p.value).Type
}

// existing cuts a path where it leaves the value: the decoder adds the names
// of Go types for alternatives.
func (p part) existing(path string) string {
	for path != "" {
		if _, ok := p.value.Lookup(path); ok {
			return path
		}
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	return ""
}

var structField = regexp.MustCompile(`Go struct field \S*?\.?(\w+) of type`)

func (j *judge) wrongType(p part, f problem) {
	at := p.existing(f.path)
	at = p.refine(at, f)
	value, _ := p.value.Lookup(at)
	if tolerated(p, at, value, f) {
		return
	}
	d := verdict.Errorf(&j.diags, j.object, codeType, p.pointer+at, "found %s, want %s", describe(value, f.found), wanted(f.want))
	if coerced(value, f) {
		d.Severity = diag.Warning
	}
}

// refine follows the name of the field that encoding/json knows, where the
// SDK's path ends above it and only one field of that name has the type.
func (p part) refine(at string, f problem) string {
	m := structField.FindStringSubmatch(f.err.Error())
	part, ok := p.value.Lookup(at)
	if !ok {
		return at
	}
	var candidates []string
	part.Walk(func(pointer string, v bundle.Value) bool {
		named := m == nil || strings.HasSuffix(pointer, "/"+m[1])
		if named && v.Kind.String() == jsonKind(f.found) && (m != nil || pointer == "") {
			candidates = append(candidates, pointer)
		}
		return true
	})
	if len(candidates) == 1 {
		return at + candidates[0]
	}
	return at
}

// tolerated are types that Grafana takes and the SDK does not.
func tolerated(p part, at string, value bundle.Value, f problem) bool {
	switch {
	case value.Kind == bundle.Number && strings.HasPrefix(strings.TrimPrefix(f.want, "u"), "int") && !strings.HasPrefix(value.Text, "-"):
		// Such as an opacity of 0.4. Panels that do not stand on a line of the
		// grid are drawn where they say.
		return p.kind == panelPart && (strings.HasPrefix(at, "/options/") || strings.HasPrefix(at, "/gridPos/"))
	case p.kind == panelPart && legacyPanelTypes[p.panelType]:
		return !strings.HasPrefix(at, "/gridPos") && !strings.HasPrefix(at, "/targets")
	}
	return false
}

// coerced reports whether JavaScript makes what is wanted of the scalar that
// was found without a difference that anyone sees. False or an empty
// text in the place of an object or of a number is as good as none.
func coerced(value bundle.Value, f problem) bool {
	switch {
	case value.Kind == bundle.Number && f.want == "string":
		return true
	case value.Kind == bundle.Bool && value.Text == "false", value.Kind == bundle.String && value.Text == "":
		return wanted(f.want) == "an object" || wanted(f.want) == "a number"
	case value.Kind == bundle.String && strings.Contains(f.want, "float"):
		_, err := strconv.ParseFloat(value.Text, 64)
		return err == nil
	case value.Kind == bundle.String && f.want == "bool":
		// Any text is true, and those that say no would not be.
		return !slices.Contains([]string{"", "false", "off", "no", "0"}, strings.ToLower(value.Text))
	}
	return false
}

func (j *judge) wrongKind(pointer string, v bundle.Value, want bundle.ValueKind) {
	verdict.Errorf(&j.diags, j.object, codeType, pointer, "found %s, want %s", describe(v, ""), article(want.String()))
}

// jsonKind translates the decoder's names of JSON's kinds.
func jsonKind(found string) string {
	if found == "bool" {
		return "boolean"
	}
	return found
}

func describe(v bundle.Value, found string) string {
	if found != "" && v.Kind.String() != jsonKind(found) {
		return article(jsonKind(found)) // the place is not exact
	}
	switch v.Kind {
	case bundle.String:
		return "the string " + strconv.Quote(v.Text)
	case bundle.Number, bundle.Bool:
		return "the " + v.Kind.String() + " " + v.Text
	default:
		return article(v.Kind.String())
	}
}

func article(kind string) string {
	switch kind {
	case "null":
		return kind
	case "array", "object":
		return "an " + kind
	default:
		return "a " + kind
	}
}

// wanted names what decodes into a Go type of the SDK.
func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "map[") || strings.HasPrefix(goType, "struct"):
		return "an object"
	case strings.HasPrefix(goType, "[]"):
		return "an array"
	case strings.HasPrefix(goType, "uint"):
		return "an integer of 0 or more"
	case strings.HasPrefix(goType, "int"):
		return "an integer"
	case strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	default:
		return "a string"
	}
}

package dashboard

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/expr"
)

// References returns the names of the variables in a text, sorted, each once.
func References(text string) []string {
	var names []string
	for _, m := range mentions(text) {
		names = append(names, m.name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// IsGlobal reports whether Grafana itself defines a variable.
func IsGlobal(name string) bool { return strings.HasPrefix(name, "__") }

// Variable returns the dashboard's variable of some name.
func (d Dashboard) Variable(name string) (Variable, bool) {
	for _, v := range d.Variables {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}

// Undefined returns the names in a text that look like variables and are none
// of the dashboard's or Grafana's, sorted, each once. A name that the text
// escapes, as in the regular expression "\\$SYS", is meant as it stands.
func (d Dashboard) Undefined(text string) []string {
	var names []string
	for _, m := range mentions(text) {
		if _, ok := d.Variable(m.name); !ok && !IsGlobal(m.name) && !escaped(text, m.from) {
			names = append(names, m.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// escaped reports whether a backslash stands in front of an offset.
func escaped(text string, at int) bool { return at > 0 && text[at-1] == '\\' }

// DatasourceType returns the type of a data source, looked up through the
// variable that stands for it, or "" if it is not known before Grafana runs.
func (d Dashboard) DatasourceType(ds Datasource) string {
	if ds.Type != "" && len(References(ds.Type)) == 0 {
		return ds.Type
	}
	for _, name := range References(ds.UID) {
		if v, ok := d.Variable(name); ok && v.Type == "datasource" {
			return v.Query
		}
	}
	return ""
}

// standIns are tried for a variable whose value is not known: one for each
// thing that may stand in its place.
var standIns = []string{"x", "1", "5m", "sum", `x="x"`, "", `x{x="x"}`, "or"}

// maxAttempts bounds how many combinations of values are tried.
const maxAttempts = 600

// CheckQuery reports whether a PromQL query can be an expression once Grafana
// has filled in the dashboard's variables. What most of them hold is not
// known, so a query is only refused if nothing that could stand there makes it
// one; the error is then that of the most likely text, which is returned too.
func (d Dashboard) CheckQuery(query string, cache *expr.Cache) (text string, err error) {
	text, _, err = d.attempt(query, standIns, cache)
	return text, err
}

// attempt returns what try does, which it asks once for a query.
func (d Dashboard) attempt(query string, unknown []string, cache *expr.Cache) (text string, e *expr.Expr, err error) {
	if d.tried == nil {
		return d.try(query, unknown, cache)
	}
	key := attemptKey{query, unknown[0]}
	if known, ok := d.tried.Load(key); ok {
		a, _ := known.(attempted)
		return a.text, a.expr, a.err
	}
	text, e, err = d.try(query, unknown, cache)
	d.tried.Store(key, attempted{text, e, err})
	return text, e, err
}

// attemptKey is a query, and which list stands for what is not known, by its
// first element.
type attemptKey struct{ query, unknown string }

type attempted struct {
	text string
	expr *expr.Expr
	err  error
}

// try tries texts that a query can become, and returns the first one that
// is an expression or, with its error, the most likely one. unknown stands
// first for variables whose value is not known.
func (d Dashboard) try(query string, unknown []string, cache *expr.Cache) (text string, e *expr.Expr, err error) {
	names := unknownNames(query)
	candidates := make([][]string, len(names))
	values := map[string]string{}
	total := 1
	for i, name := range names {
		candidates[i] = d.candidates(name, unknown)
		values[name] = candidates[i][0]
		total = min(total*len(candidates[i]), maxAttempts)
	}
	text = d.fill(query, values, unknown[0])
	e, err = cache.Parse(text)
	if err == nil || len(names) == 0 {
		return text, e, err
	}
	for attempt := 1; attempt < total; attempt++ {
		n := attempt
		for i, name := range names {
			values[name] = candidates[i][n%len(candidates[i])]
			n /= len(candidates[i])
		}
		if other, failed := cache.Parse(d.fill(query, values, unknown[0])); failed == nil {
			return other.Text, other, nil
		}
	}
	return text, e, err
}

// candidates returns what a variable may hold: what is written in the
// dashboard first.
func (d Dashboard) candidates(name string, unknown []string) []string {
	v, ok := d.Variable(name)
	if !ok {
		return unknown
	}
	switch v.Type {
	case "constant", "textbox":
		return append([]string{v.Query}, unknown...)
	case "custom", "interval":
		var out []string
		for option := range strings.SplitSeq(v.Query, ",") {
			if _, value, ok := strings.Cut(option, " : "); ok {
				option = value
			}
			out = append(out, strings.TrimSpace(option))
		}
		return append(out, unknown...)
	default:
		return unknown
	}
}

// unknownNames returns the variables outside of strings, where what they hold
// decides whether the query is one.
func unknownNames(query string) []string {
	var names []string
	for _, m := range mentions(query) {
		if !IsGlobal(m.name) && !quoted(query, m.from) && !slices.Contains(names, m.name) {
			names = append(names, m.name)
		}
	}
	return names
}

// fill replaces the variables of a query; inString stands for those in strings.
// What Grafana finds no variable for, it leaves as it is.
func (d Dashboard) fill(query string, values map[string]string, inString string) string {
	var b strings.Builder
	end := 0
	for _, m := range mentions(query) {
		b.WriteString(query[end:m.from])
		end = m.to
		switch {
		case IsGlobal(m.name):
			b.WriteString(globalValue(m.name))
		case quoted(query, m.from):
			if _, ok := d.Variable(m.name); !ok && escaped(query, m.from) {
				b.WriteString(query[m.from:m.to])
				continue
			}
			b.WriteString(inString)
		case duration(query, m.from):
			b.WriteString("5m")
		default:
			b.WriteString(values[m.name])
		}
	}
	b.WriteString(query[end:])
	return b.String()
}

func globalValue(name string) string {
	switch {
	case strings.HasSuffix(name, "_ms") || name == "__from" || name == "__to":
		return "300000"
	case strings.HasSuffix(name, "_s"):
		return "300"
	default: // __interval, __rate_interval, __range
		return "5m"
	}
}

// quoted reports whether an offset lies within a string of the query.
func quoted(query string, at int) bool {
	var quote byte
	for i := 0; i < at; i++ {
		switch c := query[i]; {
		case quote == 0 && (c == '"' || c == '\'' || c == '`'):
			quote = c
		case quote != 0 && quote != '`' && c == '\\':
			i++
		case c == quote:
			quote = 0
		}
	}
	return quote != 0
}

// duration reports whether a duration is wanted at an offset.
func duration(query string, at int) bool {
	before := strings.TrimRight(query[:at], " \t\n")
	inRange := strings.LastIndexByte(before, '[') > strings.LastIndexByte(before, ']')
	return inRange && (strings.HasSuffix(before, "[") || strings.HasSuffix(before, ":")) || strings.HasSuffix(before, "offset")
}

package dashboard

import "strings"

// mention is a place where a text names a variable.
type mention struct {
	// from and to bound it in bytes.
	from, to int
	name     string
}

// mentions finds variables as Grafana recognises them in texts: $name,
// [[name]], [[name:format]], ${name}, ${name.field}, ${name:format},
// ${name.field:format}. Every text of a dashboard is searched, which an
// expression of package regexp would take long for.
func mentions(text string) []mention {
	var out []mention
	for i := 0; i+1 < len(text); {
		if text[i] != '$' && text[i] != '[' {
			next := strings.IndexAny(text[i:], "$[")
			if next < 0 {
				break
			}
			i += next
			continue
		}
		m, ok := mentionAt(text, i)
		if !ok {
			i++
			continue
		}
		out = append(out, m)
		i = m.to
	}
	return out
}

func mentionAt(text string, at int) (mention, bool) {
	start := at + 1
	if end := word(text, start); text[at] == '$' && end > start {
		return mention{at, end, text[start:end]}, true
	}
	start++
	end := word(text, start)
	if end <= start {
		return mention{}, false
	}
	m := mention{from: at, name: text[start:end]}
	switch text[at : at+2] {
	case "[[":
		if format := word(text, end+1); strings.HasPrefix(text[end:], ":") && format > end+1 {
			end = format
		}
		m.to = end + 2
		return m, strings.HasPrefix(text[end:], "]]")
	case "${":
		if strings.HasPrefix(text[end:], ".") {
			end = until(text, end+1, ":}")
		}
		if strings.HasPrefix(text[end:], ":") {
			end = until(text, end+1, "}")
		}
		m.to = end + 1
		return m, strings.HasPrefix(text[end:], "}")
	}
	return mention{}, false
}

// word returns where a name that begins at an offset ends.
func word(text string, at int) int {
	for at < len(text) {
		c := text[at]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' {
			break
		}
		at++
	}
	return at
}

// until returns where the first of some bytes stands, or the end of the text
// where there is none or nothing in front of it.
func until(text string, at int, bytes string) int {
	if n := strings.IndexAny(text[at:], bytes); n > 0 {
		return at + n
	}
	return len(text)
}

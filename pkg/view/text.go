package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

const (
	// maxNotes is up to how many related places are shown with their source.
	maxNotes = 2
	// maxListed bounds the lists of changed objects.
	maxListed = 20
)

// renderText draws the report for people. It sees what the JSON document says
// and nothing else.
func renderText(w io.Writer, r Report, o Options) error {
	doc, err := Encode(r)
	if err != nil {
		return err
	}
	if r, err = Decode(doc); err != nil {
		return err
	}
	t := &textWriter{options: o, envs: len(r.Environments)}
	for _, f := range merged(explained(r.Diagnostics, r.Tests)) {
		t.finding(f)
	}
	if r.Changes != nil {
		t.changes(*r.Changes)
	}
	if r.Tests != nil {
		t.tests(r)
	}
	if r.Coverage != nil {
		t.coverage(*r.Coverage)
	}
	t.graphs(r.Graphs)
	t.impacts(r.Impacts)
	t.routeTrees(r.Routes)
	t.routeTraces(r.RouteTraces)
	t.routeTests(r)
	t.pagingDiffs(r.Paging)
	t.previews(r.Previews)
	t.timelines(r.Timelines)
	if r.Metrics != nil {
		t.metrics(*r.Metrics)
	}
	// What was asked for has been said; counts would only stand in the way.
	answered := len(r.Graphs)+len(r.Impacts) > 0 || r.Metrics != nil || aboutRouting(r)
	if r.Summary.Errors == 0 && !answered { // else something is missing, and counts say little
		t.environments(r.Environments)
	}
	for _, d := range r.Deploys {
		t.deploy(d)
	}
	if r.Server != nil {
		t.server(*r.Server)
	}
	if r.Since != nil {
		t.printf("%d of %s touched since %s (%.12s)\n", len(r.Since.Touched), count(r.Since.Sources, "source"), plain(r.Since.Revision), r.Since.Commit)
	}
	if r.Baseline != nil {
		t.baseline(*r.Baseline)
	}
	if r.Dependencies != nil {
		t.dependencies(*r.Dependencies)
		if r.Summary == (Summary{}) { // a list of files, for other programs
			return write(w, t.out.String())
		}
		t.out.WriteByte('\n')
	}
	if r.Profile != nil {
		t.profile(*r.Profile)
	}
	if !answered || len(r.Diagnostics) > 0 {
		t.summary(r)
	}
	return write(w, t.out.String())
}

type textWriter struct {
	out     strings.Builder
	options Options
	// envs is how many environments the report is about.
	envs int
}

func (t *textWriter) printf(format string, args ...any) { fmt.Fprintf(&t.out, format, args...) }

func (t *textWriter) styled(s style, text string) string {
	if !t.options.Color || text == "" {
		return text
	}
	return string(s) + text + reset
}

// finding draws one finding and an empty line.
func (t *textWriter) finding(f mergedFinding) {
	s := severityStyle(f.Severity)
	t.head(s, fmt.Sprintf("%s[%s]", f.Severity, plain(f.Code)), f.Summary)
	gutter := gutterWidth(f.Excerpt, f.RelatedExcerpts...)
	t.place(gutter, f.Span, f.Excerpt, s)
	if text := t.environmentNames(f.envs); text != "" {
		t.field(gutter, "in", text)
	}
	if label, text := whereabouts(f.Diagnostic); text != "" {
		t.field(gutter, label, text)
	}
	if f.Owner != "" {
		t.field(gutter, "owner", f.Owner)
	}
	if f.failure != nil {
		t.failure(gutter, *f.failure)
		if f.failure.says(f.Hint) {
			f.Hint = ""
		}
	} else if f.Detail != "" {
		t.field(gutter, "note", f.Detail)
	}
	if f.Hint != "" {
		t.field(gutter, "help", f.Hint)
	}
	t.related(gutter, f.Finding)
	t.out.WriteByte('\n')
}

func (t *textWriter) head(s style, label, text string) {
	t.printf("%s%s\n", t.styled(s, label), t.styled(bold, ": "+onOneLine(text)))
}

// place draws the position and the underlined line of source.
func (t *textWriter) place(gutter int, span diag.Span, e *diag.Excerpt, s style) {
	if span.File == "" {
		return
	}
	pad := strings.Repeat(" ", gutter)
	t.printf("%s%s %s\n", pad, t.styled(blue, "-->"), plain(span.String()))
	if e == nil {
		return
	}
	text, before, marked := t.window([]rune(plain(e.Text)), e.From, e.To, gutter)
	bar := t.styled(blue, pad+" |")
	t.printf("%s\n", bar)
	t.printf("%s %s\n", t.styled(blue, fmt.Sprintf("%*d |", gutter, e.Line)), text)
	t.printf("%s %s%s\n", bar, strings.Repeat(" ", before), t.styled(s, strings.Repeat("^", marked)))
}

// window cuts the part of a line that fits the terminal and returns it with
// the columns before and of its underlined part.
func (t *textWriter) window(text []rune, from, to, gutter int) (cut string, before, marked int) {
	from = max(0, min(from, len(text)))
	to = max(from, to)
	// An underline may stand one place behind the end of the line.
	behind := max(0, min(1, to-len(text)))
	to = min(to, len(text))
	start, end := 0, len(text)
	if room := t.options.Width - gutter - 3; t.options.Width > 0 && room >= 20 {
		if columnsOf(text) > room {
			room -= 2 // an ellipsis at each end
			for start < from && columnsOf(text[start:min(to, start+room)])+8 > room {
				start++
			}
			for end > start && columnsOf(text[start:end]) > room {
				end--
			}
		}
	}
	to = min(to, end)
	from = min(from, to)
	before, marked = columnsOf(text[start:from]), columnsOf(text[from:to])+behind
	cut = strings.TrimRight(string(text[start:end]), " ")
	if start > 0 {
		cut = "…" + cut
		before++
	}
	if end < len(text) {
		cut += "…"
	}
	return cut, before, max(1, marked)
}

// field draws a remark below a finding; further lines are indented.
func (t *textWriter) field(gutter int, label, text string) {
	pad := strings.Repeat(" ", gutter+1)
	lead := fmt.Sprintf("= %s: ", label)
	indent := strings.Repeat(" ", len(lead))
	first := true
	for _, line := range plainLines(text) {
		for _, l := range wrap(line, t.options.Width-len(pad)-len(lead)) {
			if first {
				t.printf("%s%s %s\n", pad, t.styled(blue, "= ")+t.styled(bold, label+":"), l)
				first = false
				continue
			}
			t.printf("%s\n", strings.TrimRight(pad+indent+l, " "))
		}
	}
}

// related draws the second places: a few with their source, an import chain or
// an evaluation stack as a list.
func (t *textWriter) related(gutter int, f Finding) {
	if len(f.Related) > maxNotes {
		t.field(gutter, "trace", strings.Join(frames(f.Related), "\n"))
		return
	}
	for i, r := range f.Related {
		if r.Span.File == expressionFile && f.Detail != "" {
			continue // the detail shows the expression
		}
		t.head(green, "note", r.Message)
		var e *diag.Excerpt
		if i < len(f.RelatedExcerpts) {
			e = f.RelatedExcerpts[i]
		}
		t.place(gutter, r.Span, e, green)
	}
}

func gutterWidth(e *diag.Excerpt, more ...*diag.Excerpt) int {
	n := 1
	for _, e := range append([]*diag.Excerpt{e}, more...) {
		if e != nil {
			n = max(n, len(fmt.Sprint(e.Line)))
		}
	}
	return n
}

// environmentNames names environments, unless there is only one in question.
func (t *textWriter) environmentNames(envs []string) string {
	switch {
	case len(envs) == 0 || t.envs == 1 && len(envs) == 1:
		return ""
	case len(envs) == t.envs && len(envs) > 3:
		return fmt.Sprintf("all %d environments", len(envs))
	default:
		return strings.Join(envs, ", ")
	}
}

// whereabouts says where in the rendered object, or in the value of a file, a
// finding is, unless the summary does.
func whereabouts(d diag.Diagnostic) (label, text string) {
	text = renderedAs(d.Object, d.Pointer)
	switch {
	case d.Object != "":
		return "rendered as", text
	case strings.Contains(d.Summary, text):
		return "", ""
	default:
		return "at", text
	}
}

// renderedAs names the place within the rendered object.
func renderedAs(object, pointer string) string {
	at := dotted(pointer)
	switch {
	case object == "":
		return at
	case at == "":
		return object
	default:
		return object + ": " + at
	}
}

// dotted writes a JSON Pointer as people write it: groups[2].rules[0].
func dotted(pointer string) string {
	if pointer == "" || pointer[0] != '/' {
		return pointer
	}
	var b strings.Builder
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = unescape.Replace(token)
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case token == "" || strings.ContainsAny(token, ".[]\" "):
			fmt.Fprintf(&b, "[%q]", token)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(token)
		}
	}
	return b.String()
}

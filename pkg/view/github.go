package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// renderGitHub draws workflow commands, which GitHub shows as annotations of
// the changed files: "Workflow commands for GitHub Actions", "Setting an error
// message". The closing line is for the log.
func renderGitHub(w io.Writer, r Report, o Options) error {
	var b strings.Builder
	for _, f := range everything(r) {
		var props []string
		add := func(name, value string) {
			props = append(props, name+"="+gitHubProperty(value))
		}
		if f.Span.File != "" {
			add("file", o.filePath(f.Span.File))
			if f.Span.Start.Line > 0 {
				add("line", fmt.Sprint(f.Span.Start.Line))
			}
			// Columns of an end on another line would be read as the start's.
			if f.Span.End.Line > f.Span.Start.Line {
				add("endLine", fmt.Sprint(f.Span.End.Line))
			} else if f.Span.Start.Column > 0 {
				add("col", fmt.Sprint(f.Span.Start.Column))
				if f.Span.End.Column > f.Span.Start.Column {
					add("endColumn", fmt.Sprint(f.Span.End.Column))
				}
			}
		}
		add("title", f.Code)
		fmt.Fprintf(&b, "::%s %s::%s\n", gitHubCommand(f.Severity), strings.Join(props, ","), gitHubData(message(f)))
	}
	t := &textWriter{}
	t.summary(r)
	b.WriteString(t.out.String())
	return write(w, b.String())
}

func gitHubCommand(s diag.Severity) string {
	switch s {
	case diag.Error:
		return "error"
	case diag.Warning:
		return "warning"
	default:
		return "notice"
	}
}

func gitHubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func gitHubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(plain(s))
}

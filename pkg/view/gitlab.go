package view

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/monctl/monctl/pkg/diag"
)

// gitLabFinding is an entry of GitLab's "Code Quality report format".
type gitLabFinding struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitLabLocation `json:"location"`
}

type gitLabLocation struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
		End   int `json:"end,omitempty"`
	} `json:"lines"`
}

// renderGitLab draws the artefact "codequality" of a GitLab job. GitLab wants
// a path and a line of every finding: the project's folder and the first line
// stand for what has none.
func renderGitLab(w io.Writer, r Report, o Options) error {
	findings := everything(r)
	prints := fingerprints(findings)
	out := make([]gitLabFinding, 0, len(findings))
	for i, f := range findings {
		g := gitLabFinding{
			Description: message(f), CheckName: f.Code, Fingerprint: prints[i],
			Severity: gitLabSeverity(f.Severity), Location: gitLabLocation{Path: o.filePath(f.Span.File)},
		}
		if f.Span.File == "" {
			g.Location.Path = "."
		}
		g.Location.Lines.Begin = max(1, f.Span.Start.Line)
		if f.Span.End.Line > f.Span.Start.Line {
			g.Location.Lines.End = f.Span.End.Line
		}
		out = append(out, g)
	}
	return writeJSON(w, out)
}

func gitLabSeverity(s diag.Severity) string {
	switch s {
	case diag.Error:
		return "major"
	case diag.Warning:
		return "minor"
	default:
		return "info"
	}
}

func writeJSON(w io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	return write(w, string(b)+"\n")
}

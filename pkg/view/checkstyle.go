package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

type checkstyleReport struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr,omitempty"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// renderCheckstyle draws the report of the tool Checkstyle, which many review
// tools read; version 4.3 is the one they ask for.
func renderCheckstyle(w io.Writer, r Report, o Options) error {
	out := checkstyleReport{Version: "4.3"}
	index := map[string]int{}
	for _, f := range everything(r) {
		name := o.filePath(f.Span.File)
		i, ok := index[name]
		if !ok {
			i = len(out.Files)
			index[name] = i
			out.Files = append(out.Files, checkstyleFile{Name: name})
		}
		out.Files[i].Errors = append(out.Files[i].Errors, checkstyleError{
			Line: f.Span.Start.Line, Column: f.Span.Start.Column, Severity: f.Severity.String(),
			Message: message(f), Source: "monctl." + strings.ReplaceAll(f.Code, "/", "."),
		})
	}
	slices.SortStableFunc(out.Files, func(a, b checkstyleFile) int { return strings.Compare(a.Name, b.Name) })
	return writeXML(w, out)
}

func writeXML(w io.Writer, v any) error {
	b, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	return write(w, xml.Header+string(b)+"\n")
}

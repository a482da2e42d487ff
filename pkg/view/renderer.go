package view

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Renderer draws a report. Its text ends in a line end, unless there is none.
type Renderer interface {
	Render(w io.Writer, r Report) error
}

// Options say how a report is drawn.
type Options struct {
	// Color switches colours of a terminal on, for text.
	Color bool
	// Width is the terminal's, in columns, for text; 0 is unlimited.
	Width int
	// Prefix is the project's folder relative to the repository's root,
	// slash-separated, for the formats that name files to a forge: github,
	// gitlab and sarif.
	Prefix string
}

type renderFunc func(w io.Writer, r Report, o Options) error

// formats is the table of all formats.
func formats() []struct {
	name   string
	render renderFunc
} {
	return []struct {
		name   string
		render renderFunc
	}{
		{"text", renderText},
		{"json", renderJSON},
		{"github", renderGitHub},
		{"gitlab", renderGitLab},
		{"junit", renderJUnit},
		{"sarif", renderSARIF},
		{"checkstyle", renderCheckstyle},
	}
}

// Formats lists the names that New accepts.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

type renderer struct {
	render  renderFunc
	options Options
}

// Render implements Renderer.
func (r renderer) Render(w io.Writer, report Report) error {
	return r.render(w, sealed(report), r.options)
}

// New returns the renderer of a format. The error for an unknown one is an
// *UnknownFormatError.
func New(format string, o Options) (Renderer, error) {
	for _, f := range formats() {
		if f.name == format {
			return renderer{render: f.render, options: o}, nil
		}
	}
	return nil, &UnknownFormatError{Format: format}
}

// UnknownFormatError says that there is no format of a name.
type UnknownFormatError struct{ Format string }

// Error implements error.
func (e *UnknownFormatError) Error() string {
	return fmt.Sprintf("unknown report format %q", e.Format)
}

// Hint says what to write instead.
func (e *UnknownFormatError) Hint() string {
	if hint := diag.DidYouMean(e.Format, Formats()); hint != "" {
		return hint
	}
	return "known formats: " + strings.Join(Formats(), ", ")
}

func renderJSON(w io.Writer, r Report, _ Options) error {
	b, err := Encode(r)
	if err != nil {
		return err
	}
	return write(w, string(b))
}

func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// filePath returns a file's path as a forge knows it.
func (o Options) filePath(file string) string {
	if o.Prefix == "" || file == "" || strings.HasPrefix(file, "<") || path.IsAbs(file) {
		return file
	}
	return path.Join(o.Prefix, file)
}

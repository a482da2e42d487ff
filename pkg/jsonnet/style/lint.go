package style

import (
	"bytes"
	"fmt"
	"strings"

	upstream "github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/linter"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Codes of what the linter finds, beside "jsonnet/syntax" and "jsonnet/import".
const (
	codeUnused = "jsonnet/unused"
	codeLoop   = "jsonnet/loop"
	codeType   = "jsonnet/type"
)

// Lint looks for what is suspicious in files, given by their names for the
// importer, in one go, since all of their imports are looked at too. The
// linter cannot be interrupted. The error is for faults of upstream's linter.
func Lint(importer *jsonnet.Importer, files []string) (diags diag.List, err error) {
	c := &collector{importer: importer, linted: map[string]bool{}}
	var snippets []linter.Snippet
	for _, file := range files {
		data, err := importer.Read(file)
		if err != nil {
			c.diags.Errorf("jsonnet/import", diag.Span{File: file}, "the file cannot be read: %s", jsonnet.Cause(err))
			continue
		}
		c.linted[file] = true
		snippets = append(snippets, linter.Snippet{FileName: file, Code: string(data)})
	}
	defer func() {
		if v := recover(); v != nil {
			diags, err = nil, fmt.Errorf("lint: go-jsonnet's linter: %v", v)
		}
	}()
	vm := upstream.MakeVM()
	vm.Importer(&imports{from: importer, read: map[string]upstream.Contents{}})
	vm.ErrorFormatter = c
	linter.LintSnippet(vm, &bytes.Buffer{}, snippets)
	if c.err != nil {
		return nil, c.err
	}
	return c.diags.Sort(), nil
}

// collector takes what the linter finds as it is, where others have it written
// out: upstream hands every finding to the formatter of errors.
type collector struct {
	importer *jsonnet.Importer
	linted   map[string]bool
	diags    diag.List
	err      error
}

// Format implements upstream's ErrorFormatter.
func (c *collector) Format(found error) string {
	diags, err := jsonnet.Static(c.importer, "", found)
	if err != nil {
		c.err = fmt.Errorf("lint: %w", err)
		return ""
	}
	for _, d := range diags {
		c.diags = append(c.diags, c.sorted(d))
	}
	return ""
}

// SetMaxStackTraceSize implements upstream's ErrorFormatter.
func (*collector) SetMaxStackTraceSize(int) {}

// SetColorFormatter implements upstream's ErrorFormatter.
func (*collector) SetColorFormatter(upstream.ColorFormatter) {}

// sorted gives a finding the code, severity and hint of its kind.
func (c *collector) sorted(d diag.Diagnostic) diag.Diagnostic {
	switch message := d.Summary; {
	case strings.HasPrefix(message, "unused variable: "):
		d.Code, d.Severity = codeUnused, diag.Warning
		d.Summary = fmt.Sprintf("the variable %s is not used", strings.TrimPrefix(message, "unused variable: "))
		d.Hint = "remove it"
	case strings.HasPrefix(message, "endless loop"):
		d.Code, d.Severity = codeLoop, diag.Error
		d.Hint = "a local that is defined by itself has no value; use another name"
	case strings.Contains(message, "cannot find ") && strings.Contains(message, "; looked for "):
		d.Code, d.Hint = "jsonnet/import", "check the path, or say with -J where libraries lie"
		_, what, _ := strings.Cut(message, "cannot find ")
		d.Summary = "cannot find " + what
		// Other people's files may import what nobody evaluates.
		if !c.linted[d.Span.File] {
			d.Severity = diag.Info
		}
	default:
		for _, known := range typeMessages() {
			if strings.Contains(message, known) {
				d.Code, d.Severity, d.Hint = codeType, diag.Warning, ""
			}
		}
	}
	return d
}

// typeMessages are parts of what the linter says about types and arguments.
func typeMessages() []string {
	return []string{
		"value must be a function", "ndexed value ", "ndexed object ", "ndex is neither ", "perand is not ",
		"oo few arguments", "oo many arguments", "already provided", "has no parameter ", "issing argument: ",
	}
}

// imports implements upstream's Importer.
type imports struct {
	from *jsonnet.Importer
	read map[string]upstream.Contents // upstream insists on one instance each
}

// Import implements upstream's Importer.
func (i *imports) Import(from, importedPath string) (upstream.Contents, string, error) {
	name, data, err := i.from.Find(from, importedPath)
	if err != nil {
		return upstream.Contents{}, "", err
	}
	c, ok := i.read[name]
	if !ok {
		c = upstream.MakeContentsRaw(data)
		i.read[name] = c
	}
	return c, name, nil
}

package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/view"
)

// news is what stands on the terminal already, in a command that goes on: the
// remarks and warnings of the pass before.
type news struct{ told map[string]bool }

// strip leaves out of a report the remarks and warnings that were told. Errors
// are told as long as they last.
func (n *news) strip(r *view.Report) {
	told := map[string]bool{}
	r.Diagnostics = slices.DeleteFunc(r.Diagnostics, func(f view.Finding) bool {
		key := f.Code + " " + f.Object + " " + f.Span.File + " " + f.Summary
		told[key] = true
		return f.Severity != diag.Error && n.told[key]
	})
	n.told = told
}

// reportFiles are the paths of the files that --report writes.
func (g *global) reportFiles() []string {
	var paths []string
	for _, spec := range g.reports {
		_, path, _ := strings.Cut(spec, "=")
		paths = append(paths, filepath.Clean(g.path(path)))
	}
	return paths
}

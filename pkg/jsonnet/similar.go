package jsonnet

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// similar hints at an import that the message of a NotFoundError could have
// meant: a file of a similar name where it was looked for.
func (i *Importer) similar(message string) string {
	quoted, err := strconv.QuotedPrefix(strings.TrimPrefix(message, "cannot find "))
	if err != nil {
		return ""
	}
	imported, err := strconv.Unquote(quoted)
	if err != nil || strings.HasPrefix(path.Base(imported), ".") {
		return ""
	}
	_, tried, _ := strings.Cut(message, "; looked for ")
	for candidate := range strings.SplitSeq(tried, ", ") {
		if name := diag.Suggest(path.Base(imported), i.names(path.Dir(candidate))); name != "" {
			return diag.DidYouMean(imported, []string{path.Join(path.Dir(imported), name)})
		}
	}
	return ""
}

// names lists the files and folders of a folder that an import names.
func (i *Importer) names(dir string) []string {
	var entries []fs.DirEntry
	if rest, ok := strings.CutPrefix(dir+"/", LibraryPrefix); !ok {
		full := filepath.FromSlash(dir)
		if !filepath.IsAbs(full) {
			full = filepath.Join(i.dir, full)
		}
		entries, _ = os.ReadDir(full)
	} else if i.library != nil {
		entries, _ = fs.ReadDir(i.library, path.Clean(rest))
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

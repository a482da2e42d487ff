package pipeline

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/render"
)

// File is a file that is rendered without being a source of the project.
type File struct {
	render.Plain
	// Text is the content of what is no file: a program of the command line.
	Text []byte
	// JPath are folders in which its imports lie, behind those of the options
	// and before those of the project.
	JPath []string
}

// plain makes render's files, each with an importer for its library path.
func (p *Pass) plain() []render.Plain {
	importers := map[string]*jsonnet.Importer{"": p.importer}
	var files []render.Plain
	for _, f := range p.opts.Files {
		key := strings.Join(f.JPath, "\x00")
		if importers[key] == nil {
			importers[key] = jsonnet.NewImporter(p.opts.Dir, slices.Concat(p.opts.JPath, f.JPath, p.Project.Jsonnet.JPath), p.opts.Library)
			p.importers = append(p.importers, importers[key])
		}
		f.Importer = importers[key]
		if f.Text != nil {
			f.Importer.Provide(f.Path, f.Text)
			p.importer.Provide(f.Path, f.Text)
		}
		files = append(files, f.Plain)
	}
	return files
}

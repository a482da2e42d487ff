package pipeline

import (
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/monctl/monctl/pkg/footprint"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Footprint returns what loading and rendering the project's sources have asked
// of the file system so far, and what reporting on them has. It is false if that
// is not all that the result hangs on. What Validate and Test ask beside that,
// of repositories for one, is not part of it.
func (p *Pass) Footprint() (footprint.Footprint, bool) {
	if len(p.opts.Files) > 0 {
		return footprint.Footprint{}, false // each has an importer of its own
	}
	return p.seen()
}

// seen returns what all importers and the disk were asked.
func (p *Pass) seen() (footprint.Footprint, bool) {
	for _, i := range p.allImporters() {
		i.Tell(p.disk.Note, p.disk.NoteDir)
	}
	return p.disk.Footprint()
}

func (p *Pass) allImporters() []*jsonnet.Importer {
	return append([]*jsonnet.Importer{p.importer}, p.importers...)
}

// patterns are paths and patterns of paths that were looked for.
type patterns struct {
	mu  sync.Mutex
	all map[string]bool
}

func (p *patterns) add(pattern string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]bool{}
	}
	p.all[filepath.Clean(pattern)] = true
}

func (p *patterns) sorted() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.all))
}

// Opener reads the files that a report of an earlier pass points at.
func Opener(opts Options) func(file string) ([]byte, error) {
	return (&Pass{importer: jsonnet.NewImporter(opts.Dir, nil, opts.Library)}).Open
}

// Read returns the files that rendering has read so far, and those that it has
// looked for without finding them; sorted, and relative to the project where
// they lie in it. What was provided without a file is not among them.
func (p *Pass) Read() (found, missing []string) {
	for _, i := range p.allImporters() {
		for _, name := range i.Looked() {
			if _, err := i.Read(name); err == nil {
				found = append(found, name)
			} else {
				missing = append(missing, name)
			}
		}
	}
	slices.Sort(found)
	slices.Sort(missing)
	found = slices.Compact(found)
	missing = slices.DeleteFunc(slices.Compact(missing), func(name string) bool { return slices.Contains(found, name) })
	return found, missing
}

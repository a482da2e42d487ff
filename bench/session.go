package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/render"
)

const (
	// leafLimit is what an evaluation in a session may take after an edit of a
	// file that imports nothing, in seconds.
	leafLimit = 0.025
	// editRounds is how often every file is edited in each way.
	editRounds = 3
)

// change is a way to edit a file.
type change struct {
	name string
	of   func(text []byte) []byte
}

// changes are a comment above everything, which moves all of the file, and another
// last letter of the last plain string that ends with a letter.
func changes() []change {
	return []change{
		{"a comment in", func(text []byte) []byte { return append([]byte("// a comment\n"), text...) }},
		{"a string in", func(text []byte) []byte {
			at := lastWord.FindAllSubmatchIndex(text, -1)
			if len(at) == 0 {
				return nil
			}
			text = slices.Clone(text)
			last := &text[at[len(at)-1][2]]
			*last = 'a' + (*last-'a'+1)%26
			return text
		}},
	}
}

// lastWord is the end of a plain string that is an element or field.
var lastWord = regexp.MustCompile(`([a-z])',`)

// runSession edits every file that a mixin reads, one after the other, and
// evaluates the mixin again in the session that has evaluated it before, as
// up does: a generated mixin, and kubernetes-mixin where -corpus has it.
func runSession(ctx context.Context, b *bench) ([]row, error) {
	dir := filepath.Join(b.work, "session")
	if err := writeMixin(dir, 120); err != nil {
		return nil, err
	}
	rows, err := b.session(ctx, "session, generated", dir, corpusEntry{Entry: "main.jsonnet"})
	if err != nil {
		return nil, err
	}
	if b.corpus == "" {
		return rows, nil
	}
	entries, err := readCorpus(b.corpus)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name != "kubernetes-mixin" {
			continue
		}
		got, err := b.session(ctx, "session, "+e.Name, filepath.Join(b.corpus, e.Dir), e)
		if err != nil {
			return nil, err
		}
		got[0].Limit, got[2].Limit = leafLimit, leafLimit
		rows = append(rows, got...)
	}
	return rows, nil
}

// session measures an evaluation after an edit of each file, in each way: of the
// slowest file that imports nothing, and of the slowest of all.
func (b *bench) session(ctx context.Context, name, dir string, entry corpusEntry) ([]row, error) {
	s := jsonnet.NewSession()
	evaluate := func(edited string, text []byte) (*jsonnet.Importer, float64, error) {
		importer := jsonnet.NewImporter(dir, entry.JPath, nil)
		if edited != "" {
			importer.Provide(edited, text)
		}
		runtime.GC() // up does so after every pass, while nobody waits
		start := time.Now()
		_, diags, err := s.Evaluate(ctx, jsonnet.Request{File: entry.Entry, Transform: entry.Transform, Importer: importer, Natives: render.Natives()})
		took := time.Since(start).Seconds()
		if err == nil && len(diags) > 0 {
			err = fmt.Errorf("evaluate %s: %w: %s", entry.Entry, errFindings, diags.String())
		}
		return importer, took, err
	}
	importer, _, err := evaluate("", nil)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, change := range changes() {
		var slowest, slowestLeaf summary
		var of, ofLeaf string
		files, leaves := 0, 0
		for _, file := range importer.Looked() {
			text, err := importer.Read(file)
			if err != nil {
				continue // it was looked for and is elsewhere
			}
			took, err := editings(change, file, text, evaluate)
			if err != nil {
				return nil, err
			}
			if len(took) == 0 {
				continue // there is nothing to edit, or the mixin is broken by it
			}
			files++
			s := summarise(took)
			if s.Median > slowest.Median {
				slowest, of = s, file
			}
			if strings.Contains(string(text), "import") {
				continue
			}
			leaves++
			if s.Median > slowestLeaf.Median {
				slowestLeaf, ofLeaf = s, file
			}
		}
		b.note(fmt.Sprintf("%s, %s: the slowest of %d files that import nothing is %s, of all %d files %s", name, change.name, leaves, ofLeaf, files, of))
		rows = append(rows,
			row{Case: name, Measure: "after " + change.name + " any leaf", Unit: seconds, Ours: slowestLeaf},
			row{Case: name, Measure: "after " + change.name + " any file", Unit: seconds, Ours: slowest})
	}
	return rows, nil
}

// errFindings says that the mixin is broken.
var errFindings = errors.New("it has findings")

// editings edits a file some times, one edit on top of the other, and returns how
// long each evaluation took; nothing if the edits cannot be made. The file is as
// it was afterwards.
func editings(change change, file string, text []byte, evaluate func(file string, text []byte) (*jsonnet.Importer, float64, error)) ([]float64, error) {
	var took []float64
	for was := text; len(took) < editRounds; {
		if was = change.of(was); was == nil {
			break
		}
		_, seconds, err := evaluate(file, was)
		if errors.Is(err, errFindings) {
			took = nil
			break
		}
		if err != nil {
			return nil, err
		}
		took = append(took, seconds)
	}
	_, _, err := evaluate("", nil)
	return took, err
}

package main

import (
	"context"
	"fmt"
	"path/filepath"
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
	// editRounds is how often every file is edited.
	editRounds = 3
)

// runSession edits every file that a mixin reads, one after the other, and
// evaluates the mixin again in the session that has evaluated it before, as
// up does: a generated mixin, and kubernetes-mixin where -corpus has it.
func runSession(ctx context.Context, b *bench) ([]row, error) {
	dir := filepath.Join(b.work, "session")
	if err := writeMixin(dir, 120); err != nil {
		return nil, err
	}
	rows, err := b.edits(ctx, "session, generated", dir, corpusEntry{Entry: "main.jsonnet"})
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
		got, err := b.edits(ctx, "session, "+e.Name, filepath.Join(b.corpus, e.Dir), e)
		if err != nil {
			return nil, err
		}
		got[0].Limit = leafLimit
		rows = append(rows, got...)
	}
	return rows, nil
}

// edits measures an evaluation after an edit of each file: of the slowest file
// that imports nothing, and of the slowest of all.
func (b *bench) edits(ctx context.Context, name, dir string, entry corpusEntry) ([]row, error) {
	s := jsonnet.NewSession()
	evaluate := func(edited string, text []byte) (*jsonnet.Importer, float64, error) {
		importer := jsonnet.NewImporter(dir, entry.JPath, nil)
		if edited != "" {
			importer.Provide(edited, text)
		}
		runtime.GC() // up does so after every pass, while nobody waits
		start := time.Now()
		_, diags, err := s.Evaluate(ctx, jsonnet.Request{File: entry.Entry, Transform: entry.Transform, Importer: importer, Natives: render.Natives()})
		if err == nil && len(diags) > 0 {
			err = fmt.Errorf("evaluate %s: %s", entry.Entry, diags.String())
		}
		return importer, time.Since(start).Seconds(), err
	}
	importer, _, err := evaluate("", nil)
	if err != nil {
		return nil, err
	}
	var slowest, slowestLeaf summary
	var of, ofLeaf string
	files, leaves := 0, 0
	for _, file := range importer.Looked() {
		text, err := importer.Read(file)
		if err != nil {
			continue // it was looked for and is elsewhere
		}
		var took []float64
		for range editRounds {
			text = append(slices.Clone(text), '\n')
			_, seconds, err := evaluate(file, text)
			if err != nil {
				return nil, err
			}
			took = append(took, seconds)
		}
		files++
		edit := summarise(took)
		if edit.Median > slowest.Median {
			slowest, of = edit, file
		}
		if strings.Contains(string(text), "import") {
			continue
		}
		leaves++
		if edit.Median > slowestLeaf.Median {
			slowestLeaf, ofLeaf = edit, file
		}
	}
	b.note(fmt.Sprintf("%s: the slowest of %d files that import nothing is %s, of all %d files %s", name, leaves, ofLeaf, files, of))
	return []row{
		{Case: name, Measure: "after any leaf", Unit: seconds, Ours: slowestLeaf},
		{Case: name, Measure: "after any file", Unit: seconds, Ours: slowest},
	}, nil
}

package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// batchName is what diagnostics call the file of --batch.
func (o *routesTestOptions) batchName() string {
	if o.batch == "-" {
		return "<stdin>"
	}
	return filepath.ToSlash(o.batch)
}

// readBatch reads the label sets of --batch.
func (o *routesTestOptions) readBatch() (content []byte, sets []labelSet, diags diag.List, err error) {
	if o.batch == "-" {
		content, err = io.ReadAll(o.sys.Stdin)
	} else {
		content, err = os.ReadFile(o.at(o.batch))
	}
	if err != nil {
		if os.IsNotExist(err) {
			return nil, nil, nil, &usageError{err: fmt.Errorf("there is no file %q", o.batch), hint: siblings(o.at(o.batch))}
		}
		return nil, nil, nil, fmt.Errorf("read %s: %w", o.batch, cause(err))
	}
	sets, diags = parseBatch(o.batchName(), content)
	if len(sets) == 0 && !diags.HasErrors() {
		diags.Errorf("test/value", diag.Span{File: o.batchName()}, "there is no label set in this file").Hint = "write a list of maps of labels"
	}
	return content, sets, diags, nil
}

// parseBatch reads a list, a stream of documents, or JSON lines.
func parseBatch(file string, content []byte) ([]labelSet, diag.List) {
	var sets []labelSet
	var diags diag.List
	for _, part := range batchParts(content) {
		docs, problems := bundle.DecodeYAML(file, part)
		diags = append(diags, problems...)
		for _, d := range docs {
			b := batchReader{doc: d, diags: &diags}
			if d.Value.Kind != bundle.Array {
				b.entry("", d.Value)
			} else {
				for i, e := range d.Value.Elem {
					b.entry("/"+strconv.Itoa(i), e)
				}
			}
			sets = append(sets, b.sets...)
		}
	}
	return sets, diags
}

// batchParts takes JSON lines apart. Lines before a part stand in it as empty
// ones, so that places are those of the file.
func batchParts(content []byte) [][]byte {
	lines := bytes.Split(content, []byte("\n"))
	var parts [][]byte
	for i, l := range lines {
		l = bytes.TrimSpace(l)
		if len(l) == 0 {
			continue
		}
		if l[0] != '{' || l[len(l)-1] != '}' {
			return [][]byte{content}
		}
		parts = append(parts, append(bytes.Repeat([]byte("\n"), i), l...))
	}
	return parts
}

type batchReader struct {
	doc   bundle.Document
	diags *diag.List
	sets  []labelSet
}

func (b *batchReader) wrong(pointer, hint, format string, args ...any) {
	d := b.diags.Errorf("test/value", b.doc.Origin.At(pointer), format, args...)
	d.Pointer, d.Hint = pointer, hint
}

// entry reads {labels, receivers}, or labels.
func (b *batchReader) entry(pointer string, v bundle.Value) {
	const form = "write {alertname: X, severity: critical}, or {labels: {…}, receivers: […]}"
	if v.Kind != bundle.Map {
		b.wrong(pointer, form, "this is %s and no map of labels", v.Kind)
		return
	}
	s := labelSet{span: b.doc.Origin.At(pointer)}
	labels, ok := v.Get("labels")
	if !ok || labels.Kind != bundle.Map {
		s.labels, ok = b.labels(pointer, v)
		if ok {
			b.sets = append(b.sets, s)
		}
		return
	}
	for _, key := range v.Keys {
		if key != "labels" && key != "receivers" {
			b.wrong(pointer+"/"+bundle.EscapeToken(key), diag.DidYouMean(key, []string{"labels", "receivers"}), "unknown field %q", key)
			return
		}
	}
	if s.labels, ok = b.labels(pointer+"/labels", labels); !ok {
		return
	}
	if receivers, given := v.Get("receivers"); given {
		s.expected = []string{}
		if receivers.Kind == bundle.String {
			receivers = bundle.ArrayValue(receivers)
		}
		if receivers.Kind != bundle.Array {
			b.wrong(pointer+"/receivers", "write a list of names", "receivers are %s and no list", receivers.Kind)
			return
		}
		for _, e := range receivers.Elem {
			s.expected = append(s.expected, e.Text)
		}
	}
	b.sets = append(b.sets, s)
}

func (b *batchReader) labels(pointer string, v bundle.Value) (map[string]string, bool) {
	out := map[string]string{}
	for i, key := range v.Keys {
		e := v.Elem[i]
		if e.Kind == bundle.Map || e.Kind == bundle.Array || e.Kind == bundle.Null {
			b.wrong(pointer+"/"+bundle.EscapeToken(key), "the value of a label is text", "label %q is %s", key, e.Kind)
			return nil, false
		}
		out[key] = e.Text
	}
	return out, true
}

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/output"
)

// outcome is how an evaluation ended: with output, or with a message and its
// place.
type outcome struct {
	ok      bool
	files   map[string]string // by name; "" is the only output
	message string
	place   string
	took    time.Duration
}

// program is something to evaluate.
type program struct {
	suite, name string
	request     func() jsonnet.Request // with an importer that has read nothing yet
	mode        output.Mode
}

// evaluate runs a program. A program must end within a minute.
func evaluate(ctx context.Context, e jsonnet.Engine, p program) outcome {
	req := p.request()
	req.Limits.Timeout = time.Minute
	if t := p.mode.Transform(); t != "" {
		req.Transform = t
	}
	start := time.Now()
	result, diags, err := e.Evaluate(ctx, req)
	took := time.Since(start)
	if err != nil {
		return outcome{message: "FAILED: " + err.Error(), took: took}
	}
	if result == nil && len(diags) == 0 {
		return outcome{message: "FAILED: neither result nor diagnostics", took: took}
	}
	if len(diags) > 0 {
		d := diags[0]
		o := outcome{message: d.Summary, took: took}
		if d.Detail != "" {
			o.message += "\n" + d.Detail
		}
		if d.Span.Start.Line > 0 {
			o.place = fmt.Sprintf("%s:%d:%d", d.Span.File, d.Span.Start.Line, d.Span.Start.Column)
		}
		return o
	}
	o := outcome{ok: true, files: map[string]string{}, took: took}
	if err := o.fill(p.mode, result.JSON); err != nil {
		if _, mismatch := errors.AsType[*output.MismatchError](err); mismatch {
			return outcome{message: strings.TrimSuffix(err.Error(), "."), took: took}
		}
		return outcome{message: "FAILED: " + err.Error(), took: took}
	}
	return o
}

func (o *outcome) fill(mode output.Mode, doc []byte) error {
	if !mode.Files {
		text, err := mode.One(doc)
		o.files[""] = string(text)
		return err
	}
	files, err := mode.All(doc)
	for _, f := range files {
		o.files[f.Name] = string(f.Data)
	}
	return err
}

// verdict says how an outcome compares with what was wanted.
type verdict string

const (
	equal        verdict = "equal"
	otherPlace   verdict = "same message, another place"
	otherMessage verdict = "another message"
	otherValue   verdict = "another value"
	accepted     verdict = "accepted, should fail"
	refused      verdict = "fails, should be accepted"
)

func compare(want, got outcome) verdict {
	switch {
	case want.ok && !got.ok:
		return refused
	case !want.ok && got.ok:
		return accepted
	case want.ok:
		if maps.Equal(want.files, got.files) {
			return equal
		}
		return otherValue
	case !sameMessage(want.message, got.message):
		return otherMessage
	case want.place != "" && want.place != got.place:
		return otherPlace
	}
	return equal
}

// sameMessage compares messages but for what the diagnostics change: a capital
// at the start, a full stop or white space at the end of the first line.
func sameMessage(a, b string) bool { return plain(a) == plain(b) }

func plain(message string) string {
	lines := strings.Split(strings.TrimSpace(message), "\n")
	lines[0] = strings.TrimSpace(strings.TrimSuffix(lines[0], "."))
	text := strings.Join(lines, "\n")
	if text != "" {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// shown is a short form of an outcome for a list of differences.
func (o outcome) shown() string {
	if !o.ok {
		return strings.TrimSpace(clip(o.message) + "  " + o.place)
	}
	if text, one := o.files[""]; one && len(o.files) == 1 {
		return clip(text)
	}
	return fmt.Sprintf("files %v", slices.Sorted(maps.Keys(o.files)))
}

func clip(text string) string {
	const limit = 160
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", "⏎")
	if r := []rune(text); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return text
}

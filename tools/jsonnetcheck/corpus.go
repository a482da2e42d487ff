package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// corpusEntry is one entry of entries.json; paths are relative to its folder.
type corpusEntry struct {
	Name string `json:"name"`
	// Dir is where the command would run; Entry and JPath are relative to it.
	Dir   string   `json:"dir"`
	Entry string   `json:"entry"`
	JPath []string `json:"jpath"`
	// Transform is applied to the value: what of a mixin is to be rendered.
	Transform string `json:"transform"`
	// Reference is a file with the output to expect.
	Reference string `json:"reference"`
}

func (e corpusEntry) program(dir string) program {
	return program{suite: "corpus", name: e.Name, request: func() jsonnet.Request {
		return jsonnet.Request{
			File: e.Entry, Transform: e.Transform, Natives: mixinNatives(),
			Importer: jsonnet.NewImporter(filepath.Join(dir, filepath.FromSlash(e.Dir)), e.JPath, nil),
		}
	}}
}

func readCorpus(dir string) ([]corpusEntry, error) {
	data, err := os.ReadFile(filepath.Join(dir, "entries.json"))
	if err != nil {
		return nil, err
	}
	var entries []corpusEntry
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("read entries.json: %w", err)
	}
	return entries, nil
}

// corpusSum adds up what an engine did.
type corpusSum struct {
	equal, different, failed int
	took, reference          time.Duration
}

func corpus(ctx context.Context, w io.Writer, o options, engines []named, dir string) (bool, error) {
	entries, err := readCorpus(dir)
	if err != nil {
		return false, err
	}
	var upstream, files rendered
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "ENTRY\tENGINE\tRESULT\tBYTES\tTIME\tRATIO")
	sums := map[string]*corpusSum{}
	var notes []string
	for _, entry := range entries {
		if !strings.Contains(entry.Name, o.only) {
			continue
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		p := entry.program(dir)
		want := fastest(ctx, jsonnet.Upstream(), p, o.rounds)
		base := want.took
		if err := holdRendered(ctx, entry, o, dir, want, &upstream, &files); err != nil {
			return false, err
		}
		if entry.Reference != "" {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(entry.Reference)))
			if err != nil {
				return false, err
			}
			want = outcome{ok: true, files: map[string]string{"": string(text)}}
		}
		for _, e := range engines {
			got := want
			if e.name != "upstream" || entry.Reference != "" {
				got = fastest(ctx, e.engine, p, o.rounds)
			}
			s := sums[e.name]
			if s == nil {
				s = &corpusSum{}
				sums[e.name] = s
			}
			v := compare(want, got)
			result := string(v)
			switch {
			case v != equal:
				s.different++
				notes = append(notes, fmt.Sprintf("%s, %s: %s\n  want %s\n  got  %s%s", entry.Name, e.name, v, want.shown(), got.shown(), firstDifference(want, got)))
			case !got.ok:
				s.failed++
				result = "equal failure"
				notes = append(notes, fmt.Sprintf("%s, %s: fails as the reference does: %s", entry.Name, e.name, got.shown()))
			default:
				s.equal++
				s.took += got.took
				s.reference += base
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%.1f ms\t%.3f\n", entry.Name, e.name, result, len(got.files[""]), ms(got.took), float64(got.took)/float64(base))
		}
	}
	_ = tw.Flush()
	ok := true
	for _, e := range engines {
		if s := sums[e.name]; s != nil {
			fmt.Fprintf(w, "\n%s: %d equal, %d different, %d fail in the reference too; of the equal ones %.2f s, go-jsonnet %.2f s, ratio %.3f\n",
				e.name, s.equal, s.different, s.failed, s.took.Seconds(), s.reference.Seconds(), s.took.Seconds()/s.reference.Seconds())
			ok = ok && s.different == 0
		}
	}
	upstream.print(w, "go-jsonnet's evaluation")
	if o.rendered != "" {
		files.print(w, o.rendered)
	}
	notes = slices.Concat(notes, upstream.notes, files.notes)
	for _, n := range notes {
		fmt.Fprintf(w, "\n%s\n", n)
	}
	return ok && upstream.different+upstream.refused+files.different == 0, nil
}

// holdRendered renders an entry and compares it with what go-jsonnet made of it
// and, where there are some, with rendered files. An entry whose transform does
// not leave a mixin, or that go-jsonnet refuses, is left out.
func holdRendered(ctx context.Context, e corpusEntry, o options, dir string, want outcome, upstream, files *rendered) error {
	if !want.ok {
		return nil
	}
	v, err := bundle.DecodeJSON([]byte(want.files[""]))
	if err != nil {
		return fmt.Errorf("read what %s evaluates to: %w", e.Name, err)
	}
	if !v.Has("prometheusAlerts") && !v.Has("prometheusRules") && !v.Has("grafanaDashboards") {
		return nil
	}
	out, diags, err := renderEntry(ctx, e, dir)
	if err := upstream.compare(e.Name, wantedOf(v), out, diags, err); err != nil {
		return err
	}
	reference := filepath.Join(o.rendered, e.Name)
	if _, err := os.Stat(reference); o.rendered == "" || err != nil || diags.HasErrors() {
		return nil
	}
	all, err := wantedFiles(reference)
	if err != nil {
		return err
	}
	return files.compare(e.Name, all, out, diags, nil)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// fastest evaluates a program several times.
func fastest(ctx context.Context, e jsonnet.Engine, p program, rounds int) outcome {
	best := evaluate(ctx, e, p)
	for range rounds - 1 {
		if again := evaluate(ctx, e, p); again.took < best.took {
			best = again
		}
	}
	return best
}

// firstDifference shows the first line that differs.
func firstDifference(want, got outcome) string {
	if !want.ok || !got.ok {
		return ""
	}
	a, b := strings.Split(want.files[""], "\n"), strings.Split(got.files[""], "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("\n  line %d:\n    want %s\n    got  %s", i+1, clip(a[i]), clip(b[i]))
		}
	}
	return fmt.Sprintf("\n  %d lines, want %d", len(b), len(a))
}

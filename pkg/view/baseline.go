package view

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// BaselineVersion is the version of the format of baselines.
const BaselineVersion = 1

// Baseline holds findings that are known. They are neither shown nor do they
// fail; docs/exceptions.md describes the file.
type Baseline struct {
	FormatVersion int            `json:"format_version"`
	Findings      []KnownFinding `json:"findings"`
}

// KnownFinding is a finding of a baseline. It is known by its fingerprint; the
// rest is for people.
type KnownFinding struct {
	Fingerprint string `json:"fingerprint"`
	Code        string `json:"code"`
	File        string `json:"file,omitempty"`
	Object      string `json:"object,omitempty"`
	Summary     string `json:"summary"`
}

// NewBaseline returns a baseline of findings, one for those that differ in
// their environment only.
func NewBaseline(findings []Finding) Baseline {
	b := Baseline{FormatVersion: BaselineVersion, Findings: []KnownFinding{}}
	all := merged(findings)
	for i, print := range fingerprints(all) {
		f := all[i]
		b.Findings = append(b.Findings, KnownFinding{print, f.Code, f.Span.File, f.Object, f.Summary})
	}
	slices.SortFunc(b.Findings, func(x, y KnownFinding) int {
		return slices.Compare([]string{x.File, x.Code, x.Object, x.Summary, x.Fingerprint}, []string{y.File, y.Code, y.Object, y.Summary, y.Fingerprint})
	})
	return b
}

// DecodeBaseline reads a baseline's file.
func DecodeBaseline(data []byte) (Baseline, error) {
	var b Baseline
	if err := json.Unmarshal(data, &b); err != nil {
		return Baseline{}, fmt.Errorf("it is no JSON document: %w", err)
	}
	if b.FormatVersion != BaselineVersion {
		return Baseline{}, fmt.Errorf("its format_version is %d, want %d", b.FormatVersion, BaselineVersion)
	}
	return b, nil
}

// Encode returns the baseline's file, a finding's field a line, so that two
// changes of it seldom meet.
func (b Baseline) Encode() ([]byte, error) {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(b); err != nil {
		return nil, fmt.Errorf("encode baseline: %w", err)
	}
	return []byte(out.String()), nil
}

// Apply returns for each of the findings whether the baseline knows it, how
// many those are when environments do not count, and the part of the baseline
// that still occurs.
func (b Baseline) Apply(findings []Finding) (known []bool, count int, rest Baseline) {
	inBaseline := map[string]bool{}
	for _, k := range b.Findings {
		inBaseline[k.Fingerprint] = true
	}
	all := merged(findings)
	prints := map[string]string{}
	occurs := map[string]bool{}
	for i, print := range fingerprints(all) {
		prints[mergeKey(all[i].Finding)] = print
		occurs[print] = true
		if inBaseline[print] {
			count++
		}
	}
	for _, f := range findings {
		known = append(known, inBaseline[prints[mergeKey(f)]])
	}
	rest = Baseline{FormatVersion: b.FormatVersion, Findings: []KnownFinding{}}
	for _, k := range b.Findings {
		if occurs[k.Fingerprint] {
			rest.Findings = append(rest.Findings, k)
		}
	}
	return known, count, rest
}

// Known says how a baseline was used.
type Known struct {
	// Path is the baseline's file.
	Path string `json:"path"`
	// Findings counts those of this run that it knows, in which environment
	// ever.
	Findings int `json:"findings"`
	// Gone counts those of the baseline that were not made.
	Gone int `json:"gone,omitempty"`
	// Action is "write" or "update" if the file was written, "refuse" if it
	// was to be, but something could not be judged.
	Action string `json:"action,omitempty"`
}

// baseline draws how the baseline was used.
func (t *textWriter) baseline(k Known) {
	text := count(k.Findings, "known finding") + ", see " + plain(k.Path)
	switch k.Action {
	case "write":
		text = "wrote " + plain(k.Path) + ": " + count(k.Findings, "known finding")
	case "update":
		text = strings.TrimSuffix(fmt.Sprintf("updated %s: %s, %d taken away", plain(k.Path), count(k.Findings, "known finding"), k.Gone), ", 0 taken away")
	case "refuse":
		text = plain(k.Path) + " was not written: first mend what cannot be excepted"
	}
	t.printf("%s\n", text)
}

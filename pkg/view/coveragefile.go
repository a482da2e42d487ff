package view

import (
	_ "embed" // the page of the coverage
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/monctl/monctl/pkg/ruletest"
)

// CoverageVersion is the version of the format of coverage files.
const CoverageVersion = 1

// CoverageFile is the JSON document of --coverage-out; fields are added within
// a version.
type CoverageFile struct {
	FormatVersion int    `json:"format_version"`
	Version       string `json:"version"`
	ruletest.CoverageReport
}

// WriteCoverageJSON writes the coverage of a report as a document of its own.
func WriteCoverageJSON(w io.Writer, r Report) error {
	b, err := json.MarshalIndent(CoverageFile{CoverageVersion, r.Version, *r.Coverage}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode coverage: %w", err)
	}
	return write(w, string(b)+"\n")
}

//go:embed coverage.html
var coveragePage string

// WriteCoverageHTML writes the coverage of a report as one page, which needs
// no other file.
func WriteCoverageHTML(w io.Writer, r Report) error {
	page, err := template.New("coverage").Funcs(template.FuncMap{
		"marked": marked, "missing": missingWords, "covered": coveredList, "plain": plain, "labels": labelText, "kind": kindName,
		"percent": func(covered, items int) int {
			if items == 0 {
				return 100
			}
			return 100 * covered / items
		},
	}).Parse(coveragePage)
	if err != nil {
		return fmt.Errorf("parse the page of the coverage: %w", err)
	}
	if err := page.Execute(w, r); err != nil {
		return fmt.Errorf("write coverage: %w", err)
	}
	return nil
}

// passage is a piece of an expression that begins or ends a part of it.
type passage struct {
	Text string
	// Open is the class of the part that begins here, Title what is missing of
	// it; Close counts the parts that end behind the text.
	Open  []opened
	Close int
}

type opened struct{ Class, Title string }

// marked cuts a rule's expression so that every part with outcomes is an
// element: "all", "some" or "none" of its outcomes are covered.
func marked(r ruletest.RuleCover) []passage {
	type extent struct{ from, to int }
	parts := map[extent][]ruletest.CoverageItem{}
	cuts := []int{0, len([]rune(r.Expr))}
	for _, i := range r.Items {
		if i.To > i.From {
			parts[extent{i.From, i.To}] = append(parts[extent{i.From, i.To}], i)
			cuts = append(cuts, i.From, i.To)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	// Outer parts open first: parts of an expression nest.
	extents := make([]extent, 0, len(parts))
	for e := range parts {
		extents = append(extents, e)
	}
	slices.SortFunc(extents, func(a, b extent) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	text := []rune(r.Expr)
	var out []passage
	for n := 0; n+1 < len(cuts); n++ {
		p := passage{Text: string(text[cuts[n]:cuts[n+1]])}
		for _, e := range extents {
			if e.from == cuts[n] {
				p.Open = append(p.Open, opened{class(parts[e]), title(parts[e])})
			}
			if e.to == cuts[n+1] {
				p.Close++
			}
		}
		out = append(out, p)
	}
	return out
}

func class(items []ruletest.CoverageItem) string {
	covered := 0
	for _, i := range items {
		if i.Covered {
			covered++
		}
	}
	switch covered {
	case 0:
		return "none"
	case len(items):
		return "all"
	default:
		return "some"
	}
}

func title(items []ruletest.CoverageItem) string {
	text := ""
	for _, i := range items {
		line := "✓ " + i.Outcome
		if !i.Covered {
			line = "✗ " + missingWords(i)
		}
		if text != "" {
			text += "\n"
		}
		text += line
	}
	return text
}

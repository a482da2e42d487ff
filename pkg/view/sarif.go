package view

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/monctl/monctl/docs/checks"
	"github.com/monctl/monctl/pkg/diag"
)

// The part of SARIF 2.1.0 (OASIS standard) that is used.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	// sarifRule has what code scanning of GitHub demands of a rule.
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
		Help             sarifMessage `json:"help"`
		HelpURI          string       `json:"helpUri"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifMessage      `json:"message"`
		Locations           []sarifLocation   `json:"locations,omitempty"`
		RelatedLocations    []sarifLocation   `json:"relatedLocations,omitempty"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Properties          *sarifProperties  `json:"properties,omitempty"`
	}
	sarifProperties struct {
		Owner string `json:"owner,omitempty"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifMessage  `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int           `json:"startLine"`
		StartColumn int           `json:"startColumn,omitempty"`
		EndLine     int           `json:"endLine,omitempty"`
		EndColumn   int           `json:"endColumn,omitempty"`
		Snippet     *sarifMessage `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
)

// docsURL is where every code has a page.
const docsURL = "https://github.com/monctl/monctl/blob/main/docs/checks/"

// renderSARIF draws a log of static analysis as code scanning reads it.
func renderSARIF(w io.Writer, r Report, o Options) error {
	findings := everything(r)
	prints := fingerprints(findings)
	rules := []sarifRule{}
	for _, f := range findings {
		rules = append(rules, sarifRuleOf(f.Code))
	}
	byID := func(a, b sarifRule) int { return strings.Compare(a.ID, b.ID) }
	slices.SortFunc(rules, byID)
	rules = slices.Compact(rules)
	results := []sarifResult{}
	for i, f := range findings {
		index, _ := slices.BinarySearchFunc(rules, sarifRule{ID: f.Code}, byID)
		res := sarifResult{
			RuleID: f.Code, RuleIndex: index, Level: sarifLevel(f.Severity), Message: sarifMessage{Text: message(f)},
			PartialFingerprints: map[string]string{"monctlFinding/v2": prints[i]},
		}
		if f.Owner != "" {
			res.Properties = &sarifProperties{Owner: f.Owner}
		}
		if l, ok := sarifPlace(f.Span, f.Excerpt, o); ok || f.Object != "" {
			if f.Object != "" {
				l.Logical = []sarifLogical{{FullyQualifiedName: renderedAs(f.Object, f.Pointer)}}
			}
			res.Locations = []sarifLocation{l}
		}
		for j, related := range f.Related {
			if l, ok := sarifPlace(related.Span, nil, o); ok && related.Span.File != expressionFile {
				l.ID = j + 1
				l.Message = &sarifMessage{Text: onOneLine(related.Message)}
				res.RelatedLocations = append(res.RelatedLocations, l)
			}
		}
		results = append(results, res)
	}
	return writeJSON(w, sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{
			Tool: sarifTool{Driver: sarifDriver{
				Name: "monctl", Version: r.Version, InformationURI: "https://github.com/monctl/monctl", Rules: rules,
			}},
			ColumnKind: "unicodeCodePoints", Results: results,
		}},
	})
}

// sarifRuleOf describes a code by the first sentence of its page.
func sarifRuleOf(code string) sarifRule {
	r := sarifRule{ID: code, ShortDescription: sarifMessage{Text: code}, HelpURI: docsURL + code + ".md"}
	r.Help.Text = "monctl explain " + code + " says more, as does " + r.HelpURI
	page, err := checks.FS.ReadFile(code + ".md")
	if err != nil {
		return r
	}
	_, text, _ := strings.Cut(string(page), "\n\n")
	line, _, _ := strings.Cut(text, "\n")
	if _, summary, ok := strings.Cut(line, ": "); ok {
		summary, _, _ = strings.Cut(summary, ". ")
		r.ShortDescription.Text = summary
	}
	return r
}

func sarifPlace(s diag.Span, e *diag.Excerpt, o Options) (sarifLocation, bool) {
	if s.File == "" {
		return sarifLocation{}, false
	}
	p := &sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: o.filePath(s.File)}).EscapedPath()}}
	if !strings.HasPrefix(s.File, "/") {
		p.Artifact.URIBaseID = "%SRCROOT%"
	}
	if s.Start.Line > 0 {
		p.Region = &sarifRegion{StartLine: s.Start.Line, StartColumn: s.Start.Column}
		if s.End.Compare(s.Start) > 0 {
			p.Region.EndLine, p.Region.EndColumn = s.End.Line, s.End.Column
		}
		if e != nil {
			p.Region.Snippet = &sarifMessage{Text: e.Text}
		}
	}
	return sarifLocation{Physical: p}, true
}

func sarifLevel(s diag.Severity) string {
	switch s {
	case diag.Error:
		return "error"
	case diag.Warning:
		return "warning"
	default:
		return "note"
	}
}

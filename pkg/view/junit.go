package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string `xml:"name,attr"`
	File     string `xml:"file,attr,omitempty"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`
	// Properties is nil if there are none: some readers do not like it empty.
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

func (s *junitSuite) property(name, value string) {
	if value == "" {
		return
	}
	if s.Properties == nil {
		s.Properties = &junitProperties{}
	}
	s.Properties.List = append(s.Properties.List, junitProperty{name, plain(value)})
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Time      string        `xml:"time,attr"`
	Skipped   *junitSkipped `xml:"skipped"`
	Failure   *junitFailure `xml:"failure"`
	Error     *junitFailure `xml:"error"`
	SystemOut string        `xml:"system-out,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// renderJUnit draws what continuous integration shows as tests. The first
// suite is the command's: a case for each finding, of which errors fail, or one
// that passes. Then comes a suite for each file of tests, with a case for each
// test: it fails if an assertion does not hold, and is in error if it could not
// be judged.
func renderJUnit(w io.Writer, r Report, _ Options) error {
	out := junitReport{Name: "monctl", Suites: []junitSuite{findingsSuite(r)}}
	seconds := 0.0
	if r.Tests != nil {
		seconds = r.Tests.Seconds
		for _, s := range r.Tests.Suites {
			out.Suites = append(out.Suites, testSuite(s))
		}
	}
	for i := range out.Suites {
		s := &out.Suites[i]
		s.Tests = len(s.Cases)
		for _, c := range s.Cases {
			if c.Failure != nil {
				s.Failures++
			}
			if c.Error != nil {
				s.Errors++
			}
			if c.Skipped != nil {
				s.Skipped++
			}
		}
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Skipped += s.Skipped
	}
	out.Time = junitTime(seconds)
	return writeXML(w, out)
}

func findingsSuite(r Report) junitSuite {
	suite := junitSuite{Name: "monctl " + r.Command, Time: junitTime(0)}
	if r.Coverage != nil {
		suite.property("coverage.percent", fmt.Sprintf("%.1f", r.Coverage.Percent))
		suite.property("coverage.covered", fmt.Sprint(r.Coverage.Covered))
		suite.property("coverage.items", fmt.Sprint(r.Coverage.Items))
	}
	failures := failureKeys(r.Tests)
	r.Tests = nil // they have suites of their own
	for _, f := range everything(r) {
		if failures[failureKey{f.Code, f.Summary, f.Span}] {
			continue
		}
		c := junitCase{
			Name: fmt.Sprintf("%s %s", f.Code, plain(f.Span.String())), Classname: "monctl." + r.Command,
			File: f.Span.File, Line: f.Span.Start.Line, Time: junitTime(0),
		}
		if f.Severity == diag.Error {
			c.Failure = &junitFailure{Message: onOneLine(f.Summary), Type: f.Code, Text: sourceText(f)}
		} else {
			c.SystemOut = fmt.Sprintf("%s: %s", f.Severity, sourceText(f))
		}
		suite.Cases = append(suite.Cases, c)
	}
	if len(suite.Cases) == 0 {
		suite.Cases = []junitCase{{Name: "no findings", Classname: "monctl." + r.Command, Time: junitTime(0)}}
	}
	return suite
}

// sourceText is a finding as a terminal shows it, in black and white.
func sourceText(f mergedFinding) string {
	t := &textWriter{}
	t.finding(f)
	return strings.TrimRight(t.out.String(), "\n")
}

func testSuite(s Suite) junitSuite {
	name := s.File
	if s.Environment != "" {
		name += " (" + strings.Join(s.envs(), ", ") + ")"
	}
	suite := junitSuite{Name: plain(name), File: s.File}
	suite.property("environments", strings.Join(s.envs(), ", "))
	seconds := 0.0
	for _, t := range s.Tests {
		seconds += t.Seconds
		c := junitCase{Name: onOneLine(testName(t)), Classname: plain(name), File: s.File, Line: t.Span.Start.Line, Time: junitTime(t.Seconds)}
		switch t.Result {
		case Skipped:
			c.Skipped = &junitSkipped{Message: onOneLine(t.Reason)}
		case Failed:
			c.Failure, c.Error = testFailure(s, t)
		case Passed:
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Time = junitTime(seconds)
	return suite
}

// testFailure is what a test failed for: an error if nothing but errors kept it
// from being judged.
func testFailure(s Suite, t Test) (failure, broken *junitFailure) {
	failures := t.Failures
	if len(failures) == 0 {
		failures = []Failure{unexplained()}
	}
	out := &junitFailure{Message: onOneLine(failures[0].Message), Type: failures[0].code()}
	var texts []string
	onlyErrors := true
	for _, f := range failures {
		texts = append(texts, failureText(s, t, f))
		onlyErrors = onlyErrors && f.Kind == "error"
	}
	out.Text = strings.Join(texts, "\n\n")
	if onlyErrors {
		return nil, out
	}
	return out, nil
}

// failureText is a failure as a terminal shows it, in black and white.
func failureText(s Suite, t Test, f Failure) string {
	finding := mergedFinding{Finding: testFinding(s, t, f)}
	if f.explains() {
		finding.failure = &f
	}
	w := &textWriter{}
	w.finding(finding)
	return strings.TrimRight(w.out.String(), "\n")
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

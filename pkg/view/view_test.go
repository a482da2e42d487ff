package view_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/view"
)

// sources are the files that the reports of these tests point at.
func sources() map[string]string {
	return map[string]string{
		"rules/node.jsonnet": strings.Repeat("//\n", 8) + "local rules = import 'monctl/rules.libsonnet';\n" +
			"rules.group('cpu', [\n  rules.alert('HighLoad', {\n    expr: 'rate(node_load1[5m]) > 2',\n  }),\n])\n",
		"rules/wide.yaml":           "groups:\n- name: 監視 # é\té\n  rules: " + strings.Repeat("x", 120) + " oops " + strings.Repeat("y", 200) + "\n",
		"lib/shared.libsonnet":      "{\n  load(n):: self.load(n + 1),\n}\n",
		"rules/evil.yaml":           "expr: \"\x1b[31mred\x07\u202e\" # end\n",
		"tests/node.yaml":           "tests:\n- alert_rule_test:\n  - eval_time: 10m\n    alertname: HighLoad\n",
		"alertmanager/main.jsonnet": "{\n  route: { receiver: 'missing' },\n}\n",
	}
}

func open(file string) ([]byte, error) {
	text, ok := sources()[file]
	if !ok {
		return nil, os.ErrNotExist
	}
	return []byte(text), nil
}

func span(file string, l1, c1, l2, c2 int) diag.Span {
	return diag.Span{File: file, Start: diag.Position{Line: l1, Column: c1}, End: diag.Position{Line: l2, Column: c2}}
}

func environments(names ...string) []view.Environment {
	var out []view.Environment
	for _, n := range names {
		out = append(out, view.Environment{Name: n, Revision: strings.Repeat("0123456789abcdef", 4), Objects: map[string]int{
			"rules": 12, "dashboard": 4, "alertmanager": 1, "prometheus": 1, "template": 2, "file": 1,
		}})
	}
	return out
}

// reports are the documents that are rendered in every format.
func reports() map[string]view.Report {
	out := map[string]view.Report{}

	var l diag.List
	for _, env := range []string{"tokyo", "us"} {
		d := l.Errorf("promql/rate", span("rules/node.jsonnet", 12, 11, 12, 31), "rate() of node_load1, which is a gauge")
		d.Hint = "deriv(node_load1[5m]) is the slope of a gauge"
		d.Object, d.Pointer, d.Env = "rules/node/cpu", "/rules/0/expr", env
	}
	d := l.Warnf("alert/runbook", span("rules/node.jsonnet", 11, 3, 13, 5), "alert HighLoad has no runbook")
	d.Env = "us"
	d.Object, d.Pointer = "rules/node/cpu", "/rules/0"
	d = l.Errorf("routing/receiver", span("alertmanager/main.jsonnet", 2, 22, 2, 31), "the route names the receiver %q, which does not exist", "missing")
	d.Related = []diag.Related{{Message: "receivers are listed here", Span: span("rules/node.jsonnet", 9, 1, 0, 0)}, {Message: "a place without a file"}}
	d.Detail = "An alert that arrives here could not be sent to anybody.\nAlertmanager refuses to start with such a tree."
	out["findings"] = view.Report{Command: "validate", Environments: environments("tokyo", "us"), Diagnostics: view.Findings(l), ExitCode: 3}

	l = nil
	d = l.Errorf("jsonnet/stack", span("lib/shared.libsonnet", 2, 13, 2, 29), "max stack frames exceeded")
	for range 20 {
		d.Related = append(d.Related, diag.Related{Message: "function <load>", Span: span("lib/shared.libsonnet", 2, 13, 2, 29)})
	}
	for i := range 20 {
		d.Related = append(d.Related, diag.Related{Message: "called", Span: span("lib/shared.libsonnet", i+10, 1, 0, 0)})
	}
	d.Related = append(d.Related, diag.Related{Message: "imported by", Span: span("rules/node.jsonnet", 9, 15, 9, 45)})
	l.Errorf("yaml/tab", diag.Span{File: "lib/shared.libsonnet", Start: diag.Position{Line: 2}}, "no column is known").Pointer = "/environments/a.b/0"
	l.Errorf("yaml/end", span("lib/shared.libsonnet", 4, 1, 0, 0), "beyond the last line")
	d = l.Errorf("promql/syntax", span("lib/shared.libsonnet", 1, 1, 0, 0), "unclosed parenthesis")
	d.Detail = "sum(\n   ^"
	d.Related = []diag.Related{{Message: "line 1, column 4 of the expression", Span: span("<expression>", 1, 4, 0, 0)}}
	l.Errorf("input/read", diag.Span{File: "rules/gone.yaml"}, "the file cannot be read")
	l.Infof("project/empty", diag.Span{}, "the project has no dashboards")
	out["stack"] = view.Report{Command: "render", Environments: environments("default"), Diagnostics: view.Findings(l), ExitCode: 3}

	l = nil
	d = l.Errorf("yaml/syntax", span("rules/evil.yaml", 1, 8, 1, 17), "bad \x1b[2Jvalue\r\n::error::injected")
	d.Hint = "tab\there and \u2028 there, 100%"
	l.Warnf("yaml/long", span("rules/wide.yaml", 3, 131, 3, 135), "long line")
	l.Warnf("yaml/name", span("rules/wide.yaml", 2, 9, 2, 11), "wide name")
	out["hostile"] = view.Report{Command: "validate", Diagnostics: view.Findings(l), ExitCode: 3}

	out["tests"] = view.Report{Command: "test", Environments: environments("default"), ExitCode: 3, Tests: &view.Tests{Seconds: 1.25, Suites: []view.Suite{{
		File: "tests/node.yaml", Environment: "default", Tests: []view.Test{
			{Name: "HighLoad fires", Result: view.Failed, Seconds: 0.5, Failures: []view.Failure{{
				Kind: "alert", Message: "HighLoad at 10m: alerts differ", Span: span("tests/node.yaml", 3, 5, 3, 19),
				Expected: "a\nb\nc\n{severity=\"critical\"}\nd", Got: "a\nb\nc\n{severity=\"warning\"}\nd",
			}}},
			{Index: 1, Result: view.Passed, Seconds: 0.25},
			{Index: 2, Result: view.Skipped, Reason: "needs a clock"},
			{Index: 3, Result: view.Failed, Failures: []view.Failure{{Kind: "error", Message: "parse error"}}},
		},
	}}}}

	out["failures"], out["coverage"] = explainedFailures(), coverage()

	out["outdated"] = view.Report{Command: "render", Environments: environments("default"), ExitCode: 16, Changes: &view.Changes{
		Path: "out", Check: true, Unchanged: 3, Files: []view.Change{
			{Path: "out/default/prometheus/rules/node.yaml", Action: "update", Diff: view.Diff("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n")},
			{Path: "out/default/grafana/old.json", Action: "remove"},
			{Path: "out/default/grafana/new.json", Action: "add", Diff: view.Diff("", "{}\n")},
		},
	}}

	changed := []view.ObjectChange{{Object: "rules/node/cpu", Action: "update"}, {Object: "dashboard/hosts/node", Action: "add"}, {Object: "template/old.tmpl", Action: "remove"}}
	out["up"] = view.Report{
		Command: "up", Environments: environments("default"),
		Tests: &view.Tests{Seconds: 0.5, Suites: []view.Suite{{File: "tests/node.yaml", Tests: []view.Test{{Result: view.Passed}}}}},
		Deploys: []view.Deploy{
			{Target: "up", URL: "http://127.0.0.1:9090", Environment: "default", Revision: strings.Repeat("a", 64), Changed: changed},
			{Target: "up", URL: "http://127.0.0.1:9090", Environment: "default", Revision: strings.Repeat("b", 64), Previous: strings.Repeat("a", 64), Changed: changed},
			{Target: "files", Revision: strings.Repeat("b", 64), Previous: strings.Repeat("b", 64)},
		},
		Server: &view.Server{URL: "http://127.0.0.1:9090", Targets: 3, TargetsUp: 2, Rules: 40, AlertsFiring: 1, UnresolvedSecrets: []string{"slack/url", "pagerduty/key"}},
	}
	out["profile"] = view.Report{Command: "eval", Profile: profile()}
	out["clean"] = view.Report{Command: "validate", Environments: environments("default")}
	for name, r := range out {
		r.Version = "v0.1.0"
		out[name] = view.Annotate(r, open)
	}
	return out
}

// profile has lines of all forms, and more functions than text shows.
func profile() *view.Profile {
	p := &view.Profile{Seconds: 12.5, Bytes: 3 << 30}
	p.Functions = []view.ProfileLine{
		{File: "lib/shared.libsonnet", Function: "function <load>", SelfSeconds: 10.25, TotalSeconds: 12.04, SelfBytes: 2 << 30, TotalBytes: 3 << 30},
		{File: "lib/shared.libsonnet", Function: "parse", SelfSeconds: 1.204, TotalSeconds: 1.204, SelfBytes: 1 << 20, TotalBytes: 1<<20 + 300<<10},
		{File: "evil\x1b[31m.jsonnet", SelfSeconds: 0.1234, TotalSeconds: 0.1234, SelfBytes: 1023, TotalBytes: 1024},
		{Function: "builtin", SelfSeconds: 0.01234, TotalSeconds: 0.01234},
		{SelfSeconds: 0.00001, TotalSeconds: 12.5, SelfBytes: 1, TotalBytes: 3 << 30},
	}
	for range 20 {
		p.Functions = append(p.Functions, view.ProfileLine{File: "lib/rest.libsonnet", Function: "object <anonymous>"})
	}
	p.Files = []view.ProfileLine{
		{File: "lib/shared.libsonnet", SelfSeconds: 11.454, TotalSeconds: 12.04, SelfBytes: 2<<30 + 1<<20, TotalBytes: 3 << 30},
		{SelfSeconds: 0.00001, TotalSeconds: 12.5, SelfBytes: 1, TotalBytes: 3 << 30},
	}
	return p
}

func TestFailuresThatADiagnosticTellsAreShownOnce(t *testing.T) {
	at := span("tests/node.yaml", 3, 5, 3, 19)
	var l diag.List
	l.Errorf("test/alert", at, "alerts differ").Hint = "look again"
	r := view.Annotate(view.Report{Command: "test", ExitCode: 3, Diagnostics: view.Findings(l), Tests: &view.Tests{Suites: []view.Suite{{
		File: "tests/node.yaml", Tests: []view.Test{{Name: "A", Result: view.Failed, Failures: []view.Failure{
			{Kind: "alert", Code: "test/alert", Message: "alerts differ", Span: at, Expected: "a", Got: "b"},
		}}},
	}}}}, open)
	for format, want := range map[string]int{"text": 1, "github": 1, "junit": 2, "checkstyle": 1} {
		// In JUnit's XML it stands in the attribute and in the text of one case.
		out := string(render(t, format, view.Options{}, r))
		if n := strings.Count(out, "alerts differ"); n != want {
			t.Errorf("%s tells it %d times, want %d:\n%s", format, n, want, out)
		}
		if format == "text" && !strings.Contains(out, "failed: 1 test failed, 0 tests passed") {
			t.Errorf("the summary counts it twice:\n%s", out)
		}
	}
}

func render(t *testing.T, format string, o view.Options, r view.Report) []byte {
	t.Helper()
	renderer, err := view.New(format, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := renderer.Render(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// updateGoldens is the repository's switch: UPDATE_GOLDEN=1 go test ./...
func updateGoldens() bool { return os.Getenv("UPDATE_GOLDEN") != "" }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if updateGoldens() {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; UPDATE_GOLDEN=1 accepts):\n%s", file, diff)
	}
}

func TestGoldens(t *testing.T) {
	endings := map[string]string{"text": "txt", "github": "github.txt", "gitlab": "gitlab.json", "junit": "junit.xml", "sarif": "sarif.json", "checkstyle": "checkstyle.xml", "json": "json"}
	for name, r := range reports() {
		for _, format := range view.Formats() {
			t.Run(name+"/"+format, func(t *testing.T) {
				golden(t, name+"."+endings[format], render(t, format, view.Options{Prefix: "monitoring"}, r))
			})
		}
		t.Run(name+"/narrow and coloured", func(t *testing.T) {
			golden(t, name+".color.txt", render(t, "text", view.Options{Color: true, Width: 60}, r))
		})
	}
}

func TestTextIsDrawnFromTheDocument(t *testing.T) {
	for name, r := range reports() {
		doc, err := view.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := view.Decode(doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(render(t, "text", view.Options{}, r)), string(render(t, "text", view.Options{}, back))); diff != "" {
			t.Errorf("%s: text of the decoded document differs:\n%s", name, diff)
		}
	}
}

func TestDecodeRefusesOtherVersions(t *testing.T) {
	if _, err := view.Decode([]byte(`{"format_version": 2}`)); err == nil {
		t.Error("a document of another format version was accepted")
	}
	if _, err := view.Decode([]byte(`{"format_version": 1, "later": true}`)); err != nil {
		t.Errorf("an additional field: %v", err)
	}
}

func TestUnknownFormat(t *testing.T) {
	for format, want := range map[string]string{
		"jsn": `did you mean "json"?`, "yaml": "known formats: text, json, github, gitlab, junit, sarif, checkstyle",
	} {
		_, err := view.New(format, view.Options{})
		var unknown *view.UnknownFormatError
		if !errors.As(err, &unknown) {
			t.Fatalf("New(%q): %v", format, err)
		}
		if diff := cmp.Diff(want, unknown.Hint()); diff != "" {
			t.Errorf("hint for %q (-want +got):\n%s", format, diff)
		}
	}
}

func TestNoTerminalControlLeavesTheText(t *testing.T) {
	for _, width := range []int{0, 20, 40, 80} {
		for name, r := range reports() {
			for _, format := range []string{"text", "github", "junit", "checkstyle"} {
				for _, c := range string(render(t, format, view.Options{Width: width}, r)) {
					if c < 0x20 && c != '\n' || c >= 0x7f && c < 0xa0 || c == '\u202e' || c == '\u2028' {
						t.Errorf("%s/%s: control character %q", name, format, c)
					}
				}
			}
		}
	}
}

func TestGitHubCommandsCannotBeInjected(t *testing.T) {
	out := string(render(t, "github", view.Options{}, reports()["hostile"]))
	if n := strings.Count("\n"+out, "\n::"); n != 3 {
		t.Errorf("%d commands, want one for each of 3 findings:\n%s", n, out)
	}
}

func TestNarrowTextStaysNarrow(t *testing.T) {
	r := reports()["hostile"]
	for line := range strings.SplitSeq(string(render(t, "text", view.Options{Width: 60}, r)), "\n") {
		if strings.Contains(line, " | ") && len([]rune(line)) > 60 {
			t.Errorf("line of %d columns: %s", len([]rune(line)), line)
		}
	}
	if out := string(render(t, "text", view.Options{Width: 60}, r)); !strings.Contains(out, "oops") {
		t.Errorf("the underlined part of the long line is gone:\n%s", out)
	}
}

func TestFingerprintsSurviveMovedLines(t *testing.T) {
	prints := func(r view.Report) []string {
		var got []struct {
			Fingerprint string `json:"fingerprint"`
		}
		if err := json.Unmarshal(render(t, "gitlab", view.Options{}, r), &got); err != nil {
			t.Fatal(err)
		}
		var out []string
		seen := map[string]bool{}
		for _, g := range got {
			if seen[g.Fingerprint] || len(g.Fingerprint) != 32 {
				t.Errorf("fingerprint %q is not unique", g.Fingerprint)
			}
			seen[g.Fingerprint] = true
			out = append(out, g.Fingerprint)
		}
		return out
	}
	before := reports()["stack"]
	before.Diagnostics = append(before.Diagnostics, before.Diagnostics[0])
	before.Diagnostics[len(before.Diagnostics)-1].Span.Start.Line = 3
	moved := before
	moved.Diagnostics = append([]view.Finding{}, before.Diagnostics...)
	for i := range moved.Diagnostics {
		if moved.Diagnostics[i].Span.Start.Line > 0 {
			moved.Diagnostics[i].Span.Start.Line += 40
		}
	}
	if diff := cmp.Diff(prints(before), prints(moved)); diff != "" {
		t.Errorf("fingerprints (-before +moved):\n%s", diff)
	}
}

// TestDocumentedStructures decodes every document strictly into the structure
// that its format's documentation demands.
func TestDocumentedStructures(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			checkGitLab(t, render(t, "gitlab", view.Options{}, r))
			checkSARIF(t, render(t, "sarif", view.Options{}, r))
			checkJUnit(t, render(t, "junit", view.Options{}, r))
			checkCheckstyle(t, render(t, "checkstyle", view.Options{}, r))
		})
	}
}

func strict(t *testing.T, data []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
}

func checkGitLab(t *testing.T, data []byte) {
	t.Helper()
	var got []struct {
		Description string `json:"description"`
		CheckName   string `json:"check_name"`
		Fingerprint string `json:"fingerprint"`
		Severity    string `json:"severity"`
		Location    struct {
			Path  string `json:"path"`
			Lines struct {
				Begin int `json:"begin"`
				End   int `json:"end"`
			} `json:"lines"`
		} `json:"location"`
	}
	strict(t, data, &got)
	for _, g := range got {
		known := map[string]bool{"info": true, "minor": true, "major": true, "critical": true, "blocker": true}
		if g.Description == "" || g.CheckName == "" || g.Location.Path == "" || g.Location.Lines.Begin < 1 || !known[g.Severity] {
			t.Errorf("incomplete finding: %+v", g)
		}
	}
}

func checkSARIF(t *testing.T, data []byte) {
	t.Helper()
	var got struct {
		Version string `json:"version"`
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string `json:"name"`
					Rules []struct {
						ID string `json:"id"`
					} `json:"rules"`
				} `json:"driver"`
			} `json:"tool"`
			Results []struct {
				RuleID    string `json:"ruleId"`
				RuleIndex int    `json:"ruleIndex"`
				Level     string `json:"level"`
				Message   struct {
					Text string `json:"text"`
				} `json:"message"`
				Locations []struct {
					Physical struct {
						Artifact struct {
							URI string `json:"uri"`
						} `json:"artifactLocation"`
						Region *struct {
							StartLine   int `json:"startLine"`
							StartColumn int `json:"startColumn"`
						} `json:"region"`
					} `json:"physicalLocation"`
				} `json:"locations"`
				Prints map[string]string `json:"partialFingerprints"`
			} `json:"results"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.1.0" || len(got.Runs) != 1 || got.Runs[0].Tool.Driver.Name != "monctl" || got.Runs[0].Results == nil {
		t.Fatalf("not a SARIF 2.1.0 log of one run:\n%s", data)
	}
	rules := got.Runs[0].Tool.Driver.Rules
	for _, r := range got.Runs[0].Results {
		levels := map[string]bool{"error": true, "warning": true, "note": true}
		if r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID || !levels[r.Level] || r.Message.Text == "" || len(r.Prints) == 0 {
			t.Errorf("bad result: %+v", r)
		}
		for _, l := range r.Locations {
			if strings.ContainsAny(l.Physical.Artifact.URI, " <>\x1b") || l.Physical.Region != nil && l.Physical.Region.StartLine < 1 {
				t.Errorf("bad location: %+v", l)
			}
		}
	}
}

func checkJUnit(t *testing.T, data []byte) {
	t.Helper()
	type testCase struct {
		Name      string    `xml:"name,attr"`
		Classname string    `xml:"classname,attr"`
		Failure   *struct{} `xml:"failure"`
		Skipped   *struct{} `xml:"skipped"`
	}
	var got struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Suites   []struct {
			Name  string     `xml:"name,attr"`
			Tests int        `xml:"tests,attr"`
			Cases []testCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	n, failures, skipped := 0, 0, 0
	for _, s := range got.Suites {
		if s.Name == "" || s.Tests != len(s.Cases) || s.Tests == 0 {
			t.Errorf("bad suite: %+v", s)
		}
		for _, c := range s.Cases {
			n++
			if c.Name == "" || c.Classname == "" {
				t.Errorf("bad case: %+v", c)
			}
			if c.Failure != nil {
				failures++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
	}
	if n != got.Tests || failures != got.Failures || skipped != got.Skipped {
		t.Errorf("counts are %d, %d, %d; the cases say %d, %d, %d", got.Tests, got.Failures, got.Skipped, n, failures, skipped)
	}
}

func checkCheckstyle(t *testing.T, data []byte) {
	t.Helper()
	var got struct {
		XMLName xml.Name `xml:"checkstyle"`
		Files   []struct {
			Name   string `xml:"name,attr"`
			Errors []struct {
				Severity string `xml:"severity,attr"`
				Message  string `xml:"message,attr"`
				Source   string `xml:"source,attr"`
			} `xml:"error"`
		} `xml:"file"`
	}
	if err := xml.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for _, f := range got.Files {
		for _, e := range f.Errors {
			known := map[string]bool{"error": true, "warning": true, "info": true}
			if !known[e.Severity] || e.Message == "" || !strings.HasPrefix(e.Source, "monctl.") {
				t.Errorf("bad error of %s: %+v", f.Name, e)
			}
		}
	}
}

func TestDiff(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"created", "", "a\n", "+a\n"},
		{"removed", "a\nb", "", "-a\n-b\n"},
		{"carriage return", "a\r\nb\n", "a\nb\n", "-a␍\n+a\n b\n"},
		{"no line break before", "a\nb", "a\nb\n", " a\n b\n-\\ No newline at end of file\n"},
		{"no line break after", "a\n", "a", " a\n+\\ No newline at end of file\n"},
		{"middle", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "@@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
		{"two places", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n", "-a\n+A\n 1\n 2\n 3\n@@\n 5\n 6\n 7\n-b\n+B\n"},
		{"moved", "a\nb\nc\n", "b\nc\na\n", "-a\n b\n c\n+a\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, view.Diff(tc.old, tc.new)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// A file of cases is made of paragraphs. One whose lines all start with # says
// what follows. A case is a program of one or several lines, and then
//
//	=> the value, as JSON on one line
//	!! the message @ line:column
//
// in which ⏎ stands for a line end. The place is that of the innermost frame
// in the program, or missing.
//
// UPDATE_GOLDEN=1 writes the expectations again, with go-jsonnet's answers:
// read the difference before you believe it.
const (
	valueMark = "=> "
	errorMark = "!! "
)

// suiteCase is one paragraph of a file.
type suiteCase struct {
	line    int
	program string // "" for a remark
	want    string // with its mark
	text    string // the paragraph as it stands
}

func parseSuite(text string) []suiteCase {
	var cases []suiteCase
	line := 1
	for paragraph := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		c := suiteCase{line: line, text: paragraph}
		line += strings.Count(paragraph, "\n") + 2
		var program []string
		for l := range strings.SplitSeq(paragraph, "\n") {
			switch {
			case strings.HasPrefix(l, valueMark) || strings.HasPrefix(l, errorMark):
				c.want = l
			case l == "" || strings.HasPrefix(l, "#"):
			default:
				program = append(program, l)
			}
		}
		c.program = strings.Join(program, "\n")
		cases = append(cases, c)
	}
	return cases
}

// answer is what an engine says, in the form of the files.
func answer(t testing.TB, e jsonnet.Engine, program string) string {
	t.Helper()
	return answerTo(t.Context(), e, request(t, program))
}

// describe is the answer for an evaluation's results.
func describe(result *jsonnet.Result, diags diag.List, err error) string {
	switch {
	case err != nil:
		return "FAILED: " + err.Error()
	case len(diags) > 0:
		d := diags[0]
		message := d.Summary
		if d.Detail != "" {
			message += "\n" + d.Detail
		}
		if d.Span.Start.Line > 0 {
			message += fmt.Sprintf(" @ %d:%d", d.Span.Start.Line, d.Span.Start.Column)
		}
		return errorMark + strings.ReplaceAll(message, "\n", "⏎")
	case result == nil:
		return "FAILED: neither result nor diagnostics"
	}
	if !bytes.HasSuffix(result.JSON, []byte("\n")) {
		return "FAILED: no newline at the end"
	}
	var b bytes.Buffer
	if err := json.Compact(&b, result.JSON); err != nil {
		return "FAILED: " + err.Error()
	}
	return valueMark + b.String()
}

// program is the name of the entry.
const program = "program.jsonnet"

// request makes a request for one program. It is in a folder of its own that
// holds nothing else but what the cases import.
func request(t testing.TB, text string) jsonnet.Request {
	t.Helper()
	im := jsonnet.NewImporter(filepath.Join("testdata", "imports"), []string{"lib"}, nil)
	im.Provide(program, []byte(text))
	return jsonnet.Request{
		File: program, Importer: im,
		Ext: map[string]jsonnet.Arg{
			"str": {Text: "1 + 1"}, "code": {Code: true, Text: "1 + 1"}, "lazy": {Code: true, Text: "error 'forced'"},
			"broken": {Code: true, Text: "1 +"}, "object": {Code: true, Text: "{ a: 1, b: self.a }"},
			"import": {Code: true, Text: "import 'value.libsonnet'"},
		},
		Natives: natives(),
	}
}

func natives() []jsonnet.Native {
	return []jsonnet.Native{
		{Name: "join", Params: []string{"a", "b"}, Func: func(a []any) (any, error) {
			text, err := json.Marshal(a)
			return string(text), err
		}},
		{Name: "fail", Func: func([]any) (any, error) { return nil, fmt.Errorf("native failure") }},
		{Name: "value", Func: func([]any) (any, error) {
			return map[string]any{"n": nil, "b": true, "f": 1.5, "s": "ü", "a": []any{1.0, "x"}, "o": map[string]any{}}, nil
		}},
	}
}

func TestSuite(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files of cases", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases := parseSuite(string(text))
		if os.Getenv("UPDATE_GOLDEN") != "" {
			updateSuite(t, file, cases)
			continue
		}
		for name, e := range engines() {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name, func(t *testing.T) {
				for _, c := range cases {
					if c.program == "" {
						continue
					}
					if got := answer(t, e, c.program); !meets(name, got, c.want) {
						t.Errorf("%s:%d:\n%s\nwant %s\ngot  %s", file, c.line, c.program, c.want, got)
					}
				}
			})
		}
	}
}

// meets compares an answer with what is wanted. Where upstream knows no place,
// an engine of ours may know one, and where upstream crashes it must not.
func meets(engine, got, want string) bool {
	if got == want {
		return true
	}
	if engine == "upstream" || !strings.HasPrefix(got, errorMark) || !strings.HasPrefix(want, errorMark) {
		return false
	}
	message, _, _ := strings.Cut(got, " @ ")
	return message == want || strings.HasPrefix(want, errorMark+"(CRASH)")
}

// allCases are the cases of all files.
func allCases(t testing.TB) []suiteCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []suiteCase
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parseSuite(string(text))...)
	}
	return all
}

func updateSuite(t *testing.T, file string, cases []suiteCase) {
	t.Helper()
	var b strings.Builder
	for i, c := range cases {
		if i > 0 {
			b.WriteString("\n")
		}
		if c.program == "" {
			b.WriteString(c.text + "\n")
			continue
		}
		b.WriteString(strings.TrimSuffix(strings.TrimSuffix(c.text, c.want), "\n") + "\n" + answer(t, jsonnet.Upstream(), c.program) + "\n")
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil { //nolint:gosec // test data is for everybody
		t.Fatal(err)
	}
}

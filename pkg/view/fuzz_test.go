package view_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/view"
)

// FuzzRender: whatever stands in a finding, every format stays the format that
// it is, and none sends control characters to a terminal.
func FuzzRender(f *testing.F) {
	for _, seed := range [][]string{
		{"rules/a.yaml", "the expression does not parse", "line\nline", "help", "expr: up{", "rules/a/b"},
		{"a,b:c%d.yaml", "x\r\n::error::y", "\x1b[31mred\x1b[0m", "]]>", "\x00\xff\ttab", "a|b"},
		{"<stdin>", "<b>&\"'", "\u2028\u202e\ufeff\ufffe", "\x85", "日本\u0301", "é"},
		{"", "", "", "", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], uint8(3), 2, 7)
	}
	f.Fuzz(func(t *testing.T, file, summary, detail, hint, source, object string, severity uint8, line, column int) {
		r := view.Report{Command: "validate", Version: "v0", Environments: []view.Environment{{Name: object}}, Diagnostics: view.Findings(diag.List{{
			Code: "rules/expr", Severity: diag.Severity(severity % 3), Summary: summary, Detail: detail, Hint: hint, Object: object, Pointer: "/" + object, Owner: hint, Env: object,
			Span:    diag.Span{File: file, Start: diag.Position{Line: line, Column: column}, End: diag.Position{Line: line, Column: column + 2}},
			Related: []diag.Related{{Message: detail, Span: diag.Span{File: file, Start: diag.Position{Line: 1}}}},
		}})}
		r = view.Annotate(r, func(string) ([]byte, error) { return []byte(source), nil })
		for _, format := range view.Formats() {
			renderer, err := view.New(format, view.Options{Width: int(severity)})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := renderer.Render(&out, r); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if err := wellFormed(format, out.Bytes()); err != nil {
				t.Errorf("%s: %v in\n%q", format, err, out.Bytes())
			}
		}
	})
}

// wellFormed reports what makes an output no text of its format.
func wellFormed(format string, out []byte) error {
	switch format {
	case "json", "gitlab", "sarif":
		var v any
		return json.Unmarshal(out, &v)
	case "junit", "checkstyle":
		for d := xml.NewDecoder(bytes.NewReader(out)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	case "github":
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "::") && !strings.HasPrefix(line, "::error ") && !strings.HasPrefix(line, "::warning ") && !strings.HasPrefix(line, "::notice ") &&
				!strings.HasPrefix(line, "::error::") && !strings.HasPrefix(line, "::warning::") && !strings.HasPrefix(line, "::notice::") {
				return errors.New("a command that is none of ours: " + line)
			}
		}
	case "text":
		if i := strings.IndexFunc(string(out), func(c rune) bool { return unicode.IsControl(c) && c != '\n' }); i >= 0 {
			return errors.New("a control character")
		}
	}
	return nil
}

// FuzzBaseline: a baseline that is read is written so that it is read the same,
// and knows no finding that it does not hold.
func FuzzBaseline(f *testing.F) {
	for _, seed := range []string{
		`{"format_version": 1, "findings": []}`, `{"format_version": 2}`, `{"format_version": 1, "findings": [{"fingerprint": "a", "code": "b/c", "summary": "\u001b"}]}`, `[]`, `{"format_version": 1, "findings": null}`, `{"format_version": 1, "findings": [{}]}`,
	} {
		f.Add([]byte(seed), "rules/expr", "a.yaml", "it is wrong")
	}
	f.Fuzz(func(t *testing.T, data []byte, code, file, summary string) {
		finding := view.Findings(diag.List{{Code: code, Summary: summary, Span: diag.Span{File: file}}})
		b, err := view.DecodeBaseline(data)
		if err != nil {
			return
		}
		text, err := b.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := view.DecodeBaseline(text)
		if err != nil {
			t.Fatalf("%q does not read back: %v", text, err)
		}
		if diff := cmp.Diff(b, again); diff != "" {
			t.Fatalf("%q reads back differently (-want +got):\n%s", text, diff)
		}
		known, count, rest := b.Apply(finding)
		if known[0] != (count == 1) || known[0] != (len(rest.Findings) > 0) {
			t.Errorf("known %v, counted %d, left over %v", known, count, rest.Findings)
		}
		if known, _, _ := view.NewBaseline(finding).Apply(finding); !known[0] {
			t.Errorf("a baseline does not know the finding that it was made of")
		}
	})
}

// FuzzDecode: a report that is read is written so that it is read the same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"format_version": 1, "command": "validate", "version": "v0", "diagnostics": [{"code": "a/b", "severity": "error", "summary": "x", "span": {"file": "a", "start": {"line": 1}}}], "summary": {}, "exit_code": 3}`,
		`{"format_version": 9}`, `{"format_version": 1, "tests": {"suites": []}, "routes": [{}], "graphs": [{"nodes": [{}]}]}`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := view.Decode(data)
		if err != nil {
			return
		}
		text, err := view.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := view.Decode(text)
		if err != nil {
			t.Fatalf("%q does not read back: %v", text, err)
		}
		if twice, err := view.Encode(again); err != nil || !bytes.Equal(text, twice) {
			t.Errorf("%q is written again as %q (%v)", text, twice, err)
		}
	})
}

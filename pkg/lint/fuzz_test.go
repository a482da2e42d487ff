package lint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/lint"
)

// FuzzPintComments: every comment stands on a line that mentions pint, what it
// ignores lies within the text, and what it disables are checks that exist.
func FuzzPintComments(f *testing.F) {
	for _, seed := range []string{
		"# pint disable promql/series\n- alert: A\n", "x: y # pint ignore/line\n", "# pint ignore/begin\na\n# pint ignore/end\n# pint ignore/begin\n", "# pint snooze 2026-01-02 alerts/for\n", "# pint snooze 2026-13-02T00:00:00Z x\n",
		"# pint file/owner a b\n# pint rule/owner c # d\n", "# pint file/disable alerts/annotation(runbook_url)\n", "# pint ignore/end\n#pint ignore/file", "# pint disable promql/series(a # pint ignore/next-line", "#\u00a0pint\tdisable\trule/name",
	} {
		f.Add(seed)
	}
	var codes []string
	for _, c := range lint.Checks() {
		codes = append(codes, c.Code)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		for _, c := range lint.PintComments(text) {
			if c.Line < 1 || c.Line > len(lines) || !strings.Contains(lines[c.Line-1], "pint") {
				t.Fatalf("%q: no comment stands on line %d", text, c.Line)
			}
			if c.Kind == lint.PintIgnore && (c.From < c.Line || c.To != 0 && c.To < c.From || c.To > len(lines)+1) {
				t.Errorf("%q: the comment on line %d ignores lines %d to %d", text, c.Line, c.From, c.To)
			}
			for _, code := range c.Codes {
				if !slices.Contains(codes, code) {
					t.Errorf("%q disables %s, which is no check", text, code)
				}
			}
		}
	})
}

package ruletest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/monctl/monctl/pkg/ruletest"
)

// TestStartTimes: the verdicts are those of promtool on the same lines.
func TestStartTimes(t *testing.T) {
	for _, tc := range []struct{ name, series, want string }{
		{"constant", "foo@st -1mx3", ""},
		{"stepped", `foo@st -1m+10sx3`, ""},
		{"stepped, both signs", `foo@st 1m+-10sx3`, ""},
		{"one by one", "foo@st 0s 0 +1500ms _", ""},
		{"left out", "foo@st _x4", ""},
		{"too few", "foo@st -1mx2", "there are 3 start timestamps, and 4 values of foo"},
		{"of another series", "bar@st -1mx3", "the start timestamps are those of bar, the series that follows is foo"},
		{"two units", "foo@st 1h30mx3", `the start timestamps "foo@st 1h30mx3" do not parse: "1h30mx3": want an offset`},
		{"no unit", "foo@st -1x3", `"-1x3": not a valid duration string: "1"`},
		{"no repetitions", "foo@st _x0", `"_x0": the number of repetitions is wrong`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			name, values, _ := strings.Cut(tc.series, " ")
			suite := fmt.Sprintf(`
tests:
- interval: 1m
  input_series:
  - {series: "%s", values: "%s"}
  - {series: foo, values: 0+10x3}
  promql_expr_test:
  - {expr: "increase(foo[3m])", eval_time: 3m, exp_samples: [{labels: "{}", value: 30}]}
`, name, values)
			_, diags, err := ruletest.Run(t.Context(), []ruletest.Suite{{File: "t.yaml", Data: []byte(suite)}}, ruletest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for _, d := range diags {
				got += d.Summary + "\n"
			}
			if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("findings %q, want %q", got, tc.want)
			}
		})
	}
}

package promeval_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
)

// FuzzRanges: whatever the expressions of a recording rule, of an alert that
// reads it and of a test are, all instants at once give what tick by tick gives.
func FuzzRanges(f *testing.F) {
	for _, seed := range [][4]string{
		{"sum by (x) (m)", "r > 1", "r offset 1m", "1 2 _ stale 4+1x5"},
		{"rate(m[5m])", `r{x="1"} or vector(0)`, "max_over_time(r[10m:1m])", "0+10x9 NaN 3"},
		{"m and on (x) m offset 3m", "absent(r)", "ALERTS", "_x3 1 Inf -1 0.1x4"},
		{"histogram_quantile(0.5, m)", "scalar(r) > time() - 60", "m @ end()", "{{schema:0 sum:1 count:1 buckets:[1]}}x4"},
		{`label_replace(m, "x", "$1", "y", "(.*)")`, "r unless m", "count_values(\"v\", r)", "1x3 2x3"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	// What takes long by its nature, or what upstream decides at random.
	long := regexp.MustCompile(`[0-9]{4}|[0-9](y|w|d|ms)|0x|[0-9][eE]|(top|bottom|limit)(k|_ratio)|(?i:inf|nan)\]`)
	f.Fuzz(func(t *testing.T, record, alert, query, values string) {
		if len(record)+len(alert)+len(query)+len(values) > 400 || regexp.MustCompile(`[0-9]{3}|e`).MatchString(regexp.MustCompile(`stale|\{\{.*?\}\}`).ReplaceAllString(values, "")) {
			t.Skip("it takes long")
		}
		for _, text := range []string{record, alert, query} {
			if _, err := (expr.Features{}).Parser().ParseExpr(text); err != nil || long.MatchString(text) {
				t.Skip("no expression, or one that takes long")
			}
		}
		start := time.Unix(0, 0).UTC()
		s := scenario{
			interval: time.Minute, gap: time.Minute, ticks: 12, start: start, exprs: []string{query},
			rules: fmt.Sprintf("groups:\n- name: g\n  rules:\n  - {record: r, expr: %s}\n  - {alert: A, expr: %s, for: 2m, annotations: {v: '{{ $value }}'}}\n", strconv.Quote(record), strconv.Quote(alert)),
		}
		for _, series := range []string{`m{x="1",y="a"} `, `m{x="2",y="b"} 3+1x9`, `m{x="2",y="c"} `} {
			line := series
			if series[len(series)-1] == ' ' {
				line += values
			}
			if _, err := promeval.ParseSeries(line, start, s.gap); err != nil {
				t.Skip("no series")
			}
			s.series = append(s.series, line)
		}
		if _, errs := promeval.ParseRules("r.yml", []byte(s.rules), promeval.RuleOptions{}); len(errs) > 0 {
			t.Skip("no rules")
		}
		s.checkRanges(t)
	})
}

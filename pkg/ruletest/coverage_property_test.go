package ruletest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/promeval"
	"github.com/monctl/monctl/pkg/ruletest"
)

// comparisonCase is a comparison of a vector with a number, somewhere in a
// rule, over some series.
type comparisonCase struct {
	vector, op string
	limit      float64
	// before and after are what stands around the comparison in the rule.
	before, after string
	// instants are the times, in minutes before a tick, at which the rule looks
	// at the comparison; subqueries do so at several.
	instants []int
	series   []string // "name values"
}

func randomComparison(r *rand.Rand) comparisonCase {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	c := comparisonCase{
		vector: pick("x", "sum by (a) (x)", "rate(x[3m])", "x offset 2m", "avg_over_time(x[2m])", "x * 2", "-x", `x{a="1"}`, "max(x)", "x + on (a) y"),
		op:     pick(">", "<", ">=", "<=", "==", "!="),
		limit:  float64(r.IntN(4)),
	}
	c.instants = []int{0}
	switch r.IntN(6) {
	case 0:
		c.before, c.after = "", " and on (a) y > 1"
	case 1:
		c.before, c.after = "y unless on (a) ", ""
	case 2:
		c.before, c.after = "count(", ") > 7"
	case 3:
		c.before, c.after, c.instants = "max_over_time((", ")[2m:1m])", []int{0, 1}
	case 4:
		c.before, c.after, c.instants = "max_over_time((", ")[2m:1m] offset 3m)", []int{3, 4}
	}
	for _, name := range []string{`x{a="1"}`, `x{a="2"}`, `y{a="1"}`, `y{a="2"}`} {
		var values []string
		for range r.IntN(8) {
			values = append(values, pick("0", "1", "2", "3", "_", "stale", "NaN"))
		}
		if len(values) > 0 {
			c.series = append(c.series, name+" "+strings.Join(values, " "))
		}
	}
	return c
}

func (c comparisonCase) comparison() string { return fmt.Sprintf("%s %s %g", c.vector, c.op, c.limit) }

const lastTick = 8 // minutes

// byHand evaluates the vector at every instant on its own, and compares in Go.
func (c comparisonCase) byHand(t *testing.T) (seenTrue, seenFalse bool) {
	t.Helper()
	var columns []promeval.Column
	for _, line := range c.series {
		column, err := promeval.ParseSeries(line, time.Unix(0, 0), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		columns = append(columns, column)
	}
	engine := promeval.NewEngine(promeval.EngineOptions{SubqueryInterval: time.Minute})
	defer engine.Close()
	e := promeval.New(promeval.Options{Engine: engine, Series: columns})
	for tick := range lastTick + 1 {
		at := time.Unix(int64(tick*60), 0)
		if _, err := e.Tick(context.Background(), at); err != nil {
			t.Fatal(err)
		}
		for _, before := range c.instants {
			vector, err := e.Query(context.Background(), c.vector, at.Add(-time.Duration(before)*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range vector {
				if c.holds(s.F) {
					seenTrue = true
				} else {
					seenFalse = true
				}
			}
		}
	}
	return seenTrue, seenFalse
}

func (c comparisonCase) holds(v float64) bool {
	switch c.op {
	case ">":
		return v > c.limit
	case "<":
		return v < c.limit
	case ">=":
		return v >= c.limit
	case "<=":
		return v <= c.limit
	case "==":
		return v == c.limit
	default:
		return v != c.limit
	}
}

// TestCoverageOfComparisonsByHand holds the coverage, which is found out with
// range queries after the test, against a comparison at every single tick.
func TestCoverageOfComparisonsByHand(t *testing.T) {
	var outcomes [2][2]int
	for seed := range 150 {
		c := randomComparison(rand.New(rand.NewPCG(uint64(seed), 1)))
		suite := "rule_files: ['monctl:bundle']\ntests:\n- interval: 1m\n  input_series:\n  - {series: other, values: 1}\n"
		for _, line := range c.series {
			name, values, _ := strings.Cut(line, " ")
			suite += fmt.Sprintf("  - {series: '%s', values: '%s'}\n", name, values)
		}
		suite += fmt.Sprintf("  promql_expr_test: [{expr: 'vector(0)', eval_time: %dm, exp_samples: [{labels: '{}', value: 0}]}]\n", lastTick)
		rules := fmt.Sprintf("groups: [{name: g, rules: [{record: r, expr: '%s%s%s'}]}]", c.before, c.comparison(), c.after)
		var gotTrue, gotFalse bool
		for _, item := range cover(t, rules, suite).Files[0].Groups[0].Rules[0].Items {
			if item.Kind == ruletest.ItemComparison && item.Text == c.comparison() {
				gotTrue = gotTrue || item.Outcome == "true" && item.Covered
				gotFalse = gotFalse || item.Outcome == "false" && item.Covered
			}
		}
		wantTrue, wantFalse := c.byHand(t)
		if gotTrue != wantTrue || gotFalse != wantFalse {
			t.Errorf("seed %d: %s%s%s over %q: seen true %v, want %v; seen false %v, want %v",
				seed, c.before, c.comparison(), c.after, c.series, gotTrue, wantTrue, gotFalse, wantFalse)
		}
		outcomes[index(wantTrue)][index(wantFalse)]++
	}
	for i := range outcomes {
		for j, n := range outcomes[i] {
			if n < 5 {
				t.Errorf("only %d cases with true %d, false %d: the generator is too narrow", n, i, j)
			}
		}
	}
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

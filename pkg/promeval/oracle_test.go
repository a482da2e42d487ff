package promeval_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
)

// scenario is a set of series and rules to be evaluated in several ways.
type scenario struct {
	series   []string
	rules    string
	interval time.Duration // of rule evaluation
	gap      time.Duration // between samples
	ticks    int
	start    time.Time
	external labels.Labels
	exprs    []string
	features expr.Features
}

func (s scenario) columns(t *testing.T) []promeval.Column {
	t.Helper()
	var out []promeval.Column
	for _, line := range s.series {
		c, err := promeval.ParseSeries(line, s.start, s.gap)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, c)
	}
	return out
}

func (s scenario) clock() promeval.Clock {
	return promeval.Clock{Start: s.start, Step: s.interval, Ticks: s.ticks}
}

// options are those of an evaluation as ranges.
func (s scenario) options(t *testing.T) promeval.Options {
	t.Helper()
	file, errs := promeval.ParseRules("rules.yml", []byte(s.rules), promeval.RuleOptions{Features: s.features})
	if len(errs) > 0 {
		t.Fatalf("parse rules: %v\n%s", errs, s.rules)
	}
	engine := promeval.NewEngine(promeval.EngineOptions{
		SubqueryInterval: s.interval, Rules: []*promeval.RuleFile{file}, Expressions: s.exprs, Features: s.features,
	})
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return promeval.Options{
		Engine: engine, Series: s.columns(t), ExternalLabels: s.external, ExternalURL: "https://prometheus.example",
		Clock: s.clock(),
	}
}

// instants are the expressions after the last tick.
func (s scenario) instants() []promeval.Instant {
	var out []promeval.Instant
	for _, e := range s.exprs {
		out = append(out, promeval.Instant{Expr: e, At: s.start.Add(time.Duration(s.ticks-1) * s.interval)})
	}
	return out
}

// check holds the evaluation against upstream's rule groups on the TSDB.
func (s scenario) check(t *testing.T) {
	t.Helper()
	diff, err := promeval.Verify(t.Context(), s.options(t), s.instants(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if diff != "" {
		t.Fatalf("%s\n%s", diff, s)
	}
}

// checkRanges holds the evaluation as ranges against the one tick by tick, which
// is faster than check. It returns the plan of the former.
func (s scenario) checkRanges(t *testing.T) promeval.Plan {
	t.Helper()
	o := s.options(t)
	ranges := promeval.New(o)
	o.Clock = promeval.Clock{}
	diff, err := promeval.Compare(t.Context(), ranges, promeval.New(o), s.clock(), s.instants())
	if err != nil {
		t.Fatal(err)
	}
	if diff != "" {
		t.Fatalf("%s\n%s", diff, s)
	}
	return ranges.Plan()
}

// String shows the scenario as it would stand in a test file.
func (s scenario) String() string {
	return fmt.Sprintf("interval %s, samples every %s, start %s\n%s\n%s", s.interval, s.gap, s.start, strings.Join(s.series, "\n"), s.rules)
}

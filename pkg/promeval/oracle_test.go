package promeval_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/monctl/monctl/pkg/promeval"
)

// oracle is the plain path: upstream's rule groups, evaluated as promtool does,
// on the embedded TSDB.
type oracle struct {
	db     *tsdb.DB
	engine *promql.Engine
	groups []*rules.Group
	input  []promeval.Column
}

func newOracle(t *testing.T, s scenario) *oracle {
	t.Helper()
	opts := tsdb.DefaultOptions() // As util/teststorage has them, without the log on disk.
	opts.MinBlockDuration = (24 * time.Hour).Milliseconds()
	opts.MaxBlockDuration = (24 * time.Hour).Milliseconds()
	opts.RetentionDuration = 0
	opts.OutOfOrderTimeWindow = 0
	opts.WALSegmentSize, opts.StripeSize = -1, 16
	db, err := tsdb.Open(t.TempDir(), nil, nil, opts, tsdb.NewDBStats())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &oracle{db: db, input: s.columns(t)}
	o.engine = promql.NewEngine(promql.EngineOpts{
		MaxSamples: 10000, Timeout: 100 * time.Second, EnableAtModifier: true, EnableNegativeOffset: true,
		NoStepSubqueryIntervalFn: func(int64) int64 { return s.interval.Milliseconds() },
	})
	name := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(name, []byte(s.rules), 0o600); err != nil {
		t.Fatal(err)
	}
	m := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(o.engine, db), Appendable: db, Context: t.Context(),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {}, Logger: promslog.NewNopLogger(),
		Parser: promeval.RuleParser(),
	})
	groups, errs := m.LoadGroups(s.interval, s.external, "https://prometheus.example", nil, false, name)
	if len(errs) > 0 {
		t.Fatalf("load rules: %v\n%s", errs, s.rules)
	}
	for _, g := range groups {
		o.groups = append(o.groups, g)
		for _, r := range g.Rules() {
			if a, ok := r.(*rules.AlertingRule); ok {
				a.SetRestored(true)
			}
		}
	}
	slices.SortFunc(o.groups, func(a, b *rules.Group) int { return strings.Compare(a.Name(), b.Name()) })
	return o
}

// tick returns the failed rules as text.
func (o *oracle) tick(t *testing.T, ts time.Time) []string {
	t.Helper()
	app := o.db.AppenderV2(t.Context())
	for i := range o.input {
		c := &o.input[i]
		for len(c.Times) > 0 && c.Times[0] <= timestamp.FromTime(ts) {
			var err error
			if c.Histograms != nil && c.Histograms[0] != nil {
				_, err = app.Append(0, c.Labels, 0, c.Times[0], 0, nil, c.Histograms[0].Copy(), storage.AOptions{})
			} else {
				_, err = app.Append(0, c.Labels, 0, c.Times[0], c.Floats[0], nil, nil, storage.AOptions{})
			}
			if err != nil {
				t.Fatal(err)
			}
			c.Times, c.Floats = c.Times[1:], c.Floats[1:]
			if c.Histograms != nil {
				c.Histograms = c.Histograms[1:]
			}
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, g := range o.groups {
		g.Eval(t.Context(), ts)
		for _, r := range g.Rules() {
			if err := r.LastError(); err != nil {
				failed = append(failed, r.Name()+": "+err.Error())
			}
		}
	}
	return failed
}

func (o *oracle) firing(name string) []string {
	var out []string
	for _, g := range o.groups {
		for _, r := range g.Rules() {
			a, ok := r.(*rules.AlertingRule)
			if !ok || a.Name() != name {
				continue
			}
			for _, x := range a.ActiveAlerts() {
				if x.State == rules.StateFiring {
					out = append(out, x.Labels.String()+" "+x.Annotations.String())
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// dump writes down every sample of a storage, floats as bits.
func dump(t *testing.T, q storage.Queryable) string {
	t.Helper()
	querier, err := q.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	defer querier.Close()
	set := querier.Select(t.Context(), true, nil, labels.MustNewMatcher(labels.MatchRegexp, "__name__", ".*"))
	var b strings.Builder
	for set.Next() {
		fmt.Fprintln(&b, set.At().Labels())
		it := set.At().Iterator(nil)
		for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
			if kind == chunkenc.ValFloat {
				at, f := it.At()
				fmt.Fprintf(&b, "  %d %x %g\n", at, math.Float64bits(f), f)
				continue
			}
			at, h := it.AtFloatHistogram(nil)
			fmt.Fprintf(&b, "  %d %s %d %x\n", at, h, h.CounterResetHint, math.Float64bits(h.Sum))
		}
		if it.Err() != nil {
			t.Fatal(it.Err())
		}
	}
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	return b.String()
}

// scenario is a set of series and rules to be evaluated both ways.
type scenario struct {
	series   []string
	rules    string
	alerts   []string
	interval time.Duration // of rule evaluation
	gap      time.Duration // between samples
	ticks    int
	start    time.Time
	external labels.Labels
	exprs    []string
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

// evaluation is ours.
func (s scenario) evaluation(t *testing.T) *promeval.Evaluation {
	t.Helper()
	file, errs := promeval.ParseRules("rules.yml", []byte(s.rules), promeval.RuleOptions{})
	if len(errs) > 0 {
		t.Fatalf("parse rules: %v\n%s", errs, s.rules)
	}
	engine := promeval.NewEngine(promeval.EngineOptions{
		SubqueryInterval: s.interval, Rules: []*promeval.RuleFile{file}, Expressions: s.exprs,
	})
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return promeval.New(promeval.Options{
		Engine: engine, Series: s.columns(t), ExternalLabels: s.external, ExternalURL: "https://prometheus.example",
		Clock: promeval.Clock{Start: s.start, Step: s.interval, Ticks: s.ticks},
	})
}

// check evaluates a scenario both ways and fails on any difference.
func (s scenario) check(t *testing.T) {
	t.Helper()
	want, got := newOracle(t, s), s.evaluation(t)
	for i := range s.ticks {
		ts := s.start.Add(time.Duration(i) * s.interval)
		wantFailed := want.tick(t, ts)
		failed, err := got.Tick(t.Context(), ts)
		if err != nil {
			t.Fatal(err)
		}
		var gotFailed []string
		for _, f := range failed {
			gotFailed = append(gotFailed, f.Rule+": "+f.Err.Error())
		}
		if !equalErrors(wantFailed, gotFailed) {
			t.Fatalf("tick %d: failed rules\nwant %q\ngot  %q\n%s", i, wantFailed, gotFailed, s)
		}
		if len(gotFailed) > 0 {
			break // promtool stops here too.
		}
		for _, name := range s.alerts {
			var gotFiring []string
			for _, a := range got.Firing(t.Context(), name) {
				gotFiring = append(gotFiring, a.Labels.String()+" "+a.Annotations.String())
			}
			slices.Sort(gotFiring)
			if wantFiring := want.firing(name); !slices.Equal(wantFiring, gotFiring) {
				t.Fatalf("tick %d: alert %s\nwant %q\ngot  %q\n%s", i, name, wantFiring, gotFiring, s)
			}
		}
	}
	if a, b := dump(t, want.db), dump(t, got.Queryable()); a != b {
		t.Fatalf("samples differ (-want +got)\n%s\n%s", cmp.Diff(strings.Split(a, "\n"), strings.Split(b, "\n")), s)
	}
	query := rules.EngineQueryFunc(want.engine, want.db)
	for _, expr := range s.exprs {
		ts := s.start.Add(time.Duration(s.ticks-1) * s.interval)
		w, wantErr := query(t.Context(), expr, ts)
		g, gotErr := got.Query(t.Context(), expr, ts)
		if sortedVector(w) != sortedVector(g) || fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
			t.Errorf("%s\nwant %s %v\ngot  %s %v\n%s", expr, w, wantErr, g, gotErr, s)
		}
	}
}

// sortedVector writes down a vector whose order upstream leaves to a map.
func sortedVector(v promql.Vector) string {
	lines := strings.Split(v.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// equalErrors compares without what upstream takes from a map at random.
func equalErrors(a, b []string) bool {
	cut := func(s []string) []string {
		out := make([]string, len(s))
		for i, e := range s {
			out[i], _, _ = strings.Cut(e, "for the match group")
			if strings.Contains(e, "duplicate sample for timestamp") {
				out[i], _, _ = strings.Cut(e, ";")
			}
		}
		return out
	}
	return slices.Equal(cut(a), cut(b))
}

// String shows the scenario as it would stand in a test file.
func (s scenario) String() string {
	return fmt.Sprintf("interval %s, samples every %s, start %s\n%s\n%s", s.interval, s.gap, s.start, strings.Join(s.series, "\n"), s.rules)
}

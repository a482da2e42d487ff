package promeval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// Instant is an expression and when it is evaluated.
type Instant struct {
	Expr string
	At   time.Time
}

// Verify makes an evaluation and, beside it, the plain one, and says in words
// where they differ first: in the rules that fail at a tick, in the alerts after
// it or those that are sent, in the samples after the last one, or in the result
// of an expression. "" means nowhere. The options need a clock. Files are kept below dir, which the
// caller removes.
func Verify(ctx context.Context, o Options, exprs []Instant, dir string) (difference string, err error) {
	o.Asked = nil
	plain, err := NewPlain(ctx, o, dir)
	if err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	defer func() { err = errors.Join(err, plain.Close()) }()
	return Compare(ctx, New(o), plain, o.Clock, exprs)
}

// evaluator is an evaluation, one way or another, before its first tick.
type evaluator interface {
	Tick(ctx context.Context, ts time.Time) ([]*RuleError, error)
	Active() []ActiveAlert
	Query(ctx context.Context, expr string, ts time.Time) (promql.Vector, error)
	Queryable() storage.Queryable
}

// Compare makes an evaluation and a plain one at the ticks of a clock, and says
// where they differ first; see Verify.
func Compare(ctx context.Context, ours *Evaluation, plain evaluator, clock Clock, exprs []Instant) (string, error) {
	var outbox Outbox
	for tick := range clock.Ticks {
		ts := clock.at(tick)
		diff, done, err := compareTick(ctx, ours, plain, ts)
		if p, ok := plain.(*Plain); ok && err == nil && diff == "" && !done {
			diff = differentAlerts(ctx, "an alert sent at", ts, outbox.Send(ours.Active(), ts), p.sent)
		}
		if err != nil || diff != "" || done {
			return diff, err
		}
	}
	for _, e := range exprs {
		a, aErr := ours.Query(ctx, e.Expr, e.At)
		b, bErr := plain.Query(ctx, e.Expr, e.At)
		if x, y := vectorText(a, aErr), vectorText(b, bErr); x != y {
			return fmt.Sprintf("%q at %s is %s, and plainly %s", e.Expr, e.At.UTC().Format(time.RFC3339), x, y), ctx.Err()
		}
	}
	diff, err := compareSamples(ctx, ours.Queryable(), plain.Queryable())
	if err != nil {
		return "", fmt.Errorf("compare samples: %w", err)
	}
	return diff, nil
}

// compareTick evaluates a tick both ways; done is set if a rule fails, which
// ends a test.
func compareTick(ctx context.Context, ours, plain evaluator, ts time.Time) (diff string, done bool, err error) {
	at := ts.UTC().Format(time.RFC3339)
	a, aErr := ours.Tick(ctx, ts)
	b, bErr := plain.Tick(ctx, ts)
	if err := ctx.Err(); err != nil {
		return "", true, err
	}
	if x, y := errorText(aErr), errorText(bErr); x != y {
		return fmt.Sprintf("loading the series up to %s ends with %s, and plainly with %s", at, x, y), true, nil
	}
	if x, y := failureText(a), failureText(b); x != y {
		return fmt.Sprintf("the rules that fail at %s are %s, and plainly %s", at, x, y), true, nil
	}
	if aErr != nil || len(a) > 0 {
		return "", true, nil
	}
	diff = differentAlerts(ctx, "an alert after", ts, ours.Active(), plain.Active())
	return diff, diff != "", nil
}

// differentAlerts says where two lists of alerts differ first.
func differentAlerts(ctx context.Context, what string, ts time.Time, ours, plain []ActiveAlert) string {
	slices.SortStableFunc(ours, compareActive)
	slices.SortStableFunc(plain, compareActive)
	for i := range max(len(ours), len(plain)) {
		if p, q := activeText(ctx, ours, i), activeText(ctx, plain, i); p != q {
			return fmt.Sprintf("%s %s is %s, and plainly %s", what, ts.UTC().Format(time.RFC3339), p, q)
		}
	}
	return ""
}

func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	// The head of the TSDB goes on to say what the sample was.
	text, _, _ := strings.Cut(err.Error(), "\n")
	if before, _, ok := strings.Cut(text, "duplicate sample for timestamp"); ok {
		return before + "duplicate sample for timestamp"
	}
	return text
}

// failureText lists the failed rules, without what upstream takes from a map.
func failureText(failed []*RuleError) string {
	if len(failed) == 0 {
		return "none"
	}
	out := make([]string, 0, len(failed))
	for _, f := range failed {
		text, _, _ := strings.Cut(errorText(f.Err), " for the match group")
		out = append(out, fmt.Sprintf("%s of %s (%s)", f.Rule, f.Group, text))
	}
	return strings.Join(out, ", ")
}

func compareActive(a, b ActiveAlert) int {
	if c := labels.Compare(a.Labels, b.Labels); c != 0 {
		return c
	}
	return strings.Compare(a.Expr, b.Expr)
}

func activeText(ctx context.Context, alerts []ActiveAlert, i int) string {
	if i >= len(alerts) {
		return "none"
	}
	a := alerts[i]
	times := make([]string, 0, 4)
	for _, t := range []time.Time{a.ActiveAt, a.FiredAt, a.ResolvedAt, a.KeepFiringSince} {
		if t.IsZero() {
			times = append(times, "-")
		} else {
			times = append(times, t.UTC().Format(time.RFC3339))
		}
	}
	return fmt.Sprintf("%s %s (active, fired, resolved, kept since: %s) %s", a.State, a.Labels, strings.Join(times, ", "), a.Annotations(ctx))
}

func vectorText(v promql.Vector, err error) string {
	if err != nil {
		text, _, _ := strings.Cut(errorText(err), " for the match group")
		return "the error " + text
	}
	lines := make([]string, 0, len(v))
	for _, s := range v {
		lines = append(lines, s.Metric.String()+" "+sampleText(s.F, s.H != nil, fmt.Sprint(s.H)))
	}
	slices.Sort(lines)
	return "{" + strings.Join(lines, "; ") + "}"
}

// sampleText tells values apart that differ in their last bit.
func sampleText(f float64, isHistogram bool, histogram string) string {
	if isHistogram {
		return histogram
	}
	return fmt.Sprintf("%g (%x)", f, math.Float64bits(f))
}

// compareSamples compares all samples of two storages.
func compareSamples(ctx context.Context, ours, plain storage.Queryable) (string, error) {
	x, err := samplesOf(ctx, ours)
	if err != nil {
		return "", err
	}
	y, err := samplesOf(ctx, plain)
	if err != nil {
		return "", err
	}
	for i := range max(len(x), len(y)) {
		p, q := "missing", "missing"
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if p != q {
			return fmt.Sprintf("a sample is %s, and plainly %s", p, q), nil
		}
	}
	return "", nil
}

// samplesOf writes down every sample, sorted by series and time.
func samplesOf(ctx context.Context, q storage.Queryable) ([]string, error) {
	querier, err := q.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	set := querier.Select(ctx, true, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".*"))
	var out []string
	var it chunkenc.Iterator
	for set.Next() {
		name := set.At().Labels().String()
		it = set.At().Iterator(it)
		for kind := it.Next(); kind != chunkenc.ValNone; kind = it.Next() {
			if kind == chunkenc.ValFloat {
				t, f := it.At()
				out = append(out, fmt.Sprintf("%s at %d: %s", name, t, sampleText(f, false, "")))
				continue
			}
			t, h := it.AtFloatHistogram(nil)
			out = append(out, fmt.Sprintf("%s at %d: %s, reset hint %d, sum %x", name, t, h, h.CounterResetHint, math.Float64bits(h.Sum)))
		}
		if err := it.Err(); err != nil {
			return nil, errors.Join(err, querier.Close())
		}
	}
	return out, errors.Join(set.Err(), querier.Close())
}

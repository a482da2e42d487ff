package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// longFor is a "for" beyond which an alert is not likely to outlive restarts:
// its state is only restored if Prometheus was down for less than an hour.
const longFor = 2 * 24 * time.Hour

// alertFor finds alerts that a single failed scrape fires, and durations that
// do not do what they say. What is compared with the time, and a counter that
// has counted, stay as they are and are no such alerts.
func alertFor(p *Pass) {
	p.zeroDurations()
	for _, r := range p.alerts() {
		p.keepDuration(r)
		if r.For > 0 {
			p.forDuration(r)
			continue
		}
		if absent := r.expr.Functions("absent"); len(absent) > 0 {
			d := p.Reportf(r.object, r.Pointer, "alert %q fires as soon as one scrape is missed: absent() without for", r.Alert)
			d.Severity = diag.Warning
			d.Hint = "add for: 10m, or a few scrape intervals at least"
			continue
		}
		if r.KeepFiringFor == 0 && instant(r.expr) {
			p.Reportf(r.object, r.Pointer, "alert %q fires on a single sample: neither for nor a range", r.Alert).Hint = "add for: 5m, or look at a range: max_over_time(…[5m])"
		}
	}
}

// instant reports whether a result stands on single samples that may be
// another way at the next scrape. What runs out, such as a certificate, and
// the state of other alerts stay as they are.
func instant(e *expr.Expr) bool {
	if looksBack(e) || len(e.Functions("time", "timestamp")) > 0 || onlyCounters(e) {
		return false
	}
	return slices.ContainsFunc(e.Selectors(), func(s expr.Selector) bool {
		return !isState(s.Metric) && !strings.Contains(s.Metric, "_ttl_") && !strings.Contains(s.Metric, "expir")
	})
}

// zeroDurations finds durations of zero that are written down.
func (p *Pass) zeroDurations() {
	for _, o := range p.bundle.OfKind(bundle.Rules) {
		// Hardly any group has one, so it is decoded only then.
		if !zeroDuration.Match(o.Body.Bytes()) {
			continue
		}
		v, err := o.Value()
		if err != nil {
			continue
		}
		for i, r := range v.Array("rules") {
			for _, field := range []string{"for", "keep_firing_for"} {
				if d, err := model.ParseDuration(r.Str(field)); err == nil && d == 0 {
					p.Reportf(o, "/rules/"+strconv.Itoa(i)+"/"+field, "%s: %s is what holds without it", field, r.Str(field)).Hint = "leave it out"
				}
			}
		}
	}
}

var zeroDuration = regexp.MustCompile(`"(?:keep_firing_)?for":"?0`)

func (p *Pass) forDuration(r rule) {
	at := r.Pointer + "/for"
	interval, known := p.interval(r)
	switch {
	case known && r.For < interval:
		p.Reportf(r.object, at, "for: %s of alert %q is shorter than the evaluation interval %s, so it means %s", short(r.For), r.Alert, short(interval), short(interval)).Hint =
			"an alert is judged once an interval: write for: " + short(interval) + ", or evaluate the group more often"
	case r.For >= longFor:
		p.Reportf(r.object, at, "for: %s of alert %q begins anew when Prometheus was down for longer than an hour", short(r.For), r.Alert).Hint =
			"look at a range instead: min_over_time(…[" + short(r.For) + "])"
	}
}

func (p *Pass) keepDuration(r rule) {
	interval, known := p.interval(r)
	switch {
	case known && r.KeepFiringFor > 0 && r.KeepFiringFor < interval:
		p.Reportf(r.object, r.Pointer+"/keep_firing_for", "keep_firing_for: %s of alert %q is shorter than the evaluation interval %s, so it means %s", short(r.KeepFiringFor), r.Alert, short(interval), short(interval)).Hint =
			"an alert is judged once an interval: write keep_firing_for: " + short(interval) + ", or more"
	case r.KeepFiringFor >= longFor:
		p.Reportf(r.object, r.Pointer+"/keep_firing_for", "alert %q keeps firing for %s after it is over", r.Alert, short(r.KeepFiringFor)).Hint = "minutes to hours are enough against flapping"
	}
}

// onlyCounters reports whether an expression reads nothing but counters.
func onlyCounters(e *expr.Expr) bool {
	return !slices.ContainsFunc(e.Selectors(), func(s expr.Selector) bool { return !strings.HasSuffix(s.Metric, "_total") })
}

// looksBack reports whether some part of an expression covers a range of time,
// or reads a series that a rule has recorded over one.
func looksBack(e *expr.Expr) bool {
	return slices.ContainsFunc(e.Nodes(), func(n parser.Expr) bool {
		switch n.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			return true
		}
		return false
	})
}

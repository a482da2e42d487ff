package lint

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/diag"
)

type matcher = labels.Matcher

// promqlRate finds functions for counters on what is no counter, the other way
// round, and ranges that are too short for them.
func promqlRate(p *Pass) {
	recorded := p.recorded()
	for _, r := range p.rules {
		for _, n := range r.expr.Nodes() {
			if call, ok := n.(*parser.Call); ok && len(call.Args) > 0 {
				p.rateCall(r, call, recorded)
			}
		}
	}
}

// recorded returns what the rules that record a name make of counters: "sum"
// for the sum of some, "rate" for how fast they grow.
func (p *Pass) recorded() map[string]string {
	out := map[string]string{}
	for _, r := range p.rules {
		if r.Record == "" {
			continue
		}
		kind := ""
		switch n := unwrap(r.expr.Node).(type) {
		case *parser.AggregateExpr:
			if v, ok := unwrap(n.Expr).(*parser.VectorSelector); ok && n.Op == parser.SUM && isCounter(v.Name) {
				kind = "sum"
			}
			if grows(n.Expr) {
				kind = "rate"
			}
		case *parser.Call:
			if grows(n) {
				kind = "rate"
			}
		}
		// A name that is recorded in several ways has no one kind.
		if before, ok := out[r.Record]; ok && before != kind {
			kind = ""
		}
		out[r.Record] = kind
	}
	return out
}

func grows(node parser.Expr) bool {
	call, ok := unwrap(node).(*parser.Call)
	return ok && counterFunction(call.Func.Name)
}

func counterFunction(name string) bool {
	return name == "rate" || name == "irate" || name == "increase"
}

func (p *Pass) rateCall(r rule, call *parser.Call, recorded map[string]string) {
	name := call.Func.Name
	counter := counterFunction(name)
	gauge := name == "delta" || name == "idelta" || name == "deriv"
	if !counter && !gauge {
		return
	}
	switch arg := call.Args[0].(type) {
	case *parser.SubqueryExpr:
		agg, ok := unwrap(arg.Expr).(*parser.AggregateExpr)
		switch {
		case ok && counter && agg.Op == parser.SUM && !grows(agg.Expr):
			p.ReportExpr(r, call, "%s of a sum: a counter that restarts makes the sum drop, which %s takes for a restart of all", name, name).Hint =
				"swap them: sum(" + name + "(…[5m]))"
		case counter && (grows(arg.Expr) || ok && grows(agg.Expr)):
			p.ReportExpr(r, call, "%s of a rate: how fast a counter grows is a gauge", name).Hint = "use deriv for the change of a rate"
		}
	case *parser.MatrixSelector:
		v, ok := arg.VectorSelector.(*parser.VectorSelector)
		if !ok {
			return
		}
		switch kind := recorded[v.Name]; {
		case counter && kind == "sum":
			p.ReportExpr(r, call, "%s of %s, which a recording rule makes a sum of counters", name, v.Name).Hint =
				"record sum(" + name + "(…)) instead of the sum"
		case counter && kind == "rate":
			p.ReportExpr(r, call, "%s of %s, which a recording rule makes a rate", name, v.Name).Hint = "use deriv for the change of a rate"
		case counter && isGauge(v.Name):
			p.ReportExpr(r, call, "%s of %s, which by its name is no counter", name, v.Name).Hint = "use delta or deriv for gauges"
		case gauge && strings.HasSuffix(v.Name, "_total"):
			p.ReportExpr(r, call, "%s of the counter %s does not see restarts", name, v.Name).Hint = "use increase or rate for counters"
		}
		p.rateWindow(r, call, arg, v)
	}
}

// rateWindow judges a range by how often its series are scraped: with less
// than two samples there is no result, and with less than four a single missed
// scrape makes a hole.
func (p *Pass) rateWindow(r rule, call *parser.Call, m *parser.MatrixSelector, v *parser.VectorSelector) {
	if m.RangeExpr != nil || strings.Contains(v.Name, ":") {
		return
	}
	interval, of, ok := p.scrapeInterval(v)
	if !ok || m.Range >= 4*interval {
		return
	}
	d := p.ReportExpr(r, call, "%s over %s has %s: %s every %s", call.Func.Name, short(m.Range), samples(m.Range, interval), of, short(interval))
	d.Hint = fmt.Sprintf("take a range of four scrape intervals: [%s]", short(4*interval))
	if m.Range >= 2*interval {
		d.Severity = diag.Info
	}
}

func samples(window, interval time.Duration) string {
	switch {
	case window <= interval: // ranges are open at their start
		return "one sample at most"
	case window < 2*interval:
		return "two samples at most, and none of them to spare"
	default:
		return fmt.Sprintf("%d samples, so that a missed scrape shows", window/interval)
	}
}

// scrapeInterval returns how often the series of a selector are scraped, if
// the bundle's configuration says so for certain.
func (p *Pass) scrapeInterval(v *parser.VectorSelector) (interval time.Duration, of string, ok bool) {
	s := p.prometheus
	if !s.Known || len(s.Jobs) == 0 {
		return 0, "", false
	}
	for _, m := range v.LabelMatchers {
		if m.Name != "job" {
			continue
		}
		for _, job := range jobValues(m) {
			if d, known := s.Jobs[job]; known && d > interval {
				interval, of, ok = d, "job "+job+" is scraped", true
			}
		}
		if len(jobValues(m)) > 0 {
			return interval, of, ok
		}
	}
	// Whichever job it is: only the shortest interval is certain.
	first := true
	for _, d := range s.Jobs {
		if first || d < interval {
			interval, first = d, false
		}
	}
	return interval, "every job is scraped at most", true
}

// jobValues are the values that a matcher names one by one.
func jobValues(m *matcher) []string {
	switch m.Type {
	case labels.MatchEqual:
		return []string{m.Value}
	case labels.MatchRegexp:
		return m.SetMatches()
	case labels.MatchNotEqual, labels.MatchNotRegexp:
	}
	return nil
}

// isCounter goes by the suffixes that Prometheus' naming practices keep for
// counters and the parts of histograms and summaries.
func isCounter(name string) bool {
	if strings.Contains(name, ":") {
		return false
	}
	for _, suffix := range []string{"_total", "_bucket", "_count", "_sum"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// isGauge goes by suffixes that no counter has, of Prometheus' own naming
// practices.
func isGauge(name string) bool {
	for _, suffix := range []string{"_info", "_ratio", "_timestamp_seconds", "_celsius", "_percent"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// unwrap takes parentheses off.
func unwrap(e parser.Expr) parser.Expr {
	for {
		p, ok := e.(*parser.ParenExpr)
		if !ok {
			return e
		}
		e = p.Expr
	}
}

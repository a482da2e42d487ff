package lint

import (
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// promqlUnselective finds selectors that read nearly all series of a server.
func promqlUnselective(p *Pass) {
	for _, r := range p.rules {
		for _, v := range selectors(r.expr) {
			if !narrow(v) {
				p.ReportExpr(r, v, "the selector names no metric and no value of a label, so it reads all series").Hint = "name the metric, or the job"
			}
		}
	}
}

// narrow reports whether some matcher leaves a part of the series only.
func narrow(v *parser.VectorSelector) bool {
	if v.Name != "" {
		return true
	}
	for _, m := range v.LabelMatchers {
		switch m.Type {
		case labels.MatchEqual:
			if m.Value != "" {
				return true
			}
		case labels.MatchRegexp:
			if m.Value != ".+" && m.Value != ".*" {
				return true
			}
		case labels.MatchNotEqual, labels.MatchNotRegexp:
		}
	}
	return false
}

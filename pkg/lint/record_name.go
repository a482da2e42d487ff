package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// recordName finds recording rules that look like scraped metrics, and those
// whose name says what their expression does not do.
func recordName(p *Pass) {
	for _, r := range p.rules {
		at := r.Pointer + "/record"
		switch {
		case r.Record == "":
		case p.opts.RecordName != nil:
			if !p.opts.RecordName.MatchString(r.Record) {
				p.Reportf(r.object, at, "the name of recording rule %q does not match %s", r.Record, p.opts.RecordName).Hint = "the project's checks.recordName says so"
			}
		case !strings.Contains(r.Record, ":"):
			p.Reportf(r.object, at, "recording rule %q is not named level:metric:operations", r.Record).Hint = `a colon tells recorded series from scraped ones, such as "job:http_requests:rate5m"`
		default:
			p.recordPromise(r, at)
		}
	}
}

var operationWindow = regexp.MustCompile(`^(?:i?rate|increase)_?([0-9]+(?:ms|s|m|h|d|w|y))$`)

// recordPromise compares a name of the form level:metric:operations with the
// expression.
func (p *Pass) recordPromise(r rule, at string) {
	parts := strings.Split(r.Record, ":")
	if m := operationWindow.FindStringSubmatch(parts[len(parts)-1]); m != nil {
		window, err := model.ParseDuration(m[1])
		ranges := windows(r.expr)
		if err == nil && len(ranges) > 0 && !slices.Contains(ranges, window) {
			p.Reportf(r.object, at, "the name of %q says %s, its expression looks at %s", r.Record, m[1], ranges[0]).Hint = "put the name or the range right"
		}
	}
	if level := parts[0]; level == "instance" || level == "job" {
		if known := r.expr.Analysis().Labels().Get(level); known.Presence == expr.Lacks && r.labels()[level] == "" {
			d := p.Reportf(r.object, at, "the name of %q says that there is a series for each %s, its expression drops the label", r.Record, level)
			d.Hint = "begin the name with the labels that are left, or keep the label: by (" + level + ", …)"
			p.Cause(d, r, known.By, "it is dropped here")
		}
	}
}

// windows returns the ranges that an expression looks at.
func windows(e *expr.Expr) []model.Duration {
	var out []model.Duration
	for _, n := range e.Nodes() {
		switch n := n.(type) {
		case *parser.MatrixSelector:
			out = append(out, model.Duration(n.Range))
		case *parser.SubqueryExpr:
			out = append(out, model.Duration(n.Range))
		}
	}
	return out
}

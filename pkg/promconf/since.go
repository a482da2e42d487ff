package promconf

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// release is a version of Prometheus.
type release struct{ major, minor int }

func (r release) String() string { return fmt.Sprintf("%d.%d", r.major, r.minor) }

// before reports whether the dialect's Prometheus lacks what a release brought.
func (d Dialect) before(r release) bool {
	return d.major > 0 && (d.major < r.major || d.major == r.major && d.minor < r.minor)
}

// The versions below are those of Prometheus' CHANGELOG.md, but for the labels
// of groups, of which it does not tell. What stands behind a feature flag
// counts from when the flag came.

// fieldsSince are fields of groups and rules.
func fieldsSince() (group, rule map[string]release) {
	return map[string]release{"limit": {2, 31}, "query_offset": {2, 53}, "labels": {3, 0}},
		map[string]release{"keep_firing_for": {2, 42}}
}

// callsSince are functions and aggregations.
func callsSince() map[string]release {
	since := map[string]release{
		"absent_over_time": {2, 16}, "group": {2, 20},
		"last_over_time": {2, 26}, "sgn": {2, 26}, "clamp": {2, 26},
		"present_over_time": {2, 29},
		"histogram_count":   {2, 40}, "histogram_sum": {2, 40}, "histogram_fraction": {2, 40},
		"histogram_stddev": {2, 47}, "histogram_stdvar": {2, 47},
		"mad_over_time": {2, 49}, "sort_by_label": {2, 49}, "sort_by_label_desc": {2, 49},
		"histogram_avg": {2, 51}, "limitk": {2, 54}, "limit_ratio": {2, 54},
		"double_exponential_smoothing": {3, 0}, "info": {2, 55},
		"ts_of_min_over_time": {3, 5}, "ts_of_max_over_time": {3, 5}, "ts_of_last_over_time": {3, 5},
		"first_over_time": {3, 7}, "ts_of_first_over_time": {3, 7},
		"histogram_quantiles": {3, 11}, "start": {3, 12}, "end": {3, 12}, "range": {3, 12}, "step": {3, 12},
	}
	for name := range strings.FieldsSeq("sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh rad deg pi") {
		since[name] = release{2, 31}
	}
	return since
}

// sectionsSince are fields of Prometheus' configuration, by their pointer with "*"
// for any element.
func sectionsSince() map[string]release {
	return map[string]release{
		"/scrape_config_files":                                 {2, 43},
		"/otlp":                                                {2, 55},
		"/global/rule_query_offset":                            {2, 53},
		"/global/scrape_protocols":                             {2, 49},
		"/global/keep_dropped_targets":                         {2, 47},
		"/global/metric_name_validation_scheme":                {3, 0},
		"/global/always_scrape_classic_histograms":             {3, 5},
		"/global/scrape_native_histograms":                     {3, 8},
		"/storage/tsdb/out_of_order_time_window":               {2, 39},
		"/scrape_configs/*/body_size_limit":                    {2, 28},
		"/scrape_configs/*/follow_redirects":                   {2, 26},
		"/scrape_configs/*/scrape_protocols":                   {2, 49},
		"/scrape_configs/*/enable_compression":                 {2, 49},
		"/scrape_configs/*/keep_dropped_targets":               {2, 47},
		"/scrape_configs/*/native_histogram_min_bucket_factor": {2, 50},
		"/scrape_configs/*/scrape_failure_log_file":            {2, 55},
		"/scrape_configs/*/fallback_scrape_protocol":           {3, 0},
		"/scrape_configs/*/metric_name_validation_scheme":      {3, 0},
		"/scrape_configs/*/scrape_native_histograms":           {3, 8},
		"/scrape_configs/*/http_headers":                       {2, 55},
		"/scrape_configs/*/no_proxy":                           {2, 43},
		"/scrape_configs/*/proxy_from_environment":             {2, 43},
	}
}

// ConfigFor is JudgeConfig, and finds what an older Prometheus does not know.
func ConfigFor(ctx context.Context, d Dialect, o bundle.Object) (diag.List, error) {
	diags, err := JudgeConfig(ctx, o)
	if err != nil || d.major == 0 || diags.HasErrors() {
		return diags, err
	}
	return tooNewConfig(d, o)
}

func tooNewConfig(d Dialect, o bundle.Object) (diag.List, error) {
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	var diags diag.List
	sections := sectionsSince()
	var walk func(v bundle.Value, at, pattern string, depth int)
	walk = func(v bundle.Value, at, pattern string, depth int) {
		if r, ok := sections[pattern]; ok && d.before(r) {
			complain(&diags, o, at, d, at[strings.LastIndexByte(at, '/')+1:], r)
			return
		}
		for i, child := range v.Elem {
			switch {
			case depth > 2:
			case v.Kind == bundle.Map:
				key := bundle.EscapeToken(v.Keys[i])
				walk(child, at+"/"+key, pattern+"/"+key, depth+1)
			case v.Kind == bundle.Array:
				walk(child, fmt.Sprintf("%s/%d", at, i), pattern+"/*", depth+1)
			}
		}
	}
	walk(v, "", "", 0)
	return diags, nil
}

func complain(diags *diag.List, o bundle.Object, pointer string, d Dialect, what string, since release) *diag.Diagnostic {
	e := verdict.Errorf(diags, o, "rules/dialect", pointer, "%s came with Prometheus %s, and this is for %d.%d", what, since, d.major, d.minor)
	e.Hint = "leave it out, or set the dialect to the version that runs"
	return e
}

// tooNew finds in a group, which this binary's Prometheus accepts, what an
// older one does not know.
func (j *Judge) tooNew(d Dialect, o bundle.Object) (diag.List, error) {
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	g, err := ReadGroup(o)
	if err != nil {
		return nil, err
	}
	var diags diag.List
	groupFields, ruleFields := fieldsSince()
	fields := func(v bundle.Value, at string, since map[string]release) {
		for _, key := range v.Keys {
			if r, ok := since[key]; ok && d.before(r) {
				complain(&diags, o, at+"/"+key, d, "the field "+key, r)
			}
		}
	}
	fields(v, "", groupFields)
	p := j.parser(d.Features)
	for i, rule := range v.Array("rules") {
		r := g.Rules[i]
		fields(rule, r.Pointer, ruleFields)
		node, err := p.ParseExpr(r.Expr)
		if err != nil {
			continue // JudgeRules has said so
		}
		said := map[string]bool{}
		newer(node, r.Expr, func(what string, since release) {
			if d.before(since) && !said[what] {
				said[what] = true
				complain(&diags, o, r.Pointer+"/expr", d, what, since)
			}
		})
		utf8 := release{3, 0}
		if r.Record != "" && d.before(utf8) && !model.LegacyValidation.IsValidMetricName(r.Record) {
			complain(&diags, o, r.Pointer+"/record", d, fmt.Sprintf("a name such as %q", r.Record), utf8)
		}
		for name := range r.Labels {
			if d.before(utf8) && !model.LegacyValidation.IsValidLabelName(name) {
				complain(&diags, o, r.Pointer+"/labels/"+bundle.EscapeToken(name), d, fmt.Sprintf("a name such as %q", name), utf8)
			}
		}
	}
	return diags.Sort(), nil
}

// newer tells of what in an expression has not been there from the beginning.
func newer(node parser.Expr, text string, tell func(what string, since release)) {
	calls := callsSince()
	parser.Inspect(node, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.Call:
			if r, ok := calls[n.Func.Name]; ok {
				tell("the function "+n.Func.Name, r)
			}
		case *parser.AggregateExpr:
			if r, ok := calls[n.Op.String()]; ok {
				tell("the aggregation "+n.Op.String(), r)
			}
		case *parser.BinaryExpr:
			switch n.Op {
			case parser.ATAN2:
				tell("the operator atan2", release{2, 31})
			case parser.TRIM_UPPER, parser.TRIM_LOWER:
				tell("the operator "+n.Op.String(), release{3, 11})
			}
			if m := n.VectorMatching; m != nil && (m.FillValues.LHS != nil || m.FillValues.RHS != nil) {
				tell("the modifier fill", release{3, 10})
			}
		case *parser.VectorSelector:
			selector(n, text, tell)
		case *parser.MatrixSelector:
			computed(n.RangeExpr, tell)
		case *parser.SubqueryExpr:
			for _, d := range []*parser.DurationExpr{n.RangeExpr, n.StepExpr, n.OriginalOffsetExpr} {
				computed(d, tell)
			}
		}
		return nil
	})
}

// computed tells of a duration that is an expression.
func computed(d *parser.DurationExpr, tell func(what string, since release)) {
	if d != nil {
		tell("an expression as duration", release{3, 4})
	}
}

func selector(n *parser.VectorSelector, text string, tell func(what string, since release)) {
	switch {
	case n.Anchored:
		tell("the modifier anchored", release{3, 7})
	case n.Smoothed:
		tell("the modifier smoothed", release{3, 7})
	}
	if n.Timestamp != nil || n.StartOrEnd != 0 {
		tell("the modifier @", release{2, 25})
	}
	if n.OriginalOffset < 0 {
		tell("a negative offset", release{2, 26})
	}
	computed(n.OriginalOffsetExpr, tell)
	for _, m := range n.LabelMatchers {
		name, valid := m.Name, model.LegacyValidation.IsValidLabelName(m.Name)
		if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && m.Value != "" && !strings.Contains(text, model.MetricNameLabel) {
			name, valid = m.Value, model.LegacyValidation.IsValidMetricName(m.Value)
		}
		if !valid {
			tell(fmt.Sprintf("a name such as %q", name), release{3, 0})
		}
	}
}

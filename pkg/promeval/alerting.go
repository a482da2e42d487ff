package promeval

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/template"
)

// alerting runs one alerting rule. The state machine is upstream's
// AlertingRule; the labels are expanded before it sees the samples, and the
// annotations when somebody asks, because expanding both for every sample at
// every tick is what promtool spends most of its time on.
//
// For that the upstream rule is made without labels and annotations, and its
// query function answers with samples that carry the alert's labels already.
// What the sample looked like is kept by the hash of those labels.
type alerting struct {
	*rule
	upstream *rules.AlertingRule
	origins  map[uint64]origin
	external map[string]string
	url      string
	query    rules.QueryFunc
}

// origin is the sample that last made an alert true.
type origin struct {
	sample promql.Sample
	at     time.Time
	// annotations is set if they had to be expanded at once.
	annotations labels.Labels
	expanded    bool
}

// Alert is a firing alert.
type Alert struct {
	Labels, Annotations labels.Labels
}

// vector evaluates the rule's expression and gives each sample the labels of
// the alert it stands for, as AlertingRule.Eval does (rules/alerting.go).
func (a *alerting) vector(ctx context.Context, text string, ts, evalTime time.Time) (promql.Vector, error) {
	vector, err := a.query(ctx, text, ts)
	if err != nil {
		return nil, err
	}
	if a.keepFiring == 0 || a.origins == nil {
		a.origins = make(map[uint64]origin, len(vector))
	}
	builder := labels.NewBuilder(labels.EmptyLabels())
	for i := range vector {
		o := origin{sample: vector[i], at: evalTime}
		builder.Reset(o.sample.Metric)
		builder.Del(model.MetricNameLabel)
		a.labels.Range(func(l labels.Label) { builder.Set(l.Name, a.expand(ctx, l.Value, o)) })
		builder.Set(labels.AlertName, a.name)
		if a.eager {
			o.annotations, o.expanded = a.annotate(ctx, o), true
		}
		if o.sample.H != nil {
			o.sample.H = o.sample.H.Copy()
		}
		vector[i].Metric = builder.Labels()
		a.origins[vector[i].Metric.Hash()] = o
	}
	return vector, nil
}

// eval advances the state machine to ts and returns the samples of ALERTS and
// ALERTS_FOR_STATE.
func (a *alerting) eval(ctx context.Context, ts time.Time, g *group) (promql.Vector, error) {
	query := func(ctx context.Context, text string, at time.Time) (promql.Vector, error) {
		return a.vector(ctx, text, at, ts)
	}
	vector, err := a.upstream.Eval(ctx, g.queryOffset, ts, query, nil, g.limit)
	if err != nil {
		return nil, err
	}
	if !a.templated {
		return sorted(vector), nil
	}
	// A label template that expands to nothing is missing from the alert, but
	// upstream builds ALERTS from the rule's labels as written: there the
	// template itself remains.
	builder := labels.NewBuilder(labels.EmptyLabels())
	for i := range vector {
		builder.Reset(vector[i].Metric)
		a.labels.Range(func(l labels.Label) {
			if !vector[i].Metric.Has(l.Name) {
				builder.Set(l.Name, l.Value)
			}
		})
		vector[i].Metric = builder.Labels()
	}
	return sorted(vector), nil
}

// sorted brings the samples, which upstream takes from a map, into an order
// that is the same at every run: series are created in it, and it decides ties.
func sorted(vector promql.Vector) promql.Vector {
	slices.SortFunc(vector, func(a, b promql.Sample) int { return labels.Compare(a.Metric, b.Metric) })
	return vector
}

// firing returns the alerts that fire, in upstream's (random) order.
func (a *alerting) firing(ctx context.Context) []Alert {
	var out []Alert
	for _, active := range a.upstream.ActiveAlerts() {
		if active.State != rules.StateFiring {
			continue
		}
		out = append(out, Alert{Labels: active.Labels, Annotations: a.annotationsOf(ctx, active.Labels)})
	}
	return out
}

// annotationsOf returns the annotations of an active alert.
func (a *alerting) annotationsOf(ctx context.Context, alert labels.Labels) labels.Labels {
	o, ok := a.origins[alert.Hash()]
	if !ok {
		return labels.EmptyLabels()
	}
	if !o.expanded {
		o.annotations = a.annotate(ctx, o)
	}
	return o.annotations
}

func (a *alerting) annotate(ctx context.Context, o origin) labels.Labels {
	builder := labels.NewScratchBuilder(a.annotations.Len())
	a.annotations.Range(func(l labels.Label) { builder.Add(l.Name, a.expand(ctx, l.Value, o)) })
	return builder.Labels()
}

// expand expands a label or annotation as AlertingRule.Eval does. A template
// that fails leaves its error as the text.
func (a *alerting) expand(ctx context.Context, text string, o origin) string {
	if !isTemplate(text) {
		return text
	}
	if pieces, ok := a.texts[text]; ok {
		return a.expandPieces(pieces, o)
	}
	const definitions = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}" +
		"{{$externalURL := .ExternalURL}}{{$value := .Value}}"
	data := template.AlertTemplateData(o.sample.Metric.Map(), a.external, a.url, o.sample)
	result, err := template.NewTemplateExpander(ctx, definitions+text, "__alert_"+a.name, data,
		model.Time(timestamp.FromTime(o.at)), template.QueryFunc(a.query), nil, nil).Expand()
	if err != nil {
		return fmt.Sprintf("<error expanding template: %s>", err)
	}
	return result
}

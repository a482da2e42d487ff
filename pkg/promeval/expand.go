package promeval

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/template"
)

// templateDefinitions are what alerting rules put before their templates
// (rules.AlertingRule.Eval).
const templateDefinitions = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}" +
	"{{$externalURL := .ExternalURL}}{{$value := .Value}}"

// expander expands the labels and annotations of one alerting rule.
type expander struct {
	*rule
	external map[string]string
	url      string
}

// alertLabels returns the labels of the alert that a sample stands for, as
// AlertingRule.Eval does (rules/alerting.go).
func (x *expander) alertLabels(ctx context.Context, o origin, query rules.QueryFunc) labels.Labels {
	b := labels.NewBuilder(o.metric)
	b.Del(model.MetricNameLabel)
	x.labels.Range(func(l labels.Label) { b.Set(l.Name, x.expand(ctx, l.Value, o, query)) })
	b.Set(labels.AlertName, x.name)
	return b.Labels()
}

// annotate returns the annotations that a sample gives an alert.
func (x *expander) annotate(ctx context.Context, o origin, query rules.QueryFunc) labels.Labels {
	if o.expanded {
		return o.annotations
	}
	b := labels.NewScratchBuilder(x.annotations.Len())
	x.annotations.Range(func(l labels.Label) { b.Add(l.Name, x.expand(ctx, l.Value, o, query)) })
	return b.Labels()
}

// expand expands a label or annotation as AlertingRule.Eval does. A template
// that fails leaves its error as the text.
func (x *expander) expand(ctx context.Context, text string, o origin, query rules.QueryFunc) string {
	if !isTemplate(text) {
		return text
	}
	if pieces, ok := x.texts[text]; ok {
		return x.expandPieces(pieces, o)
	}
	data := template.AlertTemplateData(o.metric.Map(), x.external, x.url, promql.Sample{F: o.value, H: o.histogram})
	result, err := template.NewTemplateExpander(ctx, templateDefinitions+text, "__alert_"+x.name, data,
		model.Time(timestamp.FromTime(o.at)), template.QueryFunc(query), nil, nil).Expand()
	if err != nil {
		return fmt.Sprintf("<error expanding template: %s>", err)
	}
	return result
}

// expandPieces writes a simple template out. A label that is missing is
// empty, as with missingkey=zero.
func (x *expander) expandPieces(pieces []piece, o origin) string {
	var b strings.Builder
	for _, s := range pieces {
		switch s.kind {
		case literal:
			b.WriteString(s.text)
		case sampleLabel:
			b.WriteString(o.metric.Get(s.text))
		case externalLabel:
			b.WriteString(x.external[s.text])
		case sampleValue:
			if o.histogram != nil {
				fmt.Fprint(&b, o.histogram)
			} else {
				fmt.Fprint(&b, o.value)
			}
		}
	}
	return b.String()
}

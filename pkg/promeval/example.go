package promeval

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
)

// Example is an alert that an alerting rule could make, without data that says
// so.
type Example struct {
	// Series are the labels of the sample, External those of Prometheus.
	Series, External map[string]string
	Value            float64
	At               time.Time
}

// Expand fills in the template of a label or an annotation as Prometheus does
// for the alert. The error is a template that fails, or one that asks for data.
func (e Example) Expand(ctx context.Context, text string) (string, error) {
	if !isTemplate(text) {
		return text, nil
	}
	sample := promql.Sample{T: timestamp.FromTime(e.At), F: e.Value, Metric: labels.FromMap(e.Series)}
	noData := func(context.Context, string, time.Time) (promql.Vector, error) {
		return nil, errors.New("there is no data to query")
	}
	return template.NewTemplateExpander(ctx, templateDefinitions+text, "example", template.AlertTemplateData(e.Series, e.External, "", sample),
		model.Time(timestamp.FromTime(e.At)), noData, nil, nil).Expand()
}

package promconf

import (
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
)

// Settings are what a bundle's Prometheus configuration says about time and
// labels.
type Settings struct {
	// Known is false without a configuration.
	Known bool
	// Scrape and Evaluation are the intervals that apply where nothing else is
	// said.
	Scrape, Evaluation time.Duration
	// Jobs are the scrape intervals by the name of the job.
	Jobs map[string]time.Duration
	// Retention is zero where the configuration does not say it.
	Retention time.Duration
	// External are the labels that everything gets that leaves Prometheus.
	External map[string]string
	// Relabel is what becomes of alerts on their way to Alertmanager: the
	// alert_relabel_configs as they are written, those of a single
	// Alertmanager behind the general ones.
	Relabel []bundle.Value
}

// defaultInterval is Prometheus' own for both intervals.
const defaultInterval = time.Minute

// ReadSettings reads the Prometheus configuration of a bundle. Intervals that
// do not parse count as not given: JudgeConfig says what is wrong with them.
func ReadSettings(b *bundle.Bundle) Settings {
	o, ok := b.Get(bundle.Ref{Kind: bundle.Prometheus})
	if !ok {
		return Settings{}
	}
	v, err := o.Value()
	if err != nil {
		return Settings{}
	}
	s := Settings{Known: true, Jobs: map[string]time.Duration{}, External: map[string]string{}}
	global, _ := v.Get("global")
	s.Scrape = durationOf(global, "scrape_interval", defaultInterval)
	s.Evaluation = durationOf(global, "evaluation_interval", defaultInterval)
	for _, job := range v.Array("scrape_configs") {
		s.Jobs[job.Str("job_name")] = durationOf(job, "scrape_interval", s.Scrape)
	}
	external, _ := global.Get("external_labels")
	for i, name := range external.Keys {
		s.External[name] = external.Elem[i].Text
	}
	if retention, ok := v.Lookup("/storage/tsdb/retention"); ok {
		s.Retention = durationOf(retention, "time", 0)
	}
	alerting, _ := v.Get("alerting")
	s.Relabel = alerting.Array("alert_relabel_configs")
	for _, manager := range alerting.Array("alertmanagers") {
		s.Relabel = append(s.Relabel, manager.Array("alert_relabel_configs")...)
	}
	return s
}

func durationOf(v bundle.Value, key string, otherwise time.Duration) time.Duration {
	if d, err := model.ParseDuration(v.Str(key)); err == nil && d > 0 {
		return time.Duration(d)
	}
	return otherwise
}

package promconf

import (
	"fmt"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
)

// Relabeling is a list of relabelling rules that Prometheus accepts. It is
// immutable.
type Relabeling struct{ rules []*relabel.Config }

// NewRelabeling reads relabelling rules as they stand in a configuration, for
// instance Settings.Relabel. The error is Prometheus' own about one of them.
func NewRelabeling(rules []bundle.Value) (*Relabeling, error) {
	r := &Relabeling{}
	for i, v := range rules {
		text, err := bundle.EncodeYAML(v)
		if err != nil {
			return nil, fmt.Errorf("relabelling rule %d: %w", i, err)
		}
		var rule relabel.Config
		if err := yaml.Unmarshal(text, &rule); err != nil {
			return nil, fmt.Errorf("relabelling rule %d: %w", i, err)
		}
		if err := rule.Validate(model.UTF8Validation); err != nil {
			return nil, fmt.Errorf("relabelling rule %d: %w", i, err)
		}
		r.rules = append(r.rules, &rule)
	}
	return r, nil
}

// Kept is what Apply returns for an alert that no rule drops.
const Kept = -1

// Apply relabels an alert as Prometheus does on its way to Alertmanager
// (notifier/alert.go, relabelAlerts): external labels first, where the alert
// has none of that name, then rule by rule. It returns the labels, and the
// index of the rule that drops the alert, or Kept.
func (r *Relabeling) Apply(alert, external map[string]string) (out map[string]string, dropped int) {
	b := labels.NewBuilder(labels.FromMap(alert))
	for name, value := range external {
		if alert[name] == "" {
			b.Set(name, value)
		}
	}
	for i, rule := range r.rules {
		if !relabel.ProcessBuilder(b, rule) {
			return b.Labels().Map(), i
		}
	}
	return b.Labels().Map(), Kept
}

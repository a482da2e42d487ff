package ruletest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/util/strutil"

	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/promeval"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// sender turns the alerts that the rules hold into deliveries, as Prometheus
// does (rules/manager.go, SendAlerts).
type sender struct {
	paging     *paging
	external   map[string]string
	url        string
	outbox     promeval.Outbox
	deliveries []simulate.Delivery
	// texts are what was sent, one of each rule: a template that fails mostly
	// fails always.
	texts map[string]alertText
	// dropped are the alerts that a relabelling rule drops, by its index.
	dropped map[int][]string
}

func newSender(p *paging, external map[string]string, url string) *sender {
	return &sender{paging: p, external: external, url: url, texts: map[string]alertText{}, dropped: map[int][]string{}}
}

// observe sends what has to be sent after a tick.
func (s *sender) observe(ctx context.Context, alerts []promeval.ActiveAlert, ts time.Time) {
	for _, a := range s.outbox.Send(alerts, ts) {
		annotations := a.Annotations(ctx)
		s.texts[a.Labels.Get(labels.AlertName)+a.Expr] = alertText{a.Labels, annotations}
		s.deliver(a, annotations.Map(), ts)
	}
}

func (s *sender) deliver(a promeval.ActiveAlert, annotations map[string]string, ts time.Time) {
	lset, dropped := s.paging.relabel.Apply(a.Labels.Map(), s.external)
	if dropped != promconf.Kept {
		if name := a.Labels.Get(labels.AlertName); !slices.Contains(s.dropped[dropped], name) {
			s.dropped[dropped] = append(s.dropped[dropped], name)
		}
		return
	}
	s.deliveries = append(s.deliveries, simulate.Delivery{
		At: ts, Held: a.State == promeval.AlertFiring,
		Alert: simulate.Alert{
			Labels: lset, Annotations: annotations, StartsAt: a.FiredAt, EndsAt: a.ResolvedAt,
			GeneratorURL: s.url + strutil.TableLinkForExpression(a.Expr),
		},
	})
}

// firing returns the labels of the alerts that fire at an instant, as
// Alertmanager has them, sorted.
func (s *sender) firing(at time.Time) []map[string]string {
	last := map[string]simulate.Delivery{}
	for _, d := range s.deliveries {
		if !d.At.After(at) {
			last[labelText(d.Alert.Labels)] = d
		}
	}
	var out []map[string]string
	for _, key := range slices.Sorted(maps.Keys(last)) {
		if last[key].Held {
			out = append(out, last[key].Alert.Labels)
		}
	}
	return out
}

// labelText writes labels in a form in which they can be compared and read.
func labelText(lset map[string]string) string { return labels.FromMap(lset).String() }

// contains reports whether all of some labels are in a set.
func contains(set, some map[string]string) bool {
	for name, value := range some {
		if set[name] != value {
			return false
		}
	}
	return true
}

// sinceStart writes an instant as the duration from the start of the test.
func (r *runner) sinceStart(at time.Time) string {
	d := at.Sub(r.start())
	if d < 0 {
		return "-" + model.Duration(-d).String()
	}
	return model.Duration(d).String()
}

// listLabels writes label sets for a sentence.
func listLabels(sets []map[string]string) string {
	const most = 3
	var parts []string
	for i, s := range sets {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, labelText(s))
	}
	return strings.Join(parts, ", ")
}

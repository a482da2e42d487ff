package depgraph

import "github.com/monctl/monctl/pkg/promconf"

// delivery is what a Prometheus configuration does to the labels of alerts on
// their way to Alertmanager.
type delivery struct {
	// known says that there is a configuration.
	known    bool
	external map[string]string
	// relabeling is nil if Prometheus refuses it, of which pkg/schema speaks:
	// then any label may be anything.
	relabeling *promconf.Relabeling
}

// newDelivery takes what matters here from the settings of a bundle's
// Prometheus.
func newDelivery(s promconf.Settings) delivery {
	relabeling, err := promconf.NewRelabeling(s.Relabel)
	if err != nil {
		relabeling = nil
	}
	return delivery{known: s.Known, external: s.External, relabeling: relabeling}
}

// Delivered returns what is known of a label of an alert when Alertmanager
// gets it: its value, "" where the alert does not have it, or false.
func (r *Rule) Delivered(name string) (value string, known bool) {
	d := &r.origin.delivery
	if d.relabeling == nil {
		return "", false
	}
	return d.relabeling.Label(r.sent, name)
}

// sent is what is known of a label before relabelling: external labels fill in
// what an alert does not have.
func (r *Rule) sent(name string) (value string, known bool) {
	value, known = r.Label(name)
	if !known || value != "" {
		return value, known
	}
	d := &r.origin.delivery
	return d.external[name], d.known
}

// Dropped returns the index of the relabelling rule that keeps the alerts of
// the rule from Alertmanager, or promconf.Kept: for certain, so that none ever
// arrives, or possibly.
func (r *Rule) Dropped() (by int, certain bool) {
	d := &r.origin.delivery
	if d.relabeling == nil {
		return promconf.Kept, false
	}
	return d.relabeling.Drops(r.sent)
}

// NeverArrives reports whether relabelling drops all alerts of the rule,
// MayBeDropped whether it may drop some.
func (r *Rule) NeverArrives() bool {
	_, certain := r.Dropped()
	return certain
}

// MayBeDropped is described at NeverArrives.
func (r *Rule) MayBeDropped() bool {
	by, _ := r.Dropped()
	return by != promconf.Kept
}

// External returns the labels that Prometheus adds to what leaves it.
func (r *Rule) External() map[string]string { return r.origin.delivery.external }

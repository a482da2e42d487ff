package depgraph

import (
	"regexp"
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/promconf"
)

// delivery is what a Prometheus configuration does to the labels of alerts on
// their way to Alertmanager.
type delivery struct {
	// known says that there is a configuration.
	known    bool
	external map[string]string
	// relabelled are labels that relabelling writes; anything says that it may
	// write any label. removed match the labels that it takes away, kept those
	// that it leaves. drops says that not every alert arrives.
	relabelled    map[string]bool
	anything      bool
	removed, kept []*regexp.Regexp
	drops         bool
}

// newDelivery takes what matters here from the settings of a bundle's
// Prometheus.
func newDelivery(s promconf.Settings) delivery {
	out := delivery{known: s.Known, external: s.External, relabelled: map[string]bool{}}
	for _, r := range s.Relabel {
		out.relabel(r)
	}
	return out
}

func (d *delivery) relabel(r bundle.Value) {
	switch action := r.Str("action"); action {
	case "", "replace", "lowercase", "uppercase", "hashmod":
		d.relabelled[r.Str("target_label")] = true
	case "keep", "drop", "keepequal", "dropequal":
		d.drops = true
	case "labeldrop", "labelkeep":
		re, err := regexp.Compile("^(?s:" + r.Str("regex") + ")$") // as model/relabel does
		switch {
		case err != nil:
			d.anything = true // pkg/schema says why
		case action == "labeldrop":
			d.removed = append(d.removed, re)
		default:
			d.kept = append(d.kept, re)
		}
	default: // labelmap
		d.anything = true
	}
}

// removes reports whether relabelling takes a label away.
func (d *delivery) removes(name string) bool {
	match := func(re *regexp.Regexp) bool { return re.MatchString(name) }
	return slices.ContainsFunc(d.removed, match) || slices.ContainsFunc(d.kept, func(re *regexp.Regexp) bool { return !match(re) })
}

// Delivered returns what is known of a label of an alert when Alertmanager
// gets it: its value, "" where the alert does not have it, or false.
func (r *Rule) Delivered(name string) (value string, known bool) {
	d := &r.origin.delivery
	switch {
	case d.anything || d.relabelled[name]:
		return "", false
	case d.removes(name):
		return "", true
	}
	value, known = r.Label(name)
	if !known || value != "" {
		return value, known
	}
	// External labels fill in what an alert does not have.
	return d.external[name], d.known
}

// MayBeDropped reports whether relabelling may keep alerts of the rule from
// Alertmanager.
func (r *Rule) MayBeDropped() bool { return r.origin.delivery.drops }

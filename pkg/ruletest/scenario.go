package ruletest

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/diag"
)

// options are the deviations from promtool that a file asks for.
type options struct {
	// groupInterval evaluates a rule group at its interval, not at every tick.
	groupInterval bool
	// nanEqual takes NaN to be equal to NaN.
	nanEqual bool
}

// State is the state that an alert_rule_test asks for.
type State string

// The states of an alert_rule_test; promtool knows the first one.
const (
	StateFiring   State = "firing"
	StatePending  State = "pending"
	StateInactive State = "inactive"
)

// match is how an alert_rule_test compares labels and annotations.
type match string

const (
	matchExact  match = "exact"
	matchSubset match = "subset"
)

// silence is a silence that holds from a time up to, but excluding, another.
type silence struct {
	matchers    []text
	from, until time.Duration
	span        diag.Span
}

// routeAssertion asks which receivers a label set reaches.
type routeAssertion struct {
	at        time.Duration
	labels    map[string]string
	receivers []text
	muted     []text
	// hasReceivers and hasMuted say which of the two are asked for.
	hasReceivers, hasMuted bool
	span                   diag.Span
}

// notificationAssertion asks for all notifications of a receiver in a window,
// both ends of which belong to it.
type notificationAssertion struct {
	receiver    text
	from, until time.Duration
	exp         []expectedNotification
	span        diag.Span
}

// expectedNotification is one flush of one group; what is nil or empty is not
// compared.
type expectedNotification struct {
	at           time.Duration
	hasAt        bool
	status       string
	groupLabels  map[string]string
	alerts       []expectedNotified
	integrations map[string]map[string]text
	span         diag.Span
}

// expectedNotified is an alert in a notification.
type expectedNotified struct {
	status string
	labels map[string]string
}

// suppressionAssertion asks what keeps the alerts with some labels from a
// receiver.
type suppressionAssertion struct {
	at       time.Duration
	labels   map[string]string
	receiver text
	by       []string
	span     diag.Span
}

// scenarioFields are the keys of a file that promtool does not know.
func (d *decoder) scenarioFields(f *file) fields {
	return fields{
		"alertmanager_file": func(n node) { f.alertmanager = d.text(n, "alertmanager_file") },
		"env":               func(n node) { f.envs = d.textOrTexts(n, "env") },
		"options": func(n node) {
			d.mapping(n, "options", fields{
				"honour_group_interval": func(n node) { f.options.groupInterval = decode[bool](d, resolve(n), "honour_group_interval") },
				"nan_equals_nan":        func(n node) { f.options.nanEqual = decode[bool](d, resolve(n), "nan_equals_nan") },
			})
		},
		"fixtures": func(node) {}, // A place for anchors, of any shape.
	}
}

// scenarioTestFields are the keys of a test that promtool does not know.
func (d *decoder) scenarioTestFields(t *test) fields {
	return fields{
		"silences": func(n node) {
			d.sequence(n, "silences", func(_ int, n node) { t.silences = append(t.silences, d.silence(n)) })
		},
		"route_test": func(n node) {
			d.sequence(n, "route_test", func(_ int, n node) { t.routes = append(t.routes, d.routeAssertion(n)) })
		},
		"notification_test": func(n node) {
			d.sequence(n, "notification_test", func(_ int, n node) { t.notifications = append(t.notifications, d.notificationAssertion(n)) })
		},
		"suppression_test": func(n node) {
			d.sequence(n, "suppression_test", func(_ int, n node) { t.suppressions = append(t.suppressions, d.suppressionAssertion(n)) })
		},
	}
}

func (d *decoder) silence(n node) silence {
	s := silence{span: d.span(n)}
	before := len(d.diags)
	d.mapping(n, "a silence", fields{
		"matchers": func(n node) { s.matchers = d.textOrTexts(n, "matchers") },
		"from":     func(n node) { s.from = d.duration(n, "from") },
		"until":    func(n node) { s.until = d.duration(n, "until") },
	})
	switch {
	case len(d.diags) > before: // What seems to be missing may be misspelt.
	case len(s.matchers) == 0:
		d.errorf(codeValue, n, "a silence needs matchers").Hint = `write them like matchers: ['team="x"']`
	case s.until <= s.from:
		d.errorf(codeValue, n, "the silence ends before it begins").Hint = "from and until count from the start of the test"
	}
	return s
}

func (d *decoder) routeAssertion(n node) routeAssertion {
	r := routeAssertion{span: d.span(n)}
	before := len(d.diags)
	d.mapping(n, "a route_test", fields{
		"labels":        func(n node) { r.labels = d.labels(n, "labels") },
		"eval_time":     func(n node) { r.at = d.duration(n, "eval_time") },
		"exp_receivers": func(n node) { r.receivers, r.hasReceivers = d.texts(n, "exp_receivers"), true },
		"exp_muted":     func(n node) { r.muted, r.hasMuted = d.texts(n, "exp_muted"), true },
	})
	if !r.hasReceivers && !r.hasMuted && len(d.diags) == before {
		d.errorf(codeValue, n, "a route_test needs exp_receivers or exp_muted")
	}
	return r
}

func (d *decoder) notificationAssertion(n node) notificationAssertion {
	a := notificationAssertion{span: d.span(n)}
	hasUntil, before := false, len(d.diags)
	d.mapping(n, "a notification_test", fields{
		"receiver": func(n node) { a.receiver = d.text(n, "receiver") },
		"from":     func(n node) { a.from = d.duration(n, "from") },
		"until":    func(n node) { a.until, hasUntil = d.duration(n, "until"), true },
		"exp_notifications": func(n node) {
			d.sequence(n, "exp_notifications", func(_ int, n node) { a.exp = append(a.exp, d.expectedNotification(n)) })
		},
	})
	switch {
	case len(d.diags) > before: // What seems to be missing may be misspelt.
	case a.receiver.value == "":
		d.errorf(codeValue, n, "a notification_test needs a receiver")
	case !hasUntil:
		d.errorf(codeValue, n, "a notification_test needs the end of its window").Hint = "until counts from the start of the test, like eval_time"
	case a.until < a.from:
		d.errorf(codeValue, n, "the window of a notification_test ends before it begins")
	}
	for _, e := range a.exp {
		if e.hasAt && hasUntil && (e.at < a.from || e.at > a.until) {
			f := d.diags.Errorf(codeValue, e.span, "a notification at %s is outside of the window from %s until %s", model.Duration(e.at), model.Duration(a.from), model.Duration(a.until))
			f.Hint = "at counts from the start of the test, like from and until"
		}
	}
	return a
}

func (d *decoder) expectedNotification(n node) expectedNotification {
	e := expectedNotification{span: d.span(n)}
	d.mapping(n, "an expected notification", fields{
		"at":           func(n node) { e.at, e.hasAt = d.duration(n, "at"), true },
		"status":       func(n node) { e.status = d.oneOf(n, "status", statusFiring, statusResolved) },
		"group_labels": func(n node) { e.groupLabels = d.labels(n, "group_labels") },
		"alerts": func(n node) {
			e.alerts = []expectedNotified{}
			d.sequence(n, "alerts", func(_ int, n node) { e.alerts = append(e.alerts, d.expectedNotified(n)) })
		},
		"integrations": func(n node) {
			e.integrations = map[string]map[string]text{}
			d.entries(n, "integrations", func(name, n node) {
				rendered := map[string]text{}
				d.entries(n, "the fields of an integration", func(name, n node) { rendered[name.Value] = d.text(n, name.Value) })
				e.integrations[name.Value] = rendered
			})
		},
	})
	return e
}

func (d *decoder) expectedNotified(n node) expectedNotified {
	var e expectedNotified
	d.mapping(n, "an expected alert of a notification", fields{
		"status": func(n node) { e.status = d.oneOf(n, "status", statusFiring, statusResolved) },
		"labels": func(n node) { e.labels = d.labels(n, "labels") },
	})
	return e
}

func (d *decoder) suppressionAssertion(n node) suppressionAssertion {
	s := suppressionAssertion{span: d.span(n)}
	hasBy, before := false, len(d.diags)
	d.mapping(n, "a suppression_test", fields{
		"eval_time": func(n node) { s.at = d.duration(n, "eval_time") },
		"labels":    func(n node) { s.labels = d.labels(n, "labels") },
		"receiver":  func(n node) { s.receiver = d.text(n, "receiver") },
		"exp_by": func(n node) {
			hasBy = true
			d.sequence(n, "exp_by", func(_ int, n node) {
				s.by = append(s.by, d.oneOf(n, "exp_by", byInhibition, bySilence, byInterval))
			})
		},
	})
	switch {
	case len(d.diags) > before: // What seems to be missing may be misspelt.
	case len(s.labels) == 0:
		d.errorf(codeValue, n, "a suppression_test needs the labels of an alert")
	case s.receiver.value == "":
		d.errorf(codeValue, n, "a suppression_test needs a receiver")
	case !hasBy:
		d.errorf(codeValue, n, "a suppression_test needs exp_by").Hint = "[] says that nothing suppresses the alert"
	}
	return s
}

// seriesEach reads for_each: label values by label name, in the order written.
func (d *decoder) seriesEach(n node) (out []labelValues) {
	d.entries(n, "for_each", func(name, n node) {
		v := labelValues{name: name.Value}
		for _, t := range d.textOrTexts(n, "for_each") {
			v.values = append(v.values, t.value)
		}
		if len(v.values) == 0 {
			d.errorf(codeValue, name, "for_each: the label %q has no values", name.Value)
		}
		out = append(out, v)
	})
	return out
}

// labels reads a label set. Numbers and the like are taken as written.
func (d *decoder) labels(n node, what string) map[string]string {
	out := map[string]string{}
	d.entries(n, what, func(name, n node) {
		if n = resolve(n); n.Kind != yaml.ScalarNode {
			d.errorf(codeValue, n, "%s: the value of %q must be a text, not %s", what, name.Value, kindOf(n))
			return
		}
		out[name.Value] = n.Value
	})
	return out
}

// textOrTexts reads a text, or a list of them.
func (d *decoder) textOrTexts(n node, what string) []text {
	if n = resolve(n); n.Kind == yaml.ScalarNode && !isNull(n) {
		return []text{d.text(n, what)}
	}
	return d.texts(n, what)
}

// oneOf reads one of some words.
func (d *decoder) oneOf(n node, what string, words ...string) string {
	n = resolve(n)
	word := d.string(n, what)
	if slices.Contains(words, word) {
		return word
	}
	e := d.errorf(codeValue, n, "%s: unknown value %s", what, strconv.Quote(word))
	if e.Hint = diag.DidYouMean(word, words); e.Hint == "" {
		e.Hint = "want " + listWords(words)
	}
	return ""
}

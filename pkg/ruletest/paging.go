package ruletest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

const (
	codeRoute           = "test/route"
	codeNotification    = "test/notification"
	codeSuppression     = "test/suppression"
	codeUnknownReceiver = "test/unknown-receiver"
)

// The words of a test for what Alertmanager calls status, and for what
// suppresses an alert.
const (
	statusFiring   = string(simulate.Firing)
	statusResolved = string(simulate.Resolved)
	byInhibition   = string(simulate.ByInhibition)
	bySilence      = string(simulate.BySilence)
	byInterval     = string(simulate.ByTimeInterval)
)

// observes reports whether the test has to follow its alerts to Alertmanager.
func (t *test) observes() bool { return len(t.notifications) > 0 || len(t.suppressions) > 0 }

// evaluates reports whether the test needs its rules: route_test alone does
// not.
func (t *test) evaluates() bool {
	return len(t.routes) == 0 || len(t.alerts) > 0 || len(t.exprs) > 0 || t.observes()
}

// checkPaging judges what is about Alertmanager, after the last tick.
func (r *runner) checkPaging(ctx context.Context) {
	if r.paging == nil || r.test.pages() == nil {
		return
	}
	for _, a := range r.test.notifications {
		r.warnReceiver(a.receiver)
	}
	for _, a := range r.test.suppressions {
		r.warnReceiver(a.receiver)
		r.warnAlertName(a.labels, a.span)
	}
	if r.sender != nil {
		for _, key := range slices.Sorted(maps.Keys(r.sender.texts)) {
			r.warnTemplates(r.test.span, []alertText{r.sender.texts[key]})
		}
	}
	timeline := r.simulate(ctx)
	if timeline == nil {
		return
	}
	r.timeline = timeline
	for _, a := range r.test.routes {
		r.warnAlertName(a.labels, a.span)
		r.checkRoute(timeline, a)
	}
	for _, a := range r.test.notifications {
		r.checkNotifications(timeline, a)
	}
	for _, a := range r.test.suppressions {
		r.checkSuppression(timeline, a)
	}
}

// simulate plays the test's deliveries, of which there are none if it is only
// about routes. It returns nil after a failure or a cancellation.
func (r *runner) simulate(ctx context.Context) *simulate.Timeline {
	o := r.paging.base
	o.Start, o.Until = r.start(), r.start().Add(r.horizon())
	if r.sender != nil {
		o.Deliveries = r.sender.deliveries
	}
	for i, s := range r.test.silences {
		one := simulate.Silence{From: r.start().Add(s.from), Until: r.start().Add(s.until), ID: fmt.Sprintf("silences[%d]", i)}
		for _, m := range s.matchers {
			parsed, err := routing.ParseMatchers(m.value)
			if err != nil {
				r.fail(m.span, KindError, codeValue, "the matcher does not parse: %s", err).hint = matcherHint
				return nil
			}
			one.Matchers = append(one.Matchers, parsed...)
		}
		o.Silences = append(o.Silences, one)
	}
	timeline, err := simulate.Run(ctx, o)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		r.fail(r.test.span, KindError, codeNotification, "%s", err)
		return nil
	}
	for _, refused := range timeline.Rejected {
		r.fail(r.test.span, KindError, codeNotification, "at %s, Alertmanager refuses the alert %s: %s",
			r.sinceStart(refused.Delivery.At), labelText(refused.Delivery.Alert.Labels), refused.Reason)
	}
	return timeline
}

// warnReceiver warns about a receiver that the configuration does not have:
// that nothing is sent to it is no surprise.
func (r *runner) warnReceiver(name text) {
	if slices.Contains(r.paging.receivers, name.value) {
		return
	}
	d := r.warnings.Warnf(codeUnknownReceiver, name.span, "the Alertmanager configuration has no receiver %q", name.value)
	d.Hint = r.receiverHint(name.value)
}

func (r *runner) receiverHint(name string) string {
	if hint := diag.DidYouMean(name, r.paging.receivers); hint != "" {
		return hint
	}
	return "there are: " + strings.Join(slices.Sorted(slices.Values(r.paging.receivers)), ", ")
}

// warnAlertName warns about labels of an alert that no rule makes.
func (r *runner) warnAlertName(lset map[string]string, span diag.Span) {
	name := lset[labels.AlertName]
	known := r.alertNames()
	if name == "" || len(known) == 0 || slices.Contains(known, name) {
		return
	}
	d := r.warnings.Warnf(codeUnknownAlert, span, "no rule has the alert %q", name)
	d.Hint = diag.DidYouMean(name, known)
}

// checkRoute compares the receivers that a label set reaches.
func (r *runner) checkRoute(timeline *simulate.Timeline, a routeAssertion) {
	routes := r.paging.tree.Match(a.labels)
	var receivers, muted []string
	at := r.start().Add(a.at)
	for _, route := range routes {
		receivers = append(receivers, route.Receiver)
		if mutedAt(timeline, a.labels, route, at) {
			muted = append(muted, route.Receiver)
		}
	}
	if expected := values(a.receivers); a.hasReceivers && !slices.Equal(expected, receivers) {
		f := r.fail(a.span, KindRoute, codeRoute, "%s reaches %s, not %s", labelText(a.labels), listOr(receivers, "nobody"), listOr(expected, "nobody"))
		f.describe(wordLines(expected, receivers))
		f.Way = r.paging.way(a.labels)
		f.hint = r.routeHint(a.receivers, routes)
	}
	if expected := values(a.muted); a.hasMuted && !slices.Equal(expected, muted) {
		f := r.fail(a.span, KindRoute, codeRoute, "of the receivers of %s, %s muted at %s, not %s",
			labelText(a.labels), isOrAre(muted), model.Duration(a.at), listOr(expected, "any"))
		f.describe(wordLines(expected, muted))
		f.hint = fmt.Sprintf("%s of the test is %s", model.Duration(a.at), at.UTC().Format("Monday 2006-01-02 15:04 UTC"))
	}
}

// mutedAt reports whether a time interval mutes a route.
func mutedAt(timeline *simulate.Timeline, lset map[string]string, route *routing.Route, at time.Time) bool {
	return slices.ContainsFunc(timeline.Suppressed(lset, route.Receiver, at), func(b simulate.By) bool {
		return b.Kind == simulate.ByTimeInterval && b.Route.Pointer == route.Pointer
	})
}

// routeHint says which routes took the alert, or that a receiver is misspelt.
func (r *runner) routeHint(expected []text, routes []*routing.Route) string {
	for _, name := range expected {
		if !slices.Contains(r.paging.receivers, name.value) {
			return fmt.Sprintf("there is no receiver %q: %s", name.value, r.receiverHint(name.value))
		}
	}
	var parts []string
	for _, route := range routes {
		text := routing.Dotted(route.Pointer)
		if len(route.Matchers) > 0 {
			text += " " + route.Matchers.String()
		}
		parts = append(parts, text)
	}
	return "it ends in " + strings.Join(parts, " and ")
}

func values(list []text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.value)
	}
	return out
}

func listOr(words []string, otherwise string) string {
	if len(words) == 0 {
		return otherwise
	}
	return strings.Join(words, ", ")
}

func isOrAre(words []string) string {
	switch len(words) {
	case 0:
		return "none is"
	case 1:
		return words[0] + " is"
	default:
		return strings.Join(words, ", ") + " are"
	}
}

// wordLines compares two lists, place by place.
func wordLines(expected, got []string) lines {
	var out lines
	for i := range max(len(expected), len(got)) {
		switch {
		case i >= len(got):
			out = append(out, line{'-', expected[i]})
		case i >= len(expected):
			out = append(out, line{'+', got[i]})
		case expected[i] == got[i]:
			out = append(out, line{' ', got[i]})
		default:
			out = append(out, line{'-', expected[i]}, line{'+', got[i]})
		}
	}
	return out
}

// checkSuppression compares what keeps the alerts with some labels from a
// receiver. Each that fires must be suppressed by just what is expected.
func (r *runner) checkSuppression(timeline *simulate.Timeline, a suppressionAssertion) {
	at := r.start().Add(a.at)
	all := r.sender.firing(at)
	expected := slices.Compact(slices.Sorted(slices.Values(a.by)))
	found := false
	for _, lset := range all {
		if !contains(lset, a.labels) {
			continue
		}
		found = true
		if !slices.Contains(r.paging.tree.Receivers(lset), a.receiver.value) {
			r.fail(a.span, KindSuppression, codeSuppression, "%s does not reach the receiver %q but %s",
				labelText(lset), a.receiver.value, strings.Join(r.paging.tree.Receivers(lset), ", ")).Way = r.paging.way(lset)
			continue
		}
		by := timeline.Suppressed(lset, a.receiver.value, at)
		var kinds []string
		for _, b := range by {
			kinds = append(kinds, string(b.Kind))
		}
		kinds = slices.Compact(slices.Sorted(slices.Values(kinds)))
		if slices.Equal(kinds, expected) {
			continue
		}
		f := r.fail(a.span, KindSuppression, codeSuppression, "%s at %s is suppressed by %s, not by %s",
			labelText(lset), model.Duration(a.at), listOr(kinds, "nothing"), listOr(expected, "nothing"))
		f.describe(wordLines(expected, kinds))
		f.hint = describeBy(by)
	}
	if !found {
		f := r.fail(a.span, KindSuppression, codeSuppression, "no alert with the labels %s fires at %s", labelText(a.labels), model.Duration(a.at))
		if f.hint = r.droppedHint(); f.hint == "" && len(all) > 0 {
			f.hint = "there fire: " + listLabels(all)
		}
	}
}

// droppedHint says which alerts never get to Alertmanager.
func (r *runner) droppedHint() string {
	var parts []string
	for _, i := range slices.Sorted(maps.Keys(r.sender.dropped)) {
		parts = append(parts, fmt.Sprintf("alert_relabel_configs[%d] drops %s", i, strings.Join(r.sender.dropped[i], ", ")))
	}
	return strings.Join(parts, "; ")
}

// describeBy says what suppresses an alert.
func describeBy(by []simulate.By) string {
	var parts []string
	for _, b := range by {
		switch b.Kind {
		case simulate.ByInhibition:
			parts = append(parts, fmt.Sprintf("%s inhibits it because of %s", b.Pointer, labelText(b.Source)))
		case simulate.BySilence:
			parts = append(parts, b.Name+" silences it")
		case simulate.ByTimeInterval:
			if b.Active {
				parts = append(parts, fmt.Sprintf("it is outside of the active time interval %q", b.Name))
			} else {
				parts = append(parts, fmt.Sprintf("the time interval %q mutes it", b.Name))
			}
		}
	}
	return strings.Join(parts, "; ")
}

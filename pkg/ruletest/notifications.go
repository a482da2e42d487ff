package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// notice is a notification that was sent, with what its integrations got.
type notice struct {
	simulate.Notification
	rendered map[string]simulate.Rendered
}

// checkNotifications compares the notifications of a receiver in a window with
// the expected ones: all of them, in order.
func (r *runner) checkNotifications(timeline *simulate.Timeline, a notificationAssertion) {
	from, until := r.start().Add(a.from), r.start().Add(a.until)
	var got []*notice
	for _, n := range timeline.Notifications {
		if n.Receiver == a.receiver.value && !n.At.Before(from) && !n.At.After(until) {
			got = append(got, &notice{Notification: n, rendered: map[string]simulate.Rendered{}})
		}
	}
	all := r.notificationLines(a.exp, got)
	if !all.differ() {
		return
	}
	f := r.fail(a.span, KindNotification, codeNotification, "receiver %q from %s until %s: %s",
		a.receiver.value, model.Duration(a.from), model.Duration(a.until), countNotifications(len(a.exp), len(got)))
	f.describe(all)
	if len(got) < len(a.exp) {
		f.hint = r.missingHint(timeline, a, until)
	}
}

func countNotifications(expected, got int) string {
	switch {
	case expected == got:
		return "the notifications differ from the expected ones"
	case got == 0:
		return fmt.Sprintf("%s expected, none is sent", notifications(expected))
	case expected == 0:
		return fmt.Sprintf("none expected, %s sent", notifications(got))
	default:
		return fmt.Sprintf("%s expected, %d sent", notifications(expected), got)
	}
}

func notifications(n int) string {
	if n == 1 {
		return "1 notification"
	}
	return fmt.Sprintf("%d notifications", n)
}

// missingHint says why a receiver may have got less than expected.
func (r *runner) missingHint(timeline *simulate.Timeline, a notificationAssertion, until time.Time) string {
	firing := r.sender.firing(until)
	if len(r.sender.deliveries) == 0 {
		if hint := r.droppedHint(); hint != "" {
			return hint
		}
		return fmt.Sprintf("no alert fires until %s", model.Duration(a.until))
	}
	var elsewhere []string
	for _, lset := range firing {
		receivers := r.paging.tree.Receivers(lset)
		if !slices.Contains(receivers, a.receiver.value) {
			elsewhere = append(elsewhere, fmt.Sprintf("%s goes to %s", labelText(lset), strings.Join(receivers, ", ")))
			continue
		}
		if by := timeline.Suppressed(lset, a.receiver.value, until); len(by) > 0 {
			return labelText(lset) + ": " + describeBy(by)
		}
	}
	if len(elsewhere) > 0 && len(elsewhere) == len(firing) {
		return strings.Join(elsewhere[:min(3, len(elsewhere))], "; ")
	}
	return ""
}

// alignment is a comparison and how much both sides have in common.
type alignment struct {
	lines lines
	same  int
}

// notificationLines aligns the expected notifications with those that were
// sent so that they have as much as possible in common, keeping the order of
// both.
func (r *runner) notificationLines(expected []expectedNotification, got []*notice) lines {
	// best[i][j] compares expected[i:] with got[j:].
	best := make([][]alignment, len(expected)+1)
	for i := range best {
		best[i] = make([]alignment, len(got)+1)
	}
	for i := len(expected); i >= 0; i-- {
		for j := len(got); j >= 0; j-- {
			var choices []alignment
			add := func(l lines, same int, rest alignment) {
				choices = append(choices, alignment{slices.Concat(l, rest.lines), same + rest.same})
			}
			if i < len(expected) && j < len(got) {
				l := r.beside(expected[i], got[j])
				add(l, l.same(), best[i+1][j+1])
			}
			if i < len(expected) {
				add(r.missing(expected[i]), 0, best[i+1][j])
			}
			if j < len(got) {
				add(r.unexpected(got[j]), 0, best[i][j+1])
			}
			if len(choices) > 0 {
				best[i][j] = slices.MaxFunc(choices, func(a, b alignment) int { return a.same - b.same })
			}
		}
	}
	return best[0][0].lines
}

// same says how much two sides have in common; being equal counts most.
func (l lines) same() int {
	const equal = 10
	if l.differ() {
		l = slices.DeleteFunc(slices.Clone(l), func(x line) bool { return x.mark != ' ' })
		return 1 + len(l)
	}
	return equal + len(l)
}

func (l lines) differ() bool { return slices.ContainsFunc(l, func(x line) bool { return x.mark != ' ' }) }

// missing is a notification that was expected only.
func (r *runner) missing(e expectedNotification) lines {
	out := lines{{'-', "notification"}}
	if e.hasAt {
		out[0].text += " at " + model.Duration(e.at).String()
	}
	add := func(format string, args ...any) { out = append(out, line{'-', "  " + fmt.Sprintf(format, args...)}) }
	if e.status != "" {
		add("status: %s", e.status)
	}
	if e.groupLabels != nil {
		add("group: %s", labelText(e.groupLabels))
	}
	for _, alert := range e.alerts {
		add("alert: %s", strings.TrimSpace(alert.status+" "+labelText(alert.labels)))
	}
	for _, name := range slices.Sorted(maps.Keys(e.integrations)) {
		for _, field := range slices.Sorted(maps.Keys(e.integrations[name])) {
			out = append(out, fieldLines('-', name+" "+field, e.integrations[name][field].value)...)
		}
	}
	return out
}

// unexpected is a notification that was sent only.
func (r *runner) unexpected(n *notice) lines {
	out := lines{
		{'+', "notification at " + r.sinceStart(n.At)},
		{'+', "  status: " + string(n.Status)},
		{'+', "  group: " + labelText(n.GroupLabels)},
	}
	for _, a := range n.Alerts {
		out = append(out, line{'+', "  alert: " + notified(a)})
	}
	return out
}

func notified(a simulate.NotifiedAlert) string { return string(a.Status) + " " + labelText(a.Labels) }

// beside compares an expected notification with one that was sent; what the
// test does not name is not compared.
func (r *runner) beside(e expectedNotification, n *notice) lines {
	at := r.sinceStart(n.At)
	out := lines{{' ', "notification at " + at}}
	if want := model.Duration(e.at).String(); e.hasAt && want != at {
		out = lines{{'-', "notification at " + want}, {'+', "notification at " + at}}
	}
	compare := func(what, want, got string) {
		if want == got {
			out = append(out, line{' ', "  " + what + ": " + got})
		} else {
			out = append(out, line{'-', "  " + what + ": " + want}, line{'+', "  " + what + ": " + got})
		}
	}
	if e.status != "" {
		compare("status", e.status, string(n.Status))
	}
	if e.groupLabels != nil {
		compare("group", labelText(e.groupLabels), labelText(n.GroupLabels))
	}
	if e.alerts != nil {
		out = append(out, notifiedLines(e.alerts, n.Alerts)...)
	}
	for _, name := range slices.Sorted(maps.Keys(e.integrations)) {
		out = append(out, r.integrationLines(name, e.integrations[name], n)...)
	}
	return out
}

// notifiedLines pairs expected alerts with those of a notification, one to one.
func notifiedLines(expected []expectedNotified, got []simulate.NotifiedAlert) lines {
	pairs := pairUp(len(expected), len(got), func(i, j int) bool {
		e, g := expected[i], got[j]
		return (e.status == "" || e.status == string(g.Status)) && contains(g.Labels, e.labels)
	})
	var out lines
	taken := map[int]bool{}
	for i, e := range expected {
		if pairs[i] < 0 {
			out = append(out, line{'-', "  alert: " + strings.TrimSpace(e.status+" "+labelText(e.labels))})
			continue
		}
		taken[pairs[i]] = true
		out = append(out, line{' ', "  alert: " + notified(got[pairs[i]])})
	}
	for j, g := range got {
		if !taken[j] {
			out = append(out, line{'+', "  alert: " + notified(g)})
		}
	}
	return out
}

// integrationLines compares the rendered fields that the test names.
func (r *runner) integrationLines(name string, expected map[string]text, n *notice) lines {
	got, ok := n.rendered[name]
	if !ok {
		renderer, _ := r.paging.renderer()
		var err error
		if got, err = renderer.Render(n.Notification, name); err != nil {
			return lines{{'-', "  " + name + " is notified"}, {'+', "  " + r.notNotified(name, n)}}
		}
		n.rendered[name] = got
	}
	var out lines
	for _, e := range got.Errors {
		out = append(out, line{'+', "  " + name + " " + e.Field + " fails: " + e.Message})
	}
	if len(out) > 0 {
		return out // The notification would not be what the other fields say.
	}
	for _, field := range slices.Sorted(maps.Keys(expected)) {
		want, label := expected[field].value, name+" "+field
		have, ok := got.Fields[field]
		switch {
		case !ok:
			out = append(out, fieldLines('-', label, want)...)
			out = append(out, line{'+', "  " + name + " has no field " + quote(field) + fieldHint(field, got.Fields)})
		case want == have:
			out = append(out, fieldLines(' ', label, have)...)
		default:
			out = append(out, fieldLines('-', label, want)...)
			out = append(out, fieldLines('+', label, have)...)
		}
	}
	return out
}

// notNotified says why an integration got nothing of a notification.
func (r *runner) notNotified(name string, n *notice) string {
	var sent []string
	for _, i := range n.Integrations {
		sent = append(sent, i.String())
	}
	all := simulate.Integrations(r.paging.base.Config, n.Receiver)
	if !slices.ContainsFunc(all, func(i simulate.Integration) bool { return i.String() == name }) {
		var names []string
		for _, i := range all {
			names = append(names, i.String())
		}
		return fmt.Sprintf("receiver %q has no integration %s: there are %s", n.Receiver, name, strings.Join(names, ", "))
	}
	return fmt.Sprintf("%s is not notified, but %s", name, strings.Join(sent, ", "))
}

func fieldHint(field string, known map[string]string) string {
	if hint := diag.DidYouMean(field, slices.Sorted(maps.Keys(known))); hint != "" {
		return ": " + hint
	}
	return ""
}

// fieldLines shows a rendered field, a text of several lines below its name.
func fieldLines(mark byte, label, value string) lines {
	if !strings.Contains(value, "\n") {
		return lines{{mark, "  " + label + ": " + value}}
	}
	out := lines{{mark, "  " + label + ":"}}
	for part := range strings.SplitSeq(value, "\n") {
		out = append(out, line{mark, "    | " + part})
	}
	return out
}

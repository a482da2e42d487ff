package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
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
	pairs := r.notificationPairs(a.exp, got)
	if !slices.ContainsFunc(pairs, func(p Pair) bool { return p.Verdict != "same" }) {
		return
	}
	f := r.fail(a.span, KindNotification, codeNotification, "receiver %q from %s until %s: %s",
		a.receiver.value, model.Duration(a.from), model.Duration(a.until), countNotifications(len(a.exp), len(got)))
	f.describePairs(pairs)
	f.related = r.failedTemplates(got)
	if len(got) < len(a.exp) {
		f.hint = r.missingHint(timeline, a, until)
	}
}

// failedTemplates are the places of the receivers' templates that fail in
// notifications.
func (r *runner) failedTemplates(sent []*notice) []diag.Related {
	place := places(r.paging.file.Name, r.paging.file.YAML, r.paging.file.Origin)
	failed := map[string]diag.Related{}
	for _, n := range sent {
		for _, rendered := range n.rendered {
			for _, e := range rendered.Errors {
				failed[e.Pointer] = diag.Related{Message: "the template of " + e.Field, Span: place(e.Pointer)}
			}
		}
	}
	var out []diag.Related
	for _, pointer := range slices.Sorted(maps.Keys(failed)) {
		out = append(out, failed[pointer])
	}
	return out
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
	pairs []Pair
	same  int
}

// notificationPairs aligns the expected notifications with those that were
// sent so that they have as much as possible in common, keeping the order of
// both.
func (r *runner) notificationPairs(expected []expectedNotification, got []*notice) []Pair {
	// best[i][j] compares expected[i:] with got[j:].
	best := make([][]alignment, len(expected)+1)
	for i := range best {
		best[i] = make([]alignment, len(got)+1)
	}
	for i := len(expected); i >= 0; i-- {
		for j := len(got); j >= 0; j-- {
			var choices []alignment
			add := func(p Pair, same int, rest alignment) {
				choices = append(choices, alignment{append([]Pair{p}, rest.pairs...), same + rest.same})
			}
			if i < len(expected) && j < len(got) {
				p := r.beside(expected[i], got[j])
				add(p, p.same(), best[i+1][j+1])
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
	return best[0][0].pairs
}

// same says how much two sides have in common; being equal counts most.
func (p Pair) same() int {
	const equal = 10
	n := 1
	for _, f := range p.Fields {
		if !f.Differs() {
			n++
		}
	}
	if p.Verdict == "same" {
		n += equal
	}
	return n
}

// compare adds a field that both sides have.
func (p *Pair) compare(kind, name, expected, got string) {
	p.Fields = append(p.Fields, PairField{Kind: kind, Name: name, Expected: &expected, Got: &got})
}

// lack adds a field that only the expected side has, have one that only the
// other has.
func (p *Pair) lack(kind, name, expected string) {
	p.Fields = append(p.Fields, PairField{Kind: kind, Name: name, Expected: &expected})
}

func (p *Pair) have(kind, name, got string) {
	p.Fields = append(p.Fields, PairField{Kind: kind, Name: name, Got: &got})
}

// missing is a notification that was expected only.
func (r *runner) missing(e expectedNotification) Pair {
	p := Pair{Verdict: "missing", Notification: true, Fields: []PairField{}}
	if e.hasAt {
		p.lack("at", "", model.Duration(e.at).String())
	}
	if e.status != "" {
		p.lack("status", "", e.status)
	}
	if e.groupLabels != nil {
		p.lack("group", "", labelText(e.groupLabels))
	}
	for _, alert := range e.alerts {
		p.lack("alert", "", alert.String())
	}
	for _, name := range slices.Sorted(maps.Keys(e.integrations)) {
		for _, field := range slices.Sorted(maps.Keys(e.integrations[name])) {
			p.lack("field", name+" "+field, e.integrations[name][field].value)
		}
	}
	return p
}

// unexpected is a notification that was sent only.
func (r *runner) unexpected(n *notice) Pair {
	p := Pair{Verdict: "unexpected", Notification: true}
	p.have("at", "", r.sinceStart(n.At))
	p.have("status", "", string(n.Status))
	p.have("group", "", labelText(n.GroupLabels))
	for _, a := range n.Alerts {
		p.have("alert", "", notified(a))
	}
	return p
}

func notified(a simulate.NotifiedAlert) string { return string(a.Status) + " " + labelText(a.Labels) }

// String is the expected alert as it is shown.
func (e expectedNotified) String() string {
	return strings.TrimSpace(e.status + " " + labelText(e.labels))
}

// beside compares an expected notification with one that was sent; what the
// test does not name is not compared.
func (r *runner) beside(e expectedNotification, n *notice) Pair {
	p := Pair{Notification: true}
	at := r.sinceStart(n.At)
	if e.hasAt {
		p.compare("at", "", model.Duration(e.at).String(), at)
	} else {
		p.compare("at", "", at, at)
	}
	if e.status != "" {
		p.compare("status", "", e.status, string(n.Status))
	}
	if e.groupLabels != nil {
		p.compare("group", "", labelText(e.groupLabels), labelText(n.GroupLabels))
	}
	if e.alerts != nil {
		p.compareAlerts(e.alerts, n.Alerts)
	}
	for _, name := range slices.Sorted(maps.Keys(e.integrations)) {
		r.compareIntegration(&p, name, e.integrations[name], n)
	}
	p.Verdict = "same"
	if slices.ContainsFunc(p.Fields, PairField.Differs) {
		p.Verdict = "different"
	}
	return p
}

// compareAlerts pairs expected alerts with those of a notification, one to one.
func (p *Pair) compareAlerts(expected []expectedNotified, got []simulate.NotifiedAlert) {
	partner := pairUp(len(expected), len(got), func(i, j int) bool {
		e, g := expected[i], got[j]
		return (e.status == "" || e.status == string(g.Status)) && contains(g.Labels, e.labels)
	})
	taken := map[int]bool{}
	for i, e := range expected {
		if j := partner[i]; j >= 0 {
			taken[j] = true
			p.compare("alert", "", notified(got[j]), notified(got[j]))
		} else {
			p.lack("alert", "", e.String())
		}
	}
	for j, g := range got {
		if !taken[j] {
			p.have("alert", "", notified(g))
		}
	}
}

// compareIntegration compares the rendered fields that the test names.
func (r *runner) compareIntegration(p *Pair, name string, expected map[string]text, n *notice) {
	got, ok := n.rendered[name]
	if !ok {
		renderer, _ := r.paging.renderer()
		var err error
		if got, err = renderer.Render(n.Notification, name); err != nil {
			p.compare("field", name, "is notified", r.notNotified(name, n))
			return
		}
		n.rendered[name] = got
	}
	for _, e := range got.Errors {
		label, message := name+" "+e.Field, "fails: "+e.Message
		if want, ok := expected[e.Field]; ok {
			p.compare("field", label, want.value, message)
		} else {
			p.have("field", label, message)
		}
	}
	if len(got.Errors) > 0 {
		return // The notification would not be what the other fields say.
	}
	for _, field := range slices.Sorted(maps.Keys(expected)) {
		want, label := expected[field].value, name+" "+field
		if have, ok := renderedField(got.Fields, field); ok {
			p.compare("field", label, want, have)
			continue
		}
		p.lack("field", label, want)
		p.have("field", name, "has no field "+quote(field)+fieldHint(field, got.Fields))
	}
}

// renderedField returns a rendered field, or a part of one that is a JSON
// document: "payload/alerts/0/labels/instance".
func renderedField(fields map[string]string, name string) (string, bool) {
	if value, ok := fields[name]; ok {
		return value, true
	}
	field, pointer, _ := strings.Cut(name, "/")
	text, ok := fields[field]
	if !ok || field != "payload" {
		return "", false
	}
	doc, err := bundle.DecodeJSON([]byte(text))
	if err != nil {
		return "", false
	}
	v, ok := doc.Lookup("/" + pointer)
	switch {
	case !ok:
		return "", false
	case v.Kind == bundle.Array || v.Kind == bundle.Map:
		canonical, err := bundle.Canonical(v)
		return string(canonical), err == nil
	default:
		return v.Text, true
	}
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
		return "is none of the receiver's integrations: there are " + strings.Join(names, ", ")
	}
	return "is not notified, but " + strings.Join(sent, ", ")
}

func fieldHint(field string, known map[string]string) string {
	if hint := diag.DidYouMean(field, slices.Sorted(maps.Keys(known))); hint != "" {
		return ": " + hint
	}
	return ""
}

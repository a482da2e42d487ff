package view

import (
	"fmt"
	"slices"
	"strings"
)

// RouteTrace is the way of an alert through a routing tree.
type RouteTrace struct {
	Environment string `json:"environment"`
	// Alert is the name with what is known of the labels that matter.
	Alert string `json:"alert"`
	// Labels are those that are known, Unknown those that some matcher asks for
	// and whose values come out of a query.
	Labels  map[string]string `json:"labels"`
	Unknown []string          `json:"unknown,omitempty"`
	// Place is that of the rule, for an alert of the bundle.
	Place *Place `json:"place,omitempty"`
	// DroppedBy is the relabelling rule that keeps the alert from Alertmanager:
	// "alert_relabel_configs[2]". MaybeDropped says that it need not.
	DroppedBy    string `json:"dropped_by,omitempty"`
	MaybeDropped bool   `json:"maybe_dropped,omitempty"`
	// At is the time for which intervals are told, in RFC 3339.
	At string `json:"at"`
	// Steps are the routes that are come to, in the order in which they are
	// tried.
	Steps []RouteStep `json:"steps"`
	// Ends are the routes that the alert ends in, in order; receivers may occur
	// twice.
	Ends []RouteEnd `json:"ends"`
	// Inhibitions are the rules that can mute the alert.
	Inhibitions []InhibitedBy `json:"inhibitions,omitempty"`
}

// RouteStep is a route on the way.
type RouteStep struct {
	// ID and Parent are as in a routing tree.
	ID     string `json:"id"`
	Parent string `json:"parent,omitempty"`
	// Result is "matches", "possible" where it depends on labels that are not
	// known, "fails", or "skipped" where another route has taken the alert.
	Result string `json:"result"`
	// Before is the route that has.
	Before   string `json:"before,omitempty"`
	Continue bool   `json:"continue,omitempty"`
	Receiver string `json:"receiver"`
	// Matchers are in the order in which they are tried, up to the first that
	// fails.
	Matchers []MatcherResult `json:"matchers"`
	// Ends is "certain" or "possible" where the alert ends there.
	Ends  string `json:"ends,omitempty"`
	Place Place  `json:"place"`
}

// MatcherResult is what a matcher makes of an alert.
type MatcherResult struct {
	Matcher string `json:"matcher"`
	// Result is "matches", "fails" or "possible".
	Result string `json:"result"`
	// Value is the alert's; absent if it is not known.
	Value *string `json:"value,omitempty"`
}

// RouteEnd is a route that an alert ends in.
type RouteEnd struct {
	ID      string `json:"id"`
	Certain bool   `json:"certain"`
	RouteOptions
	// GroupLabels are the labels of the group as far as they are known.
	GroupLabels map[string]string `json:"group_labels"`
	// Intervals are the route's time intervals; Muted says that they keep it
	// silent at the time.
	Intervals []IntervalState `json:"intervals,omitempty"`
	Muted     bool            `json:"muted,omitempty"`
	Place     Place           `json:"place"`
	// Messages are what the integrations of the receiver would send.
	Messages []Message `json:"messages,omitempty"`
}

// IntervalState is a time interval at some time.
type IntervalState struct {
	Name string `json:"name"`
	// Kind is "mute" or "active".
	Kind string `json:"kind"`
	// Now says that the time is in it.
	Now bool `json:"now"`
	// Local are the time in the time zones that the interval is written in.
	Local []string `json:"local"`
}

// InhibitedBy is an inhibition rule that can mute an alert.
type InhibitedBy struct {
	ID string `json:"id"`
	// Name is optional in the configuration.
	Name string `json:"name,omitempty"`
	// Certain says that the alert is a target of it.
	Certain bool     `json:"certain"`
	Source  []string `json:"source_matchers"`
	Equal   []string `json:"equal,omitempty"`
	Place   Place    `json:"place"`
	// By are the alerts of the bundle that can be the source.
	By []RoutedAlert `json:"by,omitempty"`
}

func (t *textWriter) routeTraces(traces []RouteTrace) {
	for i, m := range sameAnswers(traces, func(r *RouteTrace) *string { return &r.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.inEnvironments(m.envs)
		t.routeTrace(m.answer)
	}
}

func (t *textWriter) routeTrace(r RouteTrace) {
	head := t.styled(bold, plain(r.Alert))
	if r.Place != nil {
		head += "  " + t.styled(blue, plain(r.Place.Span.String()))
	}
	t.printf("%s\n", head)
	if len(r.Unknown) > 0 {
		t.printf("not known: %s\n", plain(strings.Join(r.Unknown, ", ")))
	}
	switch {
	case r.MaybeDropped:
		t.printf("%s\n", t.styled(yellow, plain(r.DroppedBy)+" of Prometheus may drop it before Alertmanager gets it"))
	case r.DroppedBy != "":
		t.printf("%s\n", t.styled(yellow, plain(r.DroppedBy)+" of Prometheus drops it: Alertmanager never gets it, or it would take this way"))
	}
	t.out.WriteByte('\n')
	depth := map[string]int{}
	for _, s := range r.Steps {
		if s.Parent != "" {
			depth[s.ID] = depth[s.Parent] + 1
		}
		t.step(s, strings.Repeat("  ", depth[s.ID]))
	}
	for _, e := range r.Ends {
		t.out.WriteByte('\n')
		t.end(e, r.At)
	}
	for _, i := range r.Inhibitions {
		t.out.WriteByte('\n')
		t.inhibition(i)
	}
}

// mark draws the sign of a result.
func (t *textWriter) mark(result string) string {
	switch result {
	case "matches":
		return t.styled(green, "✓")
	case "fails":
		return t.styled(red, "✗")
	case "possible":
		return t.styled(yellow, "?")
	default:
		return t.styled(dim, "-")
	}
}

func (t *textWriter) step(s RouteStep, indent string) {
	var remarks []string
	if s.Continue && s.Result != "fails" && s.Result != "skipped" {
		remarks = append(remarks, "continue")
	}
	if s.Ends != "" {
		text := "ends here"
		if s.Ends == "possible" {
			text = "may end here"
		}
		remarks = append(remarks, text)
	}
	if s.Before != "" {
		remarks = append(remarks, "not tried: "+s.Before+" has taken the alert")
	}
	line := fmt.Sprintf("%s%s %s → %s", indent, t.mark(s.Result), t.styled(dim, plain(s.ID)), plain(s.Receiver))
	if len(remarks) > 0 {
		line += "  " + t.styled(blue, "["+plain(strings.Join(remarks, ", "))+"]")
	}
	t.printf("%s\n", line)
	for _, m := range s.Matchers {
		why := ""
		switch {
		case m.Value == nil:
			why = "it is not known"
		case *m.Value == "":
			why = "the alert has no such label"
		case m.Result == "fails":
			why = fmt.Sprintf("it is %q", *m.Value)
		}
		if why != "" {
			why = ": " + why
		}
		t.printf("%s    %s %s%s\n", indent, t.mark(m.Result), plain(m.Matcher), plain(why))
	}
}

func (t *textWriter) end(e RouteEnd, at string) {
	line := t.styled(bold, plain(e.Receiver))
	if !e.Certain {
		line += t.styled(yellow, " [possible]")
	}
	t.printf("%s by %s  %s\n", line, plain(e.ID), t.styled(blue, plain(e.Place.Span.String())))
	grouping := groupingText(e.GroupBy)
	if len(e.GroupLabels) > 0 {
		grouping += ": {" + pairsText(e.GroupLabels) + "}"
	}
	t.printf("  grouped   %s\n", plain(grouping))
	t.printf("  timers    group_wait %s, group_interval %s, repeat_interval %s\n", plain(e.GroupWait), plain(e.GroupInterval), plain(e.RepeatInterval))
	if len(e.Labels) > 0 {
		t.printf("  labels    %s\n", plain(pairsText(e.Labels)))
	}
	for _, i := range e.Intervals {
		in := "is not in it"
		if i.Now {
			in = "is in it"
		}
		t.printf("  %-9s %s: %s %s\n", i.Kind, plain(i.Name), plain(strings.Join(i.Local, ", ")), in)
	}
	if e.Muted {
		t.printf("  %s\n", t.styled(yellow, "silent at "+plain(at)))
	}
	t.messages(hearts(e.Messages), "  ")
}

// hearts are messages with the fields that people read first.
func hearts(messages []Message) []Message {
	read := []string{"subject", "title", "summary", "description", "message", "text", "content"}
	var out []Message
	for _, m := range messages {
		all := m.Fields
		m.Fields = nil
		for _, f := range all {
			if slices.Contains(read, f.Name) || f.Error != "" {
				m.Fields = append(m.Fields, f)
			}
		}
		out = append(out, m)
	}
	return out
}

func (t *textWriter) inhibition(i InhibitedBy) {
	name := i.ID
	if i.Name != "" {
		name = i.Name + " (" + i.ID + ")"
	}
	line := "can be muted by " + t.styled(bold, plain(name))
	if !i.Certain {
		line += t.styled(yellow, " [possible]")
	}
	t.printf("%s  %s\n", line, t.styled(blue, plain(i.Place.Span.String())))
	text := "while an alert fires with " + strings.Join(i.Source, ", ")
	if len(i.Equal) > 0 {
		text += " and the same " + strings.Join(i.Equal, ", ")
	}
	t.printf("  %s\n", plain(text))
	if len(i.By) == 0 {
		t.printf("  %s\n", t.styled(dim, "no alert that is known here is such"))
	}
	for n, a := range i.By {
		if n == maxListed && len(i.By) > maxListed+1 {
			t.printf("  · … and %d more\n", len(i.By)-n)
			break
		}
		possible := ""
		if !a.Certain {
			possible = t.styled(yellow, " [possible]")
		}
		t.printf("  · %s%s\n", plain(a.Alert), possible)
	}
}

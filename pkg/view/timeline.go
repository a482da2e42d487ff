package view

import (
	"fmt"
	"strings"
)

// Timeline is what a simulation did.
type Timeline struct {
	Environment string `json:"environment"`
	// Start is the beginning in RFC 3339, Until how long was played.
	Start string `json:"start"`
	Until string `json:"until"`
	// Alerts counts the entries of the file.
	Alerts        int                 `json:"alerts"`
	Notifications []TimedNotification `json:"notifications"`
	// Silent are the alerts that nobody was told about.
	Silent []SilentAlert `json:"silent,omitempty"`
}

// TimedNotification is one notification of a group.
type TimedNotification struct {
	At string `json:"at"`
	// After is the time since the start, a duration.
	After    string `json:"after"`
	Receiver string `json:"receiver"`
	Route    string `json:"route"`
	// Status is "firing" or "resolved"; Reason is why it is sent, in
	// Alertmanager's words.
	Status      string            `json:"status"`
	Reason      string            `json:"reason"`
	GroupLabels map[string]string `json:"group_labels"`
	GroupKey    string            `json:"group_key"`
	Alerts      []PreviewAlert    `json:"alerts"`
	// Integrations are those that were notified: "slack/0".
	Integrations []string  `json:"integrations"`
	Messages     []Message `json:"messages,omitempty"`
}

// SilentAlert is an alert that nobody was told about.
type SilentAlert struct {
	Labels    map[string]string `json:"labels"`
	Receivers []SilentReceiver  `json:"receivers"`
}

// SilentReceiver is a receiver that was not told.
type SilentReceiver struct {
	Receiver string `json:"receiver"`
	// At and After are when the group would have been notified first.
	At    string `json:"at"`
	After string `json:"after"`
	// Why is "ended" where the alert has ended before, "late" where that is
	// after the end of the simulation, else "suppressed", by By.
	Why string       `json:"why"`
	By  []Suppressor `json:"by,omitempty"`
}

// Suppressor is what keeps an alert silent.
type Suppressor struct {
	// Kind is "inhibition", "silence" or "time_interval".
	Kind string `json:"kind"`
	// ID is its place in the configuration.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Source are the labels of the alert that inhibits.
	Source map[string]string `json:"source,omitempty"`
	// Outside says that the time is outside of an active interval.
	Outside bool `json:"outside,omitempty"`
}

func (t *textWriter) timelines(timelines []Timeline) {
	for i, m := range sameAnswers(timelines, func(l *Timeline) *string { return &l.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.inEnvironments(m.envs)
		t.timeline(m.answer)
	}
}

func (t *textWriter) timeline(l Timeline) {
	after, receiver := 0, 0
	for _, n := range l.Notifications {
		after, receiver = max(after, len(n.After)), max(receiver, columnsOf([]rune(plain(n.Receiver))))
	}
	for _, n := range l.Notifications {
		s := red
		if n.Status == "resolved" {
			s = green
		}
		name := plain(n.Receiver)
		to := strings.Join(n.Integrations, ", ")
		if to == "" {
			to = "nobody"
		}
		t.printf("%*s  %s%s  %s  %s to %s {%s}\n", after+1, "+"+n.After, t.styled(bold, name), strings.Repeat(" ", receiver-columnsOf([]rune(name))),
			t.styled(s, fmt.Sprintf("%-8s", n.Status)), plain(n.Reason), plain(to), plain(pairsText(n.GroupLabels)))
		for _, a := range n.Alerts {
			t.printf("%s· %s%s\n", strings.Repeat(" ", after+3), plain(alertText(a.Labels)), t.otherStatus(a, n))
		}
		t.messages(n.Messages, strings.Repeat(" ", after+3))
	}
	for _, s := range l.Silent {
		t.printf("%s nobody is told about %s\n", t.styled(yellow, "silent"), plain(alertText(s.Labels)))
		for _, r := range s.Receivers {
			t.printf("  %s at +%s: %s\n", plain(r.Receiver), plain(r.After), plain(suppressedText(r)))
		}
	}
	t.printf("%s of %s, played for %s from %s\n", count(len(l.Notifications), "notification"), count(l.Alerts, "alert"), plain(l.Until), plain(l.Start))
}

// otherStatus marks an alert that has ended among others that fire.
func (t *textWriter) otherStatus(a PreviewAlert, n TimedNotification) string {
	if a.Status == n.Status {
		return ""
	}
	return t.styled(green, " ["+plain(a.Status)+"]")
}

// alertText names an alert as expressions do.
func alertText(labels map[string]string) string {
	rest := map[string]string{}
	for k, v := range labels {
		if k != "alertname" {
			rest[k] = v
		}
	}
	if len(rest) == 0 {
		return labels["alertname"]
	}
	return labels["alertname"] + "{" + pairsText(rest) + "}"
}

func suppressedText(r SilentReceiver) string {
	switch {
	case r.Why == "ended":
		return "it has ended before its group is notified"
	case r.Why == "late":
		return "the simulation has ended before its group is notified"
	case len(r.By) == 0:
		return "its group is not notified again before the simulation ends"
	}
	var words []string
	for _, s := range r.By {
		name := s.Name
		if name == "" {
			name = s.ID
		}
		switch {
		case s.Kind == "inhibition":
			words = append(words, fmt.Sprintf("muted by %s, while %s fires", name, alertText(s.Source)))
		case s.Kind == "silence":
			words = append(words, strings.TrimSuffix("silenced: "+name, ": "))
		case s.Outside:
			words = append(words, "outside of "+name)
		default:
			words = append(words, "muted in "+name)
		}
	}
	return strings.Join(words, "; ")
}

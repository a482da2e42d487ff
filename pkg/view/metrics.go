package view

import (
	"fmt"
	"strings"
)

// Metrics is a catalogue of metrics, or how one changes.
type Metrics struct {
	// Path is the catalogue's file.
	Path string `json:"path"`
	// Check is true if nothing was written.
	Check bool `json:"check,omitempty"`
	// Total counts the metrics of the catalogue.
	Total int `json:"total"`
	// Changed are the metrics that are new, gone or different.
	Changed []MetricChange `json:"changed,omitempty"`
	// List are the metrics that were asked for.
	List []Metric `json:"list,omitempty"`
}

// MetricChange is a metric that differs from what the catalogue says.
type MetricChange struct {
	Name string `json:"name"`
	// Action is "add", "update" or "remove".
	Action string `json:"action"`
	// Fields are those that differ, of an update: "type", "labels", "help",
	// "recorded".
	Fields []string `json:"fields,omitempty"`
}

// Metric is one metric of a catalogue.
type Metric struct {
	Name string `json:"name"`
	// Type is absent where it is not known.
	Type string `json:"type,omitempty"`
	// Labels is null where they are not known.
	Labels   []string `json:"labels"`
	Help     string   `json:"help,omitempty"`
	Recorded bool     `json:"recorded,omitempty"`
}

func (t *textWriter) metrics(m Metrics) {
	widest := 0
	for _, e := range m.List {
		widest = max(widest, columnsOf([]rune(plain(e.Name))))
	}
	for _, e := range m.List {
		t.printf("%s\n", t.metricLine(e, widest))
	}
	if len(m.List) > 0 {
		return
	}
	counts := map[string]int{}
	for i, c := range m.Changed {
		counts[c.Action]++
		if i == maxListed {
			t.printf("… and %d more\n", len(m.Changed)-i)
		}
		if i >= maxListed {
			continue
		}
		sign, s := actionStyle(c.Action)
		line := t.styled(s, sign) + " " + plain(c.Name)
		if len(c.Fields) > 0 {
			line += " (" + strings.Join(c.Fields, ", ") + ")"
		}
		t.printf("%s\n", line)
	}
	words := []string{count(m.Total, "metric")}
	for _, a := range []struct{ action, word string }{{"add", "new"}, {"update", "changed"}, {"remove", "gone"}} {
		if n := counts[a.action]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, a.word))
		}
	}
	end := ""
	if len(m.Changed) == 0 {
		words = append(words, "up to date")
	} else if m.Check {
		end = "; nothing is written"
	}
	t.printf("%s: %s%s\n", plain(m.Path), strings.Join(words, ", "), end)
}

func (t *textWriter) metricLine(m Metric, widest int) string {
	name := plain(m.Name)
	line := t.styled(bold, name) + strings.Repeat(" ", widest-columnsOf([]rune(name)))
	metricType := m.Type
	if metricType == "" {
		metricType = "-"
	}
	labels := "-"
	if m.Labels != nil {
		labels = "{" + plain(strings.Join(m.Labels, ", ")) + "}"
	}
	line += fmt.Sprintf("  %-14s %s", plain(metricType), labels)
	if m.Recorded {
		line += t.styled(yellow, " recorded")
	}
	return line
}

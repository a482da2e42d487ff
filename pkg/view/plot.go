package view

import (
	"fmt"
	"math"
	"strings"

	"github.com/monctl/monctl/pkg/ruletest"
)

const (
	// plotRows is the height of a plot, in lines; a comparison for equality
	// needs less.
	plotRows     = 4
	equalityRows = 2
	// plotLabel is the width of what stands before the plot.
	plotLabel = 10
)

// bars are the eighths of a cell.
var bars = [...]string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// plots draws plots below each other, with one axis of time for all: they have
// the same window.
func (t *textWriter) plots(indent string, plots []ruletest.Plot) {
	if len(plots) == 0 {
		return
	}
	first := plots[0]
	ticks := len(first.Values) + len(first.States)
	skip := 0
	if room := t.options.Width - len(indent) - plotLabel - 2; t.options.Width > 0 && room < ticks {
		// What lies long before the assertion matters least.
		skip = max(0, min(first.At, ticks-max(room, 8)))
	}
	for _, p := range plots {
		if p.Start != first.Start || p.Step != first.Step || p.At != first.At || len(p.Values)+len(p.States) != ticks {
			continue // another window would not fit the axis
		}
		switch {
		case p.Kind == "state":
			t.stateRow(indent, p, skip)
		case p.Kind == "expression":
			t.bars(indent, p, skip)
		default:
			t.sparkline(indent, p, skip)
		}
	}
	at := first.At - skip
	begin, end := duration(first.Start+float64(skip)*first.Step), duration(first.Start+float64(first.At)*first.Step)
	axis := "▲ " + end
	if at > len(begin)+1 {
		axis = padTo(begin, at) + axis
	} else {
		axis = strings.Repeat(" ", at) + axis
	}
	t.printf("%s%s  %s\n", indent, strings.Repeat(" ", plotLabel), t.styled(dim, axis))
}

// scale maps values to heights.
type scale struct{ low, high float64 }

func scaleOf(p ruletest.Plot) (scale, bool) {
	s := scale{math.Inf(1), math.Inf(-1)}
	take := func(v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.low, s.high = min(s.low, v), max(s.high, v)
		}
	}
	for _, v := range p.Values {
		if v.Present {
			take(v.Value)
		}
	}
	if p.Threshold != nil {
		take(p.Threshold.Value)
	}
	if s.low > s.high {
		return scale{0, 1}, false
	}
	if s.low > 0 && s.low < s.high/2 || s.low == s.high && s.low > 0 {
		s.low = 0 // heights are proportions then
	}
	if s.low == s.high {
		s.high++
	}
	return s, true
}

// eighths is the height of a value, from 1, so that it shows, to 8 a row.
func (s scale) eighths(v float64, rows int) int {
	switch {
	case math.IsInf(v, 1):
		return 8 * rows
	case math.IsInf(v, -1) || math.IsNaN(v):
		return 1
	}
	return max(1, min(8*rows, int(math.Round((v-s.low)/(s.high-s.low)*float64(8*rows)))))
}

// bars draws values as bars, with a line where the threshold is.
func (t *textWriter) bars(indent string, p ruletest.Plot, skip int) {
	title := part(p.Title)
	if p.Op != "" {
		title += " " + p.Op + " " + shortNumber(p.Threshold.Value)
	}
	if l := withoutName(p.Labels); l != "" {
		title += " " + plain(l)
	}
	if v := p.Values[p.At]; v.Present {
		title += fmt.Sprintf(": %s at %s", shortNumber(v.Value), duration(p.Start+float64(p.At)*p.Step))
	} else {
		title += fmt.Sprintf(": no sample at %s", duration(p.Start+float64(p.At)*p.Step))
	}
	t.printf("%s%s\n", indent, title)
	s, _ := scaleOf(p)
	rows := plotRows
	if p.Op == "==" || p.Op == "!=" {
		rows = equalityRows
	}
	limit := -1 // the row of the threshold, from the bottom
	if p.Threshold != nil {
		limit = (s.eighths(p.Threshold.Value, rows) - 1) / 8
	}
	for row := rows - 1; row >= 0; row-- {
		label, tick := "", "│"
		switch row {
		case limit:
			label, tick = shortNumber(p.Threshold.Value), "┼"
		case rows - 1:
			label, tick = shortNumber(s.high), "┤"
		case 0:
			label, tick = shortNumber(s.low), "┤"
		}
		var line strings.Builder
		for _, v := range p.Values[skip:] {
			n := 0
			if v.Present {
				n = max(0, min(8, s.eighths(v.Value, rows)-8*row))
			}
			if n == 0 && row == limit {
				line.WriteString("╌")
			} else {
				line.WriteString(bars[n])
			}
		}
		t.printf("%s\n", strings.TrimRight(fmt.Sprintf("%s%s %s%s", indent, t.styled(dim, fmt.Sprintf("%*s", plotLabel, label)), t.styled(dim, tick), line.String()), " "))
	}
}

// sparkline draws values in one line.
func (t *textWriter) sparkline(indent string, p ruletest.Plot, skip int) {
	s, some := scaleOf(p)
	var line strings.Builder
	for _, v := range p.Values[skip:] {
		if v.Present {
			line.WriteString(bars[s.eighths(v.Value, 1)])
		} else {
			line.WriteString(" ")
		}
	}
	remark := seriesText(p.Labels)
	if some {
		remark = rangeText(p) + "  " + remark
	}
	t.row(indent, "", line.String(), remark)
}

// row draws a plot of one line, and a remark as far as there is room for it.
func (t *textWriter) row(indent, label, line, remark string) {
	remark = plain(remark)
	if t.options.Width > 0 {
		remark = cutTo(remark, max(0, t.options.Width-len(indent)-plotLabel-4-columnsOf([]rune(line))))
	}
	t.printf("%s\n", strings.TrimRight(fmt.Sprintf("%s%*s  %s  %s", indent, plotLabel, label, line, t.styled(dim, remark)), " "))
}

// rangeText says between which values a series lies.
func rangeText(p ruletest.Plot) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range p.Values {
		if v.Present {
			low, high = math.Min(low, v.Value), math.Max(high, v.Value)
		}
	}
	if low == high {
		return shortNumber(low)
	}
	return shortNumber(low) + " … " + shortNumber(high)
}

// stateRow draws the states of an alert.
func (t *textWriter) stateRow(indent string, p ruletest.Plot, skip int) {
	line := strings.NewReplacer(".", "·", "p", "░", "f", "█").Replace(p.States[skip:])
	t.row(indent, "alert", line, "░ pending, █ firing")
}

func shortNumber(v float64) string { return fmt.Sprintf("%.4g", v) }

// seriesText is a series as PromQL writes it.
func seriesText(labels map[string]string) string {
	return labels["__name__"] + withoutName(labels)
}

func withoutName(labels map[string]string) string {
	rest := map[string]string{}
	for name, value := range labels {
		if name != "__name__" {
			rest[name] = value
		}
	}
	return labelText(rest)
}

package ruletest

import (
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promeval"
)

const (
	codeSeries        = "test/series"
	codeIgnoredSeries = "test/ignored-series"
)

// columns parses the input series of a test.
//
// promtool writes them below each other into one text, a line each, and reads
// that text back (cmd/promtool/unittest.go, seriesLoadingString). So a value
// may hold several lines, an empty line or a comment ends the input, and a
// second series with the same labels takes the place of the first. All of it
// is kept, with a warning where series get lost.
//
// The spans are those of the series, in parallel.
func (t *test) columns(l *diag.List) (out []promeval.Column, spans []diag.Span) {
	start := t.start
	if start.IsZero() {
		start = time.Unix(0, 0).UTC()
	}
	at := map[string]int{}
	var pending *startTimes
	defer func() {
		if pending != nil {
			l.Errorf(codeSeries, pending.span, "no series follows the start timestamps of %s", pending.series)
		}
	}()
	for i, s := range t.series {
		lines := strings.Split(s.series.value+" "+s.values.value, "\n")
		for j, line := range lines {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				t.warnIgnored(l, i, lines[j+1:])
				return out, spans
			}
			if pending == nil && isStartTimes(line) {
				var err error
				if pending, err = readStartTimes(line, s.series.span); err != nil {
					l.Errorf(codeSeries, s.series.span, "the start timestamps %q do not parse: %s", shorten(line), err)
				}
				continue
			}
			c, err := promeval.ParseSeries(line, start, t.gap)
			if err != nil {
				d := l.Errorf(codeSeries, s.place(line), "the series %q does not parse: %s", shorten(line), parseMessage(err))
				d.Hint = `values look like "1 2 3", "0+10x5", "_x3 7", "1 stale"`
				continue
			}
			if pending != nil {
				if why := pending.belongTo(c); why != "" {
					l.Errorf(codeSeries, pending.span, "%s", why)
				}
				pending = nil
			}
			key := c.Labels.String()
			if before, ok := at[key]; ok {
				l.Warnf(codeIgnoredSeries, s.series.span, "the series %s is given twice: the first one is ignored", seriesName(c.Labels))
				out[before], spans[before] = c, s.series.span
				continue
			}
			at[key] = len(out)
			out, spans = append(out, c), append(spans, s.series.span)
		}
	}
	return out, spans
}

// warnIgnored warns if anything follows the end of the input.
func (t *test) warnIgnored(l *diag.List, i int, rest []string) {
	lost := strings.TrimSpace(strings.Join(rest, "")) != "" || i+1 < len(t.series)
	if !lost {
		return
	}
	d := l.Warnf(codeIgnoredSeries, t.series[i].values.span, "an empty line or a comment ends the input series: %d that follow are ignored", len(t.series)-i-1)
	d.Hint = `promtool does the same; write the values on one line, or with ">-" instead of "|"`
}

// place is where a series that does not parse stands: its name or its values.
func (s series) place(line string) diag.Span {
	if _, err := promeval.ParseSeries(s.series.value+" 1", time.Unix(0, 0), time.Minute); err == nil && strings.HasPrefix(line, strings.TrimSpace(s.series.value)) {
		return s.values.span
	}
	return s.series.span
}

func parseMessage(err error) string {
	return strings.TrimPrefix(err.Error(), "parse series: ")
}

func shorten(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

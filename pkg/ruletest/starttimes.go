package ruletest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promeval"
)

// startTimes is a line of start timestamps: "name{…}@st -1m+0sx3". It says
// since when the counters of the series on the line below have counted. Rules
// do not see start timestamps, so the line is checked and has no effect, as in
// promtool (promql/promqltest, parseSTLine).
type startTimes struct {
	series string
	count  int
	span   diag.Span
}

// isStartTimes reports whether a line holds start timestamps.
func isStartTimes(line string) bool {
	name, _, ok := cutSpace(line)
	return ok && strings.HasSuffix(name, "@st")
}

func cutSpace(line string) (name, rest string, ok bool) {
	i := strings.IndexAny(line, " \t")
	if i < 0 {
		return "", "", false
	}
	return line[:i], line[i+1:], true
}

func readStartTimes(line string, span diag.Span) (*startTimes, error) {
	name, rest, _ := cutSpace(line)
	c, err := promeval.ParseSeries(strings.TrimSuffix(name, "@st")+" _", time.Unix(0, 0), time.Minute)
	if err != nil {
		return nil, fmt.Errorf("%s", parseMessage(err))
	}
	out := &startTimes{series: seriesName(c.Labels), span: span}
	for item := range strings.FieldsSeq(rest) {
		n, err := countStartTimes(item)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", item, err)
		}
		out.count += n
	}
	return out, nil
}

const startOffset = `[-+]?([0-9]+[a-zA-Z]*?)`

var (
	startOmitted  = regexp.MustCompile(`^_(?:x([0-9]+))?$`)
	startConstant = regexp.MustCompile(`^` + startOffset + `(?:x([0-9]+))?$`)
	startStepped  = regexp.MustCompile(`^` + startOffset + `[-+]` + startOffset + `x([0-9]+)$`)
)

// countStartTimes returns for how many samples an item stands: "_", "_x3",
// "-1m", "-1mx3" and "-1m+10sx3" are 1, 3, 1, 4 and 4.
func countStartTimes(item string) (int, error) {
	if m := startOmitted.FindStringSubmatch(item); m != nil {
		if m[1] == "" {
			return 1, nil
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n == 0 {
			return 0, fmt.Errorf("the number of repetitions is wrong")
		}
		return n, nil
	}
	m := startConstant.FindStringSubmatch(item)
	if m == nil {
		m = startStepped.FindStringSubmatch(item)
	}
	if m == nil {
		return 0, fmt.Errorf(`want an offset like "-1m", "-1mx3" or "-1m+10sx3", or "_"`)
	}
	offsets, repeat := m[1:len(m)-1], m[len(m)-1]
	for _, o := range offsets {
		if _, err := model.ParseDuration(o); err != nil {
			return 0, err
		}
	}
	if repeat == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(repeat)
	if err != nil {
		return 0, fmt.Errorf("the number of repetitions is wrong")
	}
	return n + 1, nil
}

// belongTo says why start timestamps are not those of a series, or "".
func (s *startTimes) belongTo(c promeval.Column) string {
	switch {
	case s.series != seriesName(c.Labels):
		return fmt.Sprintf("the start timestamps are those of %s, the series that follows is %s", s.series, seriesName(c.Labels))
	case s.count != c.Steps:
		return fmt.Sprintf("there are %d start timestamps, and %d values of %s", s.count, c.Steps, s.series)
	default:
		return ""
	}
}

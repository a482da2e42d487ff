package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A failure is written down as one line that both programs' reports can be
// turned into: what was got by an assertion, or that something has an error.
// Two programs that agree have the same lines, in whatever order.

// ourFailure is a failure in monctl's report.
type ourFailure struct {
	Kind    string    `json:"kind"`
	Message string    `json:"message"`
	Pairs   []ourPair `json:"pairs"`
}

type ourPair struct {
	Verdict string     `json:"verdict"`
	Fields  []ourField `json:"fields"`
}

type ourField struct {
	Kind string  `json:"kind"`
	Name string  `json:"name"`
	Got  *string `json:"got"`
}

var ourRule = regexp.MustCompile(`^(?:recording rule|alert) ("(?:[^"\\]|\\.)*") \(group .* fails at `)

// line writes the failure down.
func (f ourFailure) line() string {
	if m := ourRule.FindStringSubmatch(f.Message); m != nil {
		name, _ := strconv.Unquote(m[1])
		return "the rule " + name + " fails"
	}
	if (f.Kind != "alert" && f.Kind != "promql") || f.Pairs == nil {
		return "an error"
	}
	var got []string
	for _, p := range f.Pairs {
		if p.Verdict == "missing" {
			continue // It was expected only.
		}
		var parts, value []string
		for _, x := range p.Fields {
			switch {
			case x.Got == nil:
			case x.Kind == "value":
				value = append(value, *x.Got)
			default:
				parts = append(parts, x.Kind+" "+x.Name+"="+strconv.Quote(*x.Got))
			}
		}
		slices.Sort(parts)
		got = append(got, strings.Join(append(parts, value...), " "))
	}
	slices.Sort(got)
	return f.Kind + " got " + strings.Join(got, "; ")
}

var (
	peerRule  = regexp.MustCompile(`^    rule: (.*), time: [^,]+, err: `)
	peerAlert = regexp.MustCompile(`(?m)^\s+Labels:(\{.*\})\n\s+Annotations:(\{.*\}),?$`)
)

// peerLine writes a failure in promtool's report down.
func peerLine(text string) string {
	if m := peerRule.FindStringSubmatch(text); m != nil {
		return "the rule " + m[1] + " fails"
	}
	if _, got, ok := strings.Cut(text, "\n        got:["); ok && !strings.Contains(text, "\n        got: ") {
		return "alert got " + peerAlerts(got)
	}
	if i := strings.LastIndex(text, "\n        got: "); i >= 0 {
		return "promql got " + peerSamples(text[i+len("\n        got: "):])
	}
	return "an error"
}

func peerAlerts(text string) string {
	var got []string
	for _, m := range peerAlert.FindAllStringSubmatch(text, -1) {
		lset, _, err := readLabels(m[1], "label")
		annotations, _, err2 := readLabels(m[2], "annotation")
		if err := cmp.Or(err, err2); err != nil {
			return err.Error()
		}
		lset = slices.DeleteFunc(lset, func(s string) bool { return strings.HasPrefix(s, "label alertname=") })
		parts := slices.Concat(lset, annotations)
		slices.Sort(parts)
		got = append(got, strings.Join(parts, " "))
	}
	slices.Sort(got)
	return strings.Join(got, "; ")
}

func peerSamples(text string) string {
	var got []string
	for text != "" && text != "nil" {
		parts, rest, err := readLabels(text, "label")
		if err != nil {
			return err.Error()
		}
		rest = strings.TrimPrefix(rest, " ")
		var value, next string
		if strings.HasPrefix(rest, "{{") {
			end := strings.Index(rest, "}}") + len("}}")
			value, next = rest[:end], strings.TrimPrefix(rest[end:], ", ")
		} else {
			value, next, _ = strings.Cut(rest, ", ")
			if f, err := strconv.ParseFloat(value, 64); err == nil {
				value = strconv.FormatFloat(f, 'g', -1, 64)
			}
		}
		slices.Sort(parts)
		got = append(got, strings.Join(append(parts, value), " "))
		text = next
	}
	slices.Sort(got)
	return strings.Join(got, "; ")
}

// readLabels reads {a="b", "c d"="e"} at the beginning of a text.
func readLabels(text, kind string) (parts []string, rest string, err error) {
	rest, ok := strings.CutPrefix(text, "{")
	for ok && !strings.HasPrefix(rest, "}") {
		rest = strings.TrimPrefix(rest, ", ")
		var name string
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			name, _ = strconv.Unquote(quoted)
			rest = strings.TrimPrefix(rest[len(quoted):], "=")
		} else {
			name, rest, ok = strings.Cut(rest, "=")
		}
		value, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, "", fmt.Errorf("labels %q: %w", text, err)
		}
		rest = rest[len(value):]
		plain, _ := strconv.Unquote(value)
		parts = append(parts, kind+" "+name+"="+strconv.Quote(plain))
	}
	if !ok {
		return nil, "", fmt.Errorf("labels %q: no braces", text)
	}
	return parts, rest[1:], nil
}

// sameLines says where two lists of failures differ, or "". Promtool stops at
// the first error of the input, monctl tells all.
func sameLines(ours, peers []string) string {
	ours, peers = onlyOnce(ours), onlyOnce(peers)
	for i := range max(len(ours), len(peers)) {
		x, y := "nothing", "nothing"
		if i < len(ours) {
			x = ours[i]
		}
		if i < len(peers) {
			y = peers[i]
		}
		if x != y {
			return fmt.Sprintf("\n  %s\n  in promtool\n  %s", x, y)
		}
	}
	return ""
}

func onlyOnce(lines []string) []string {
	var out []string
	for _, l := range slices.Sorted(slices.Values(lines)) {
		if l != "an error" || !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/catalog"
)

const full = `# The metrics that the servers have, for the checks of monctl validate.
# monctl metrics snapshot writes and extends it; see docs/catalog.md.
format_version: 1
metrics:
- name: http_request_seconds
  type: histogram
  labels: [code, job]
  help: "How long \"requests\" took: in <seconds>."
- name: job:x:rate5m
  recorded: true
- name: latency
  type: summary
  labels: []
- name: "odd name"
  labels: ["on", "ort/é", job]
- name: up
- name: x_total
  type: counter
`

func TestParseAndEncodeAreInverse(t *testing.T) {
	c, diags := catalog.Parse("metrics.yaml", []byte(full))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := strings.Replace(full, `["on", "ort/é", job]`, `[job, "on", "ort/é"]`, 1) // sorted
	if diff := cmp.Diff(want, string(c.Encode())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, diags := catalog.Parse("metrics.yaml", c.Encode())
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if diff := cmp.Diff(c.Metrics(), again.Metrics()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFind(t *testing.T) {
	c, diags := catalog.Parse("metrics.yaml", []byte(full))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for series, want := range map[string]string{
		"http_request_seconds":        "http_request_seconds histogram",
		"http_request_seconds_bucket": "http_request_seconds counter",
		"http_request_seconds_count":  "http_request_seconds counter",
		"http_request_seconds_total":  "none",
		"latency":                     "latency gauge",
		"latency_sum":                 "latency counter",
		"latency_bucket":              "none",
		"x_total":                     "x_total counter",
		"up":                          "up ",
		"up_sum":                      "none",
		"nosuch":                      "none",
	} {
		got := "none"
		if s, ok := c.Find(series); ok {
			got = s.Metric.Name + " " + s.Type
		}
		if got != want {
			t.Errorf("%s: %s, want %s", series, got, want)
		}
	}
}

func TestHasLabel(t *testing.T) {
	c, _ := catalog.Parse("metrics.yaml", []byte(full))
	for question, want := range map[string]string{
		"http_request_seconds_bucket le": "yes", "http_request_seconds_sum le": "no", "http_request_seconds_sum code": "yes",
		"http_request_seconds_sum cod": "no", "latency quantile": "yes", "latency_sum quantile": "no", "latency job": "no", "up job": "unknown",
	} {
		series, label, _ := strings.Cut(question, " ")
		s, ok := c.Find(series)
		if !ok {
			t.Fatalf("no series %s", series)
		}
		got := "unknown"
		if has, known := s.HasLabel(label); known {
			got = map[bool]string{true: "yes", false: "no"}[has]
		}
		if got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

func TestMatching(t *testing.T) {
	c, _ := catalog.Parse("metrics.yaml", []byte(full))
	for _, tc := range []struct {
		prefix, name string
		want         bool
	}{
		{"http_", "http_request_seconds", true},
		{"http_request_seconds_", "http_request_seconds_bucket", true},
		{"http_request_seconds_b", "http_request_seconds_bucket", true},
		{"", "latency_sum", true},
		{"http_", "http_request_seconds_total", false},
	} {
		if got := c.Matching(tc.prefix, func(name string) bool { return name == tc.name }); got != tc.want {
			t.Errorf("%s below %q: %v", tc.name, tc.prefix, got)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, tc := range []struct{ name, text, want, hint string }{
		{"empty", "", "m.yaml: error[catalog/value]: the catalogue is empty", "monctl metrics snapshot writes it"},
		{"no version", "metrics: []\n", "m.yaml:1:1: error[catalog/value]: the catalogue has no format_version", "write format_version: 1"},
		{"version", "format_version: 2\nmetrics: []\n", `m.yaml:1:17: error[catalog/value]: the catalogue has format version "2", want 1`, ""},
		{"field", "format_version: 1\nmetrics:\n- {name: a, lables: [x]}\n", `m.yaml:3:13: error[catalog/value]: a metric has no field "lables"`, `did you mean "labels"?`},
		{"top field", "format_version: 1\nfoo: 1\n", `m.yaml:2:6: error[catalog/value]: the catalogue has no field "foo"`, "known here: format_version, metrics"},
		{"type", "format_version: 1\nmetrics:\n- {name: a, type: guage}\n", `m.yaml:3:19: error[catalog/value]: there is no metric type "guage"`, `did you mean "gauge"?`},
		{"twice", "format_version: 1\nmetrics:\n- name: a\n- name: a\n", `m.yaml:4:9: error[catalog/value]: metric "a" stands in the catalogue twice`, ""},
		{"no name", "format_version: 1\nmetrics:\n- type: gauge\n", "m.yaml:3:3: error[catalog/value]: the metric has no name", ""},
		{"labels", "format_version: 1\nmetrics:\n- {name: a, labels: job}\n", "m.yaml:3:21: error[catalog/value]: labels must be a list of names, not a string", "leave it out where the labels are unknown"},
		{"list", "- name: a\n", "m.yaml:1:1: error[catalog/value]: the catalogue must be a map, not an array", ""},
		{"yaml", "metrics: [\n", "m.yaml:1: error[source/yaml]: did not find expected node content", ""},
		{"two documents", "format_version: 1\n---\nformat_version: 1\n", "m.yaml:3:1: error[catalog/value]: the catalogue has more than one document", ""},
		{"recorded", "format_version: 1\nmetrics:\n- {name: a, recorded: 1}\n", "m.yaml:3:23: error[catalog/value]: recorded must be true or false", ""},
	} {
		c, diags := catalog.Parse("m.yaml", []byte(tc.text))
		if c != nil {
			t.Errorf("%s: a catalogue all the same", tc.name)
		}
		if diff := cmp.Diff(tc.want, diags.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		} else if diags[0].Hint != tc.hint {
			t.Errorf("%s: hint %q, want %q", tc.name, diags[0].Hint, tc.hint)
		}
	}
}

func TestMerge(t *testing.T) {
	old := catalog.New([]catalog.Metric{
		{Name: "a", Type: "gauge", Labels: []string{"x"}, Help: "A."}, {Name: "b", Type: "gauge"}, {Name: "c", Labels: []string{"x"}},
	})
	got := old.Merge(catalog.New([]catalog.Metric{
		{Name: "a", Labels: []string{"y", "x"}}, {Name: "c", Type: "counter"}, {Name: "d"},
	}))
	want := []catalog.Metric{
		{Name: "a", Type: "gauge", Labels: []string{"x", "y"}, Help: "A."},
		{Name: "b", Type: "gauge"},
		{Name: "c", Type: "counter", Labels: []string{"x"}},
		{Name: "d"},
	}
	if diff := cmp.Diff(want, got.Metrics()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFromExposition(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"text", `# HELP x_total Things.
# TYPE x_total counter
x_total{code="a\\b"} 1
x_total{path="p"} 1
# TYPE h histogram
h_bucket{le="+Inf",code="1"} 1
h_sum{code="1"} 1
h_count{code="1"} 1
# TYPE s summary
s{quantile="0.5"} 1
s_sum 1
s_count 1
plain 3
`, "h histogram [code job]\nplain  [job]\ns summary [job]\nx_total counter [code job path] Things.\n"},
		{"openmetrics", `# HELP x Things.
# TYPE x counter
x_total{a="b"} 1
x_created{a="b"} 1
# TYPE i info
i_info{version="1"} 1
# EOF
`, "i_info gauge [job version]\nx_created gauge [a job] Things.\nx_total counter [a job] Things.\n"},
	} {
		c, err := catalog.FromExposition([]byte(tc.text), "", []string{"job"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.want, lines(c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	if _, err := catalog.FromExposition([]byte("<html>\n"), "", nil); err == nil {
		t.Error("a web page makes a catalogue")
	}
}

// lines prints a catalogue, a metric a line.
func lines(c *catalog.Catalog) string {
	var b strings.Builder
	for _, m := range c.Metrics() {
		b.WriteString(m.Name + " " + m.Type)
		if m.Labels != nil {
			b.WriteString(" [" + strings.Join(m.Labels, " ") + "]")
		}
		if m.Recorded {
			b.WriteString(" recorded")
		}
		if m.Help != "" {
			b.WriteString(" " + m.Help)
		}
		b.WriteString("\n")
	}
	return b.String()
}

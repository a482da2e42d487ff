package catalog_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/catalog"
)

// FuzzParse: a catalogue is read or refused.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"metrics: []", "metrics:\n- {name: up, type: gauge, labels: [job], help: x}", "format_version: 1\nmetrics: {up: {type: gauge}}", "[]", "metrics: [1, {name: [a]}]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, diags := catalog.Parse("metrics.yaml", data); c == nil && !diags.HasErrors() {
			t.Fatalf("neither a catalogue nor an error")
		}
	})
}

// FuzzExposition: a page of metrics is read or refused.
func FuzzExposition(f *testing.F) {
	for _, seed := range []string{"# TYPE up gauge\n# HELP up x\nup{job=\"a\"} 1\n", "a_bucket{le=\"1\"} 1\n# EOF\n", "# TYPE a summary\na{quantile=\"0.5\"} NaN 12\n", "{\"a.b\",c=\"d\"} 1\n", "a{"} {
		for _, kind := range []string{"text/plain; version=0.0.4", "application/openmetrics-text", ""} {
			f.Add([]byte(seed), kind)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, contentType string) {
		if c, err := catalog.FromExposition(data, contentType, nil); c == nil && err == nil {
			t.Fatal("neither a catalogue nor an error")
		}
	})
}

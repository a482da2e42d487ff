package lint_test

import (
	"testing"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/lint"
)

// known is a catalogue for the tests of checks that need one.
func known(t *testing.T) lint.Options {
	t.Helper()
	c, diags := catalog.Parse("metrics.yaml", []byte(`
format_version: 1
metrics:
- {name: requests_total, type: counter, labels: [code, job]}
- {name: restarts, type: counter, labels: [job]}
- {name: temperature, type: gauge, labels: [job]}
- {name: sent_timestamp_in_seconds, type: gauge, labels: [job]}
- {name: latency_seconds, type: histogram, labels: [code, job]}
- {name: duration_seconds, type: summary, labels: [job]}
- {name: odd}
- {name: 'job:gone:sum', recorded: true}
`))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return lint.Options{Catalog: c}
}

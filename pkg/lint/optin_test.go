package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/lint"
)

// TestOptIn holds that a check which has to be asked for runs only then.
func TestOptIn(t *testing.T) {
	b := newBundle(t, map[string]string{"dashboard/f/u": "{uid: u, title: t}"})
	for _, c := range []struct {
		name string
		opts lint.Options
		want int
	}{
		{"not asked for", lint.Options{}, 0},
		{"with a severity", lint.Options{Severity: map[string]string{"dashboard/editable": "warning"}}, 1},
		{"off", lint.Options{Severity: map[string]string{"dashboard/editable": "off"}, OptIn: map[string]bool{"dashboard/editable": true}}, 0},
		{"somewhere", lint.Options{OptIn: map[string]bool{"dashboard/editable": true}}, 1},
	} {
		diags, err := lint.Run(t.Context(), b, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, d := range diags {
			if d.Code == "dashboard/editable" {
				found++
			}
		}
		if diff := cmp.Diff(c.want, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

package promconf_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/promconf"
)

func relabeling(t *testing.T, yaml string) (*promconf.Relabeling, error) {
	t.Helper()
	docs, diags := bundle.DecodeYAML("test", []byte(yaml))
	if len(diags) > 0 || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), diags)
	}
	return promconf.NewRelabeling(docs[0].Value.Elem)
}

func TestRelabeling(t *testing.T) {
	external := map[string]string{"dc": "tokyo", "replica": "a", "job": "external"}
	for name, tc := range map[string]struct {
		rules   string
		alert   map[string]string
		want    map[string]string
		dropped int
	}{
		"external labels where there are none": {
			rules: `[]`, alert: map[string]string{"job": "node"},
			want: map[string]string{"job": "node", "dc": "tokyo", "replica": "a"}, dropped: promconf.Kept,
		},
		"a label of the pair is dropped": {
			rules: `[{action: labeldrop, regex: replica}]`, alert: map[string]string{"job": "node"},
			want: map[string]string{"job": "node", "dc": "tokyo"}, dropped: promconf.Kept,
		},
		"the second rule sees what the first has made": {
			rules: `[{source_labels: [dc], target_label: site, replacement: 'dc-$1'}, {source_labels: [site], regex: dc-tokyo, action: drop}]`,
			alert: map[string]string{"job": "node"},
			want:  map[string]string{"job": "node", "dc": "tokyo", "replica": "a", "site": "dc-tokyo"}, dropped: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := relabeling(t, tc.rules)
			if err != nil {
				t.Fatal(err)
			}
			got, dropped := r.Apply(tc.alert, external)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
			if dropped != tc.dropped {
				t.Errorf("dropped by %d, want %d", dropped, tc.dropped)
			}
		})
	}
}

func TestRelabelingRefuses(t *testing.T) {
	_, err := relabeling(t, `[{action: labeldrop, regex: a}, {action: replace, regex: '('}]`)
	if err == nil || !strings.HasPrefix(err.Error(), "relabelling rule 1: ") {
		t.Errorf("got %v", err)
	}
}

package promconf_test

import (
	"slices"
	"testing"

	"github.com/monctl/monctl/pkg/promconf"
)

// alertOf knows some labels, and of all others nothing but of the absent ones
// that they are.
func alertOf(known map[string]string, absent ...string) promconf.LabelFunc {
	return func(name string) (string, bool) {
		if slices.Contains(absent, name) {
			return "", true
		}
		value, ok := known[name]
		return value, ok
	}
}

func TestRelabelingOfWhatIsKnown(t *testing.T) {
	const nobody = "(unknown)"
	alert := alertOf(map[string]string{"alertname": "Down", "severity": "critical", "replica": "a"}, "team")
	for name, tc := range map[string]struct {
		rules string
		want  map[string]string
	}{
		"untouched": {
			rules: `[{action: drop, source_labels: [job], regex: x}]`,
			want:  map[string]string{"severity": "critical", "team": "", "job": nobody},
		},
		"dropped and kept labels": {
			rules: `[{action: labeldrop, regex: 'replica|j.*'}]`,
			want:  map[string]string{"replica": "", "job": "", "severity": "critical", "pod": nobody},
		},
		"labelkeep": {
			rules: `[{action: labelkeep, regex: 'alertname|job'}]`,
			want:  map[string]string{"replica": "", "severity": "", "alertname": "Down", "job": nobody},
		},
		"a constant": {
			rules: `[{target_label: team, replacement: infra}]`,
			want:  map[string]string{"team": "infra", "severity": "critical"},
		},
		"known sources that match, and that do not": {
			rules: `[{source_labels: [severity, team], regex: 'crit(.*);', target_label: urgency, replacement: 'x$1'}, {source_labels: [alertname], regex: Up, target_label: severity, replacement: none}]`,
			want:  map[string]string{"urgency": "xical", "severity": "critical"},
		},
		"an unknown source": {
			rules: `[{source_labels: [job], regex: 'db-(.*)', target_label: cluster}]`,
			want:  map[string]string{"cluster": nobody, "severity": "critical"},
		},
		"one rule after the other": {
			rules: `[{source_labels: [severity], target_label: level, action: uppercase}, {source_labels: [level], target_label: severity, replacement: '$1!'}, {action: labeldrop, regex: level}]`,
			want:  map[string]string{"level": "", "severity": "CRITICAL!"},
		},
		"a label taken away by an empty value": {
			rules: `[{target_label: severity, replacement: ''}]`,
			want:  map[string]string{"severity": ""},
		},
		"a computed target": {
			rules: `[{source_labels: [alertname], regex: (.*), target_label: 'is_$1', replacement: 'yes'}, {source_labels: [job], target_label: '$1'}]`,
			want:  map[string]string{"is_Down": nobody, "severity": nobody},
		},
		"a computed target of what is known": {
			rules: `[{source_labels: [alertname], regex: (.*), target_label: 'is_$1', replacement: 'yes'}]`,
			want:  map[string]string{"is_Down": "yes", "severity": "critical", "job": nobody},
		},
		"labelmap": {
			rules: `[{action: labelmap, regex: 'x_(.*)'}]`,
			want:  map[string]string{"severity": nobody},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := relabeling(t, tc.rules)
			if err != nil {
				t.Fatal(err)
			}
			for label, want := range tc.want {
				got, known := r.Label(alert, label)
				if !known {
					got = nobody
				}
				if got != want {
					t.Errorf("%s is %q, want %q", label, got, want)
				}
			}
		})
	}
}

func TestRelabelingDropsWhatIsKnown(t *testing.T) {
	alert := alertOf(map[string]string{"alertname": "Down", "severity": "critical"}, "team")
	for name, tc := range map[string]struct {
		rules   string
		by      int
		certain bool
	}{
		"nothing":          {rules: `[{action: labeldrop, regex: replica}]`, by: promconf.Kept},
		"another alert":    {rules: `[{action: drop, source_labels: [alertname], regex: 'Noise.*'}]`, by: promconf.Kept},
		"this alert":       {rules: `[{action: drop, source_labels: [alertname], regex: 'Do.*'}]`, certain: true},
		"what is not kept": {rules: `[{action: keep, source_labels: [team], regex: '.+'}]`, certain: true},
		"it depends":       {rules: `[{action: keep, source_labels: [severity], regex: '.+'}, {action: keep, source_labels: [job], regex: a}]`, by: 1},
		"as rewritten":     {rules: `[{target_label: team, replacement: x}, {action: drop, source_labels: [team], regex: x}]`, by: 1, certain: true},
		"equal labels":     {rules: `[{action: dropequal, source_labels: [severity], target_label: team}, {action: keepequal, source_labels: [job], target_label: team}]`, by: 1},
		"first it depends": {rules: `[{action: drop, source_labels: [job], regex: a}, {action: drop, source_labels: [severity], regex: critical}]`, by: 1, certain: true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := relabeling(t, tc.rules)
			if err != nil {
				t.Fatal(err)
			}
			if by, certain := r.Drops(alert); by != tc.by || certain != tc.certain {
				t.Errorf("dropped by %d, certain: %v; want %d, %v", by, certain, tc.by, tc.certain)
			}
		})
	}
}

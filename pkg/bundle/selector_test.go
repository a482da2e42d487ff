package bundle_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
)

func TestSelector(t *testing.T) {
	labelled := func(ref string, labels map[string]string) bundle.Object {
		o := object(t, ref, "{name: x}")
		o.Labels = labels
		return o
	}
	b := newBundle(t,
		labelled("rules/node/cpu", map[string]string{"team": "infra"}), labelled("rules/node/disk", map[string]string{"team": "db", "tier": "1"}),
		labelled("rules/db/cpu", nil), labelled("dashboard/Team%2FA/u", nil), labelled("alertmanager", nil))
	for _, tc := range []struct {
		refs, labels []string
		want         string
	}{
		{nil, nil, "alertmanager dashboard/Team%2FA/u rules/db/cpu rules/node/cpu rules/node/disk"},
		{[]string{"rules/node/.*"}, nil, "rules/node/cpu rules/node/disk"},
		{[]string{"rules/node"}, nil, ""},
		{[]string{"cpu"}, nil, ""},
		{[]string{"rules/(db|node)/cpu", "alertmanager"}, nil, "alertmanager rules/db/cpu rules/node/cpu"},
		{[]string{"!rules/.*"}, nil, "alertmanager dashboard/Team%2FA/u"},
		{[]string{"rules/.*", "!.*/cpu"}, nil, "rules/node/disk"},
		{[]string{"!.*/cpu", "rules/.*"}, nil, "rules/node/disk"},
		{[]string{"dashboard/Team/A/.*"}, nil, "dashboard/Team%2FA/u"},
		{[]string{"dashboard/Team%2FA/.*"}, nil, "dashboard/Team%2FA/u"},
		{nil, []string{"team=db"}, "rules/node/disk"},
		{nil, []string{"team==db"}, "rules/node/disk"},
		{nil, []string{"team=~in.*|db", "tier!=1"}, "rules/node/cpu"},
		{nil, []string{"team=~in.*|db,tier!=1"}, "rules/node/cpu"},
		{nil, []string{"team=~[a-z]{2,5}"}, "rules/node/cpu rules/node/disk"},
		{nil, []string{"team="}, "alertmanager dashboard/Team%2FA/u rules/db/cpu"},
		{[]string{"rules/.*"}, []string{"team!~.+"}, "rules/db/cpu"},
	} {
		s, err := bundle.ParseSelector(tc.refs, tc.labels)
		if err != nil {
			t.Errorf("%q %q: %v", tc.refs, tc.labels, err)
			continue
		}
		var got []string
		for _, o := range b.Select(s.Matches).Objects() {
			got = append(got, o.Ref.String())
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q %q (-want +got):\n%s", tc.refs, tc.labels, diff)
		}
	}
	for _, bad := range [][2][]string{{{"("}, nil}, {{"!"}, nil}, {{""}, nil}, {nil, {"team"}}, {nil, {"team=~("}}, {nil, {""}}} {
		if _, err := bundle.ParseSelector(bad[0], bad[1]); err == nil {
			t.Errorf("%q %q: no error", bad[0], bad[1])
		}
	}
}

package simulate_test

import (
	"flag"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/template"
)

var (
	cases = flag.Int("cases", 150, "how many generated scenarios to hold against upstream's packages")
	first = flag.Uint64("seed", 1, "the seed of the first of them")
)

// TestAgainstUpstream plays generated scenarios with Alertmanager's own
// packages under fake time, and compares who is notified, when, why, with
// which groups and alerts, and the payload of the webhook to the byte; and,
// whenever something is delivered, which alerts are inhibited and silenced.
// More of them: make corpus-routing CASES=20000.
func TestAgainstUpstream(t *testing.T) {
	tmpl, err := template.FromGlobs(nil)
	check(t, err)
	tmpl.ExternalURL, err = url.Parse(externalURL)
	check(t, err)
	notified, resolved, suppressed := 0, 0, 0
	for i := range *cases {
		seed := *first + uint64(i)
		synctest.Test(t, func(t *testing.T) {
			c := generate(t, seed, time.Now())
			want := play(t, tmpl, c)
			got, tl := simulated(t, c)
			got = withSuppressed(got, tl, c)
			if diff := cmp.Diff(want, got); diff != "" {
				if short := cmp.Diff(shorten(want), shorten(got)); short != "" {
					diff = short
				}
				t.Fatalf("seed %d (-upstream +simulated)\n%s%s", seed, c.yaml, diff)
			}
			for _, n := range tl.Notifications {
				notified += len(n.Integrations)
				if n.Status == "resolved" {
					resolved++
				}
			}
			suppressed += len(tl.Used.Inhibitions) + len(tl.Used.Intervals) + len(tl.Used.Silences)
		})
	}
	t.Logf("%d scenarios, %d notifications of integrations, %d flushes resolved, %d rules, intervals and silences at work",
		*cases, notified, resolved, suppressed)
	if notified < *cases || suppressed < *cases/4 || resolved < *cases/10 {
		t.Error("the scenarios are too tame to show anything")
	}
}

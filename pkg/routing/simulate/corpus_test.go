package simulate_test

import (
	"flag"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/template"

	"github.com/monctl/monctl/pkg/routing"
)

var configurations = flag.String("configs", "", "a folder of Alertmanager configurations to play generated alerts through")

// TestConfigurations does with configurations that somebody has written what
// TestAgainstUpstream does with generated ones: the alerts have labels that
// their matchers look for.
//
//	make corpus-routing DIR=… CASES=500
func TestConfigurations(t *testing.T) {
	if *configurations == "" {
		t.Skip("no folder is given: -args -configs DIR")
	}
	tmpl, err := template.FromGlobs(nil)
	check(t, err)
	tmpl.ExternalURL, err = url.Parse(externalURL)
	check(t, err)
	read, notified := 0, 0
	check(t, filepath.WalkDir(*configurations, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".yaml") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		cfg, err := routing.LoadConfig(body)
		if err != nil {
			return nil
		}
		read++
		for i := range *cases/20 + 1 {
			seed := *first + uint64(i)
			synctest.Test(t, func(t *testing.T) {
				c := through(t, cfg, seed, time.Now())
				want := play(t, tmpl, c)
				got, tl := simulated(t, c)
				got = withSuppressed(got, tl, c)
				if diff := cmp.Diff(want, got); diff != "" {
					if short := cmp.Diff(shorten(want), shorten(got)); short != "" {
						diff = short
					}
					t.Fatalf("%s, seed %d (-upstream +simulated)\n%s", path, seed, diff)
				}
				for _, n := range tl.Notifications {
					notified += len(n.Integrations)
				}
			})
		}
		return nil
	}))
	t.Logf("%d configurations, %d scenarios each, %d notifications of integrations", read, *cases/20+1, notified)
}

// through is a case with generated alerts for a configuration that exists.
func through(t *testing.T, cfg *config.Config, seed uint64, start time.Time) scenario {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 2))}
	wanted := map[string][]string{"alertname": {"A", "Watchdog"}, "severity": {"critical", "warning"}, "namespace": {"x"}}
	look := func(list labels.Matchers) {
		for _, m := range list {
			wanted[m.Name] = append(wanted[m.Name], strings.Split(strings.Trim(m.Value, "^$()"), "|")...)
		}
	}
	for _, r := range routing.NewTree(cfg).Routes() {
		look(r.Matchers)
	}
	for _, r := range routing.Inhibitions(cfg) {
		look(r.Source)
		look(r.Target)
	}
	names := make([]string, 0, len(wanted))
	for name := range wanted {
		names = append(names, name)
	}
	slices.Sort(names)
	pool := make([]map[string]string, 2+g.IntN(10))
	for i := range pool {
		pool[i] = map[string]string{"alertname": pick(g, wanted["alertname"]...), "instance": pick(g, "1", "2", "3")}
		for _, name := range names {
			if value := pick(g, wanted[name]...); value != "" && g.chance(50) {
				pool[i][name] = value
			}
		}
	}
	c := scenario{config: cfg, start: start}
	c.deliveries, c.until = g.deliveries(pool, start)
	return c
}

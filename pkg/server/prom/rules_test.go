package prom_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/server/prom"
)

func TestAlertTravels(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	config := `global:
  scrape_interval: 300ms
  scrape_timeout: 300ms
  evaluation_interval: 1h
  external_labels: {dc: tokyo, replica: a}
scrape_configs:
- {job_name: demo, static_configs: [{targets: ['` + target(t, "demo 7\n") + `']}]}
alerting:
  alert_relabel_configs:
  - {source_labels: [job], target_label: team, replacement: 'team-$1'}
  - {regex: replica, action: labeldrop}
`
	b.activate(config, group("node", "cpu", `rules:
- alert: Hot
  expr: demo > 5
  labels: {severity: page}
  annotations: {summary: '{{ $value }} in {{ $externalLabels.dc }}'}
`))
	b.settle() // long before the first slot: the interval is an hour
	alerts := b.sink.named("Hot")
	if len(alerts) == 0 {
		t.Fatal("no alert was handed on")
	}
	want := map[string]string{"alertname": "Hot", "dc": "tokyo", "instance": b.Targets()[0].Labels["instance"], "job": "demo", "severity": "page", "team": "team-demo"}
	if diff := cmp.Diff(want, alerts[0].Labels.Map()); diff != "" {
		t.Error(diff)
	}
	if got := alerts[0].Annotations.Get("summary"); got != "7 in tokyo" {
		t.Errorf("summary %q", got)
	}
	if got := alerts[0].GeneratorURL; got != "http://prom.example:9090/graph?g0.expr=demo+%3E+5&g0.tab=1" {
		t.Errorf("generator %q", got)
	}
	// Rules read their own writes.
	if got := b.value(`ALERTS{alertname="Hot",alertstate="firing"}`); got != "1" {
		t.Errorf("ALERTS = %q", got)
	}
	if got := b.Targets(); len(got) != 1 || got[0].Pool != "demo" || got[0].Health != "up" || got[0].LastScrape.IsZero() {
		t.Errorf("targets %+v", got)
	}
}

// evaluatedAgain returns a check that a group was evaluated again.
func (b *bench) evaluatedAgain(key string) func() string {
	before, _ := b.metric("prometheus_rule_evaluations_total", "rule_group", key)
	return func() string {
		if now, _ := b.metric("prometheus_rule_evaluations_total", "rule_group", key); now <= before+1 {
			return "another evaluation of " + key
		}
		return ""
	}
}

// gaps counts the instants at which a series that was there is not.
func (b *bench) gaps(expr string, from time.Time) int {
	b.t.Helper()
	seconds := func(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }
	to := time.Now()
	step := to.Sub(from)/5000 + time.Millisecond
	var data struct{ Result []sample }
	b.api("query_range?query="+url.QueryEscape(fmt.Sprintf("absent(%s)", expr))+"&start="+seconds(from)+"&end="+seconds(to)+"&step="+seconds(time.UnixMilli(step.Milliseconds())), &data)
	n := 0
	for _, s := range data.Result {
		n += len(s.Values)
	}
	return n
}

func TestStateCarriesOver(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	config := scrapeConfig(target(t, "demo 7\n"))
	slow := "- alert: Slow\n  expr: demo > 5\n  for: 1h\n"
	first := group("node", "cpu", "rules:\n"+slow+"- alert: Other\n  expr: demo > 6\n")
	other := group("node", "disk", "rules: [{record: a, expr: demo}]\n")
	b.activate(config, first, other)
	b.settle()
	eventually(t, func() string {
		if len(b.query(`ALERTS{alertname="Slow"}`)) == 0 {
			return "ALERTS of Slow"
		}
		return ""
	})
	from := time.Now()
	before, ok := b.alert("Slow")
	if !ok || before.State != "pending" {
		t.Fatalf("alert %+v", before)
	}

	revisions := map[string][]prom.RuleGroup{
		"another group edited":  {first, group("node", "disk", "rules: [{record: a, expr: demo * 2}]\n")},
		"another rule edited":   {group("node", "cpu", "rules:\n"+slow+"- alert: Other\n  expr: demo > 4\n"), other},
		"a rule before it":      {group("node", "cpu", "rules:\n- {record: x, expr: demo}\n"+slow), other},
		"its threshold edited":  {group("node", "cpu", "rules:\n- alert: Slow\n  expr: demo > 3\n  for: 1h\n"), other},
		"its interval changed":  {group("node", "cpu", "interval: 130ms\nrules:\n"+slow), other},
		"nothing but a comment": {group("node", "cpu", "rules: # really\n"+slow), other},
	}
	for name, groups := range revisions {
		evaluated := b.evaluatedAgain("node;cpu")
		b.activate(config, groups...)
		b.settle()
		eventually(t, evaluated)
		after, ok := b.alert("Slow")
		if !ok || !after.ActiveAt.Equal(before.ActiveAt) || after.State != "pending" {
			t.Errorf("%s: %+v became %+v", name, before, after)
		}
	}
	// External labels can be read by templates, so they change every group.
	b.activate(strings.Replace(config, "global:\n", "global:\n  external_labels: {dc: us}\n", 1), first, other)
	b.settle()
	if after, ok := b.alert("Slow"); !ok || !after.ActiveAt.Equal(before.ActiveAt) {
		t.Errorf("external labels: %+v became %+v", before, after)
	}
	if n := b.gaps(`ALERTS{alertname="Slow"}`, from); n != 0 {
		t.Errorf("ALERTS was stale at %d instants", n)
	}
}

func TestUnchangedGroupIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	config := scrapeConfig(target(t, "demo 7\n"))
	slow := group("a", "slow", "interval: 1h\nrules: [{record: a, expr: demo}]\n")
	b.activate(config, slow)
	b.settle()
	count := func() float64 {
		n, _ := b.metric("prometheus_rule_evaluations_total", "rule_group", "a;slow")
		return n
	}
	before := count()
	b.activate(config, slow, group("b", "new", "interval: 1h\nrules: [{record: b, expr: demo}]\n"))
	b.settle()
	// The newcomer was evaluated at once, the other one has no slot for an hour.
	if got := b.value("b"); got != "7" {
		t.Errorf("b = %q", got)
	}
	if got := count(); got != before {
		t.Errorf("evaluations: %v, then %v", before, got)
	}
}

func TestRemovedGroupGoesStale(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	config := scrapeConfig(target(t, "demo 7\n"))
	gone := group("a", "gone", "rules:\n- alert: Gone\n  expr: demo > 5\n- {record: moved, expr: demo}\n")
	b.activate(config, gone)
	b.settle()
	eventually(t, func() string {
		if b.value("moved") == "" || b.value("ALERTS") == "" {
			return "series of the rules"
		}
		return ""
	})
	from := time.Now()
	b.activate(config, group("b", "kept", "rules: [{record: moved, expr: demo}]\n"))
	eventually(t, func() string {
		if got := b.query(`ALERTS or ALERTS_FOR_STATE`); len(got) != 0 {
			return fmt.Sprintf("ALERTS to go stale: %v", got)
		}
		if _, found := b.metric("prometheus_rule_group_rules", "rule_group", "a;gone"); found {
			return "the metrics of the group to go"
		}
		return ""
	})
	if n := b.gaps("moved", from); n != 0 {
		t.Errorf("the moved series was stale at %d instants", n)
	}
	var data struct{ Groups []struct{ File, Name string } }
	b.api("rules", &data)
	if len(data.Groups) != 1 || data.Groups[0].File != "b" || data.Groups[0].Name != "kept" {
		t.Errorf("groups %+v", data.Groups)
	}

	// It may come back.
	b.activate(config, gone)
	b.settle()
	if _, ok := b.alert("Gone"); !ok {
		t.Error("the alert did not come back")
	}
}

// A revision may follow faster than what the one before it began is done.
func TestRevisionsInQuickSuccession(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	config := scrapeConfig(target(t, "demo 7\n"))
	slow := group("a", "slow", "rules: [{alert: Slow, expr: demo, for: 1h}]\n")
	b.activate(config, slow)
	b.settle()
	before, _ := b.alert("Slow")
	for i := range 40 {
		switch i % 3 {
		case 0:
			b.activate(config)
		case 1:
			b.activate(config, slow, group("b", "x", "rules: [{record: x, expr: demo}]\n"))
		case 2:
			b.activate(config, group("a", "slow", fmt.Sprintf("rules: [{alert: Slow, expr: 'demo > %d - 100', for: 1h}]\n", i)))
		}
	}
	b.activate(config, slow)
	b.settle()
	if after, ok := b.alert("Slow"); !ok || after.ActiveAt.Before(before.ActiveAt) {
		t.Errorf("%+v became %+v", before, after)
	}
	eventually(t, b.evaluatedAgain("a;slow"))
}

// TestFeatures: what is enabled is so for rules and for queries, and nothing
// else is.
func TestFeatures(t *testing.T) {
	t.Parallel()
	rules := group("node", "cpu", "rules:\n- {record: picked, expr: 'limitk(1, vector(3))'}\n")
	plain := openBench(t, t.TempDir())
	if _, list := plain.prepare("", rules); !list.HasErrors() || !strings.Contains(list[0].Summary, "limitk() is experimental") {
		t.Errorf("without the feature: %v", list)
	}
	b := openBench(t, t.TempDir(), func(o *prom.Options) { o.Features = expr.Features{ExperimentalFunctions: true} })
	b.activate("", rules)
	if got := b.value("limitk(1, vector(3))"); got != "3" {
		t.Errorf("the query yields %q", got)
	}
	var flags map[string]string
	b.api("status/flags", &flags)
	if got := flags["enable-feature"]; got != "promql-experimental-functions" {
		t.Errorf("enable-feature = %q", got)
	}
	if _, list := b.prepare("", group("node", "cpu", "rules:\n- {record: filled, expr: 'up + fill(0) up'}\n")); !list.HasErrors() {
		t.Error("another feature is enabled, too")
	}
}

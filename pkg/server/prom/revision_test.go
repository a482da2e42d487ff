package prom_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/server/prom"
)

func TestBadRevisionsAreRejected(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	good := scrapeConfig(target(t, "demo 7\n"))
	running := group("node", "cpu", "rules: [{alert: Slow, expr: demo, for: 1h}]\n")
	b.activate(good, running)
	b.settle()
	before, _ := b.alert("Slow")
	reloads, _ := b.metric("prometheus_target_scrape_pool_reloads_total")

	cases := map[string]struct {
		config string
		groups []prom.RuleGroup
		want   []string // code object pointer: part of the summary
	}{
		"not YAML":          {config: "global: [\n", want: []string{`prometheus/config prometheus : did not find expected`}},
		"unknown field":     {config: "global:\n  scrape_intervall: 1m\n  bogus: 1\n", want: []string{`prometheus/config prometheus /global/scrape_intervall: unknown field "scrape_intervall"`, `prometheus/config prometheus /global/bogus: unknown field "bogus"`}},
		"wrong type":        {config: "global:\n  scrape_interval: 1m\nscrape_configs:\n- job_name: a\n  honor_labels: often\n", want: []string{"prometheus/config prometheus /scrape_configs/0/honor_labels: \"often\" (str) is not a valid value"}},
		"duplicate job":     {config: "scrape_configs:\n- job_name: a\n- job_name: a\n", want: []string{`prometheus/config prometheus : found multiple scrape configs with job name "a"`}},
		"missing CA":        {config: "scrape_configs:\n- job_name: a\n- job_name: b\n  tls_config: {ca_file: nowhere.pem}\n", want: []string{`prometheus/config prometheus /scrape_configs/1: scrape job "b": `}},
		"bad discovery":     {config: "scrape_configs:\n- job_name: a\n  http_sd_configs:\n  - url: http://127.0.0.1:1\n    tls_config: {ca_file: nowhere.pem}\n", want: []string{`prometheus/config prometheus /scrape_configs/0: http discovery of "a": `}},
		"bad Alertmanager":  {config: "alerting:\n  alertmanagers:\n  - tls_config: {ca_file: nowhere.pem}\n", want: []string{`prometheus/config prometheus /alerting: Alertmanagers: `}},
		"bad remote write":  {config: "remote_write:\n- url: http://127.0.0.1:1\n  tls_config: {ca_file: nowhere.pem}\n", want: []string{`prometheus/config prometheus /remote_write/0: remote write to http://127.0.0.1:1: `}},
		"twice the same":    {config: "remote_write:\n- url: http://127.0.0.1:1\n- url: http://127.0.0.1:1\n", want: []string{`prometheus/config prometheus /remote_write/1: the same entry stands there twice`}},
		"bad remote read":   {config: "remote_read:\n- url: http://127.0.0.1:1\n  tls_config: {ca_file: nowhere.pem}\n", want: []string{`prometheus/config prometheus /remote_read/0: remote read from `}},
		"unwritable log":    {config: "global:\n  query_log_file: no/such/dir/log\n", want: []string{`prometheus/config prometheus /global/query_log_file: `}},
		"bad relabelling":   {config: "scrape_configs:\n- job_name: a\n  relabel_configs:\n  - regex: '('\n", want: []string{"prometheus/config prometheus : error parsing regexp: missing closing )"}},
		"bad expression":    {config: good, groups: []prom.RuleGroup{group("a", "g", "rules:\n- {record: x, expr: y}\n- {record: x, expr: 'sum('}\n")}, want: []string{`rules/invalid rules/a/g /rules/1/expr: rule "x": could not parse expression: 1:5: parse error: unclosed left parenthesis`}},
		"bad label":         {config: good, groups: []prom.RuleGroup{group("a", "g", "rules:\n- {alert: X, expr: y, labels: {__name__: b}}\n")}, want: []string{`rules/invalid rules/a/g /rules/0/labels: rule "X": invalid label name: __name__`}},
		"bad template":      {config: good, groups: []prom.RuleGroup{group("a", "g", "rules:\n- {alert: X, expr: y, annotations: {sum/mary: '{{ $nope }}'}}\n")}, want: []string{`rules/invalid rules/a/g /rules/0/annotations/sum~1mary: rule "X": annotation "sum/mary": `}},
		"both kinds":        {config: good, groups: []prom.RuleGroup{group("a", "g", "rules:\n- {alert: X, record: y, expr: y}\n")}, want: []string{`rules/invalid rules/a/g /rules/0/record: rule "X": only one of 'record' and 'alert'`}},
		"unknown rule key":  {config: good, groups: []prom.RuleGroup{group("a", "g", "rules:\n- {alert: X, expr: y, fro: 1m}\n")}, want: []string{`rules/invalid rules/a/g : unknown field "fro"`}},
		"other name within": {config: good, groups: []prom.RuleGroup{{Namespace: "a", Name: "g", YAML: []byte(`{"name":"h","rules":[]}`)}}, want: []string{`rules/invalid rules/a/g /name: the rule group is called "h" within`}},
		"group twice":       {config: good, groups: []prom.RuleGroup{group("a", "g", "rules: []\n"), group("a", "g", "rules: []\n")}, want: []string{`rules/invalid rules/a/g : the rule group "g" stands twice`}},
		"config and rules":  {config: "bogus: 1\nglobal: {}\n", groups: []prom.RuleGroup{group("a", "g", "rules:\n- {record: x, expr: ')'}\n")}, want: []string{`prometheus/config prometheus /bogus: unknown field`, `rules/invalid rules/a/g /rules/0/expr: `}},
	}
	for name, c := range cases {
		p, list := b.prepare(c.config, c.groups...)
		if p != nil || !list.HasErrors() {
			t.Errorf("%s: accepted", name)
			continue
		}
		if len(list) != len(c.want) {
			t.Errorf("%s: findings\n%v", name, list)
			continue
		}
		for i, d := range list {
			got := fmt.Sprintf("%s %s %s: %s", d.Code, d.Object, d.Pointer, d.Summary)
			if !strings.HasPrefix(got, c.want[i]) {
				t.Errorf("%s: %s", name, got)
			}
		}
	}

	// Everything runs as before.
	eventually(t, b.evaluatedAgain("node;cpu"))
	if after, ok := b.alert("Slow"); !ok || !after.ActiveAt.Equal(before.ActiveAt) {
		t.Errorf("%+v became %+v", before, after)
	}
	if now, _ := b.metric("prometheus_target_scrape_pool_reloads_total"); now != reloads {
		t.Errorf("scrape pools were reloaded: %v, then %v", reloads, now)
	}
	if ok, _ := b.metric("prometheus_config_last_reload_successful"); ok != 1 {
		t.Error("the last activation did succeed")
	}
}

func TestRemarks(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	p, list := b.prepare("runtime: {gogc: 42}\ntracing: {endpoint: 'localhost:1'}\nstorage: {tsdb: {chunk_encoding: {floats: xor2}}}\n")
	defer p.Discard()
	var got []string
	for _, d := range list {
		got = append(got, d.Severity.String()+" "+d.Pointer)
	}
	want := []string{"warning /tracing", "warning /runtime", "warning /storage/tsdb/chunk_encoding/floats"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCommitSwitchesBack(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	host := target(t, "demo 7\n")
	running := group("node", "cpu", "rules: [{alert: Slow, expr: demo, for: 1h}]\n")
	b.activate(scrapeConfig(host), running)
	b.settle()
	before, _ := b.alert("Slow")

	// The file is there when the revision is checked and gone when it is
	// activated: scraping refuses after other parts have switched.
	b.write("token.pem", testCA)
	config := scrapeConfig(host) + "  tls_config: {ca_file: token.pem}\nalerting: {alert_relabel_configs: [{target_label: broken, replacement: 'yes'}]}\n"
	p, list := b.prepare(config, group("node", "new", "rules: [{alert: New, expr: demo}]\n"))
	if list.HasErrors() {
		t.Fatal(list)
	}
	if err := os.Remove(filepath.Join(b.files, "token.pem")); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit(t.Context()); err == nil || !strings.Contains(err.Error(), "switch scraping") {
		t.Fatalf("commit: %v", err)
	}
	if ok, _ := b.metric("prometheus_config_last_reload_successful"); ok != 0 {
		t.Error("the failure does not show in the metrics")
	}
	eventually(t, b.evaluatedAgain("node;cpu"))
	if after, ok := b.alert("Slow"); !ok || !after.ActiveAt.Equal(before.ActiveAt) {
		t.Errorf("%+v became %+v", before, after)
	}
	if len(b.sink.named("New")) != 0 {
		t.Error("a rule of the failed revision was evaluated")
	}
	last := b.Targets()[0].LastScrape
	eventually(t, func() string {
		if got := b.Targets(); len(got) != 1 || got[0].Health != "up" || !got[0].LastScrape.After(last) {
			return fmt.Sprintf("the target to be scraped on: %+v", got)
		}
		return ""
	})
	var status struct{ YAML string }
	b.api("status/config", &status)
	if strings.Contains(status.YAML, "broken") {
		t.Error("the configuration of the failed revision is shown")
	}
}

func TestPreparedIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	p, _ := b.prepare("")
	q, _ := b.prepare("")
	r, _ := b.prepare("")
	if err := p.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Discard()
	q.Discard()
	if p.Commit(t.Context()) == nil || q.Commit(t.Context()) == nil {
		t.Error("a spent revision was committed")
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Commit(canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	b.close()
	if err := r.Commit(t.Context()); !errors.Is(err, prom.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, _, err := b.Prepare(t.Context(), prom.Input{}); !errors.Is(err, prom.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if w := b.do(http.MethodGet, "/api/v1/rules", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("closed: %d", w.Code)
	}
}

func TestUnchangedPoolIsNotReloaded(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	config := strings.Replace(scrapeConfig(target(t, "demo 7\n")), "- job_name: demo", `- job_name: files
  file_sd_configs: [{files: ['targets/*.yaml']}]
- job_name: demo
  relabel_configs: [{source_labels: [a], regex: 'b(.*)', target_label: c}]`, 1)
	b.activate(config)
	b.settle()
	last := b.Targets()[0].LastScrape
	b.activate(strings.Replace(config, "global:\n", "global:\n  external_labels: {dc: us}\n", 1),
		group("a", "b", "rules: [{record: x, expr: demo}]\n"))
	b.activate(config + "- {job_name: another}\n")
	b.settle()
	if n, _ := b.metric("prometheus_target_scrape_pool_reloads_total"); n != 0 {
		t.Errorf("%v scrape pools were reloaded", n)
	}
	if b.Targets()[0].LastScrape.Before(last) {
		t.Error("the target started over")
	}
}

func TestFileDiscovery(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	one, two := target(t, "demo 1\n"), target(t, "demo 2\n")
	if err := os.Mkdir(filepath.Join(b.files, "targets"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.write("targets/a.yaml", "- {targets: ['"+one+"'], labels: {rack: r1}}\n")
	b.activate("global: {scrape_interval: 300ms, scrape_timeout: 300ms}\nscrape_configs:\n- job_name: files\n  file_sd_configs: [{files: ['targets/*.yaml']}]\n")
	b.settle()
	if got := b.Targets(); len(got) != 1 || got[0].Labels["rack"] != "r1" {
		t.Fatalf("targets %+v", got)
	}
	b.write("targets/a.yaml", "- {targets: ['"+two+"'], labels: {rack: r2}}\n")
	eventually(t, func() string {
		if got := b.Targets(); len(got) != 1 || got[0].Labels["rack"] != "r2" || got[0].LastScrape.IsZero() {
			return fmt.Sprintf("the new target: %+v", got)
		}
		return ""
	})
}

func TestSettledSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir(), func(o *prom.Options) { o.EagerScrape = false })
	if done, waiting := b.Settled(); done || waiting != "a first revision" {
		t.Errorf("%v %q", done, waiting)
	}
	b.activate("global: {scrape_interval: 1h}\nscrape_configs: [{job_name: demo, static_configs: [{targets: ['"+target(t, "demo 7\n")+"']}]}]\n",
		group("a", "b", "interval: 1h\nrules: [{record: x, expr: demo}]\n"))
	eventually(t, func() string {
		if done, waiting := b.Settled(); done || !strings.HasSuffix(waiting, ` of job "demo" to be scraped`) {
			return fmt.Sprintf("the unscraped target to be named: %v %q", done, waiting)
		}
		return ""
	})
	b.activate("", group("a", "b", "interval: 1h\nrules: [{record: x, expr: demo}]\n"))
	b.settle() // the first revision's group is let go of its gate
}

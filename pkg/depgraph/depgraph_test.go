package depgraph_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/depgraph"
	"github.com/monctl/monctl/pkg/expr"
)

// newBundle makes a bundle of texts by reference.
func newBundle(t testing.TB, objects map[string]string) *bundle.Bundle {
	t.Helper()
	var list []bundle.Object
	for ref, text := range objects {
		r, err := bundle.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		docs, diags := bundle.DecodeYAML(ref, []byte(text))
		if diags.HasErrors() || len(docs) != 1 {
			t.Fatalf("test input %s: %d documents, %v", ref, len(docs), diags)
		}
		o, err := bundle.NewObject(r, docs[0].Value, docs[0].Origin)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, o)
	}
	b, diags := bundle.New("default", list)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

func build(t *testing.T, opts depgraph.Options, objects map[string]string) *depgraph.Graph {
	t.Helper()
	g, err := depgraph.Build(t.Context(), newBundle(t, objects), opts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// edges prints the edges, one a line, "?" for possible ones.
func edges(g *depgraph.Graph) string {
	var b strings.Builder
	for _, n := range g.Nodes() {
		for _, e := range n.Out {
			sure := ""
			if !e.Certain {
				sure = "?"
			}
			fmt.Fprintf(&b, "%s %s%s %s\n", e.From.ID, e.Relation, sure, e.To.ID)
		}
	}
	return b.String()
}

func group(rules ...string) string {
	return "name: g\nrules:\n- " + strings.Join(rules, "\n- ") + "\n"
}

func expect(t *testing.T, g *depgraph.Graph, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), edges(g)); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
}

func TestRules(t *testing.T) {
	expect(t, build(t, depgraph.Options{}, map[string]string{"rules/n/g": group(
		`{record: 'job:x:rate5m', expr: 'sum by (job) (rate(x_total[5m]))', labels: {env: a}}`,
		`{record: 'job:y', expr: 'sum by (job) (y{job="a"})'}`,
		`{alert: X, expr: 'job:x:rate5m{env="a"} > 1 and job:y{job="a"}', labels: {severity: page}}`,
		`{alert: Y, expr: 'job:x:rate5m{env="b"} > 1 or job:x:rate5m{job="c"} or {__name__=~"job:x:.*"}'}`,
		`{alert: Broken, expr: 'sum('}`,
	)}), `
metric/x_total reads record/job:x:rate5m
metric/y reads record/job:y
record/job:x:rate5m reads alert/X
record/job:x:rate5m reads? alert/Y
record/job:y reads alert/X
`)
}

func TestNames(t *testing.T) {
	known := catalog.New([]catalog.Metric{{Name: "s", Type: "summary"}, {Name: "node_a"}, {Name: "node_b"}})
	expect(t, build(t, depgraph.Options{Catalog: known}, map[string]string{"rules/n/g": group(
		`{record: 'a:q', expr: 'histogram_quantile(0.9, rate(h_bucket[5m])) + h_sum / h_count'}`,
		`{record: 'a:s', expr: 's_sum / s_count'}`,
		`{record: 'a:t', expr: 't_sum / {__name__="t_count"}'}`,
		`{record: 'a:n', expr: '{__name__=~"node_.*"}'}`,
		`{record: 'a:ab', expr: '{__name__=~"a|b"}'}`,
		`{record: 'a:all', expr: '{job="x"}'}`,
	)}), `
metric/a reads record/a:ab
metric/b reads record/a:ab
metric/h reads record/a:q
metric/node_a reads? record/a:n
metric/node_b reads? record/a:n
metric/s reads record/a:s
metric/t_count reads record/a:t
metric/t_sum reads record/a:t
`)
}

func TestDashboards(t *testing.T) {
	expect(t, build(t, depgraph.Options{}, map[string]string{
		"rules/n/g": group(`{record: 'job:x:rate5m', expr: 'x', labels: {job: a}}`, `{record: 'job:x:rate1h', expr: 'x'}`, `{alert: A, expr: 'vector(1)'}`),
		"dashboard/f/d": `
title: Board
uid: d
panels:
- {title: Rates, type: timeseries, targets: [{expr: 'job:x:rate5m{job="$job"}'}, {expr: 'x[$__rate_interval]'}]}
- {title: Any, type: timeseries, targets: [{expr: 'job:x:${range}'}, {expr: '$metric'}]}
- {title: States, type: table, targets: [{expr: 'ALERTS{alertname="$alert"}'}]}
- {title: Logs, type: logs, datasource: {type: loki}, targets: [{expr: '{a="b"}'}]}
templating: {list: [{name: job, type: query, query: 'label_values(up, job)'}]}
annotations: {list: [{name: deploys, expr: 'deployed'}]}
`,
	}), `
metric/ALERTS reads panel/States
metric/deployed reads annotation/deploys
metric/up reads variable/job
metric/x reads record/job:x:rate1h
metric/x reads record/job:x:rate5m
metric/x reads panel/Rates
record/job:x:rate1h reads? panel/Any
record/job:x:rate5m reads? panel/Any
record/job:x:rate5m reads? panel/Rates
panel/Any shows dashboard/Board
panel/Rates shows dashboard/Board
panel/States shows dashboard/Board
variable/job shows dashboard/Board
annotation/deploys shows dashboard/Board
`)
}

const routes = `
route:
  receiver: default
  routes:
  - {receiver: pager, matchers: [severity="page"]}
  - {receiver: team, matchers: [team="a"]}
receivers: [{name: default}, {name: pager}, {name: team}]
inhibit_rules: [{name: pages, source_matchers: [severity="page"], target_matchers: [severity="warn"], equal: [job]}]
`

func TestRoutes(t *testing.T) {
	expect(t, build(t, depgraph.Options{}, map[string]string{
		"alertmanager": routes,
		"prometheus":   "global: {external_labels: {team: a}}\n",
		"rules/n/g": group(
			`{alert: Paged, expr: 'sum(a)', labels: {severity: page}}`,
			`{alert: External, expr: 'sum(a)', labels: {severity: warn}}`,
			`{alert: Unknown, expr: 'a'}`,
			`{alert: Templated, expr: 'sum(a)', labels: {severity: '{{ $value }}', team: b}}`,
		),
	}), `
metric/a reads alert/External
metric/a reads alert/Paged
metric/a reads alert/Templated
metric/a reads alert/Unknown
alert/External takes route/route.routes[1]
alert/External inhibited inhibition/pages
alert/Paged takes route/route.routes[0]
alert/Paged inhibits inhibition/pages
alert/Templated takes? route/route
alert/Templated takes? route/route.routes[0]
alert/Templated inhibited? inhibition/pages
alert/Templated inhibits? inhibition/pages
alert/Unknown takes? route/route
alert/Unknown takes? route/route.routes[0]
alert/Unknown takes? route/route.routes[1]
alert/Unknown inhibited? inhibition/pages
alert/Unknown inhibits? inhibition/pages
route/route notifies receiver/default
route/route.routes[0] notifies receiver/pager
route/route.routes[1] notifies receiver/team
`)
}

func TestRelabelling(t *testing.T) {
	for _, tc := range []struct{ relabel, want string }{
		{"{target_label: severity, replacement: warn}", "route"},
		{"{source_labels: [x], target_label: severity}", "route? route.routes[0]?"},
		{"{source_labels: [severity], regex: none, target_label: severity, replacement: warn}", "route.routes[0]"},
		{"{action: labeldrop, regex: sev.*}", "route"},
		{"{action: labelkeep, regex: severity|alertname}", "route.routes[0]"},
		{"{action: labelmap, regex: (.*)}", "route? route.routes[0]? route.routes[1]?"},
		{"{action: drop, source_labels: [x], regex: y}", "route.routes[0]?"},
		{"{action: drop, source_labels: [severity], regex: page}", ""},
		{"{action: drop, source_labels: [alertname], regex: B}", "route.routes[0]"},
		{"{target_label: cluster, replacement: x}", "route.routes[0]"},
	} {
		g := build(t, depgraph.Options{}, map[string]string{
			"alertmanager": routes,
			"prometheus":   "alerting: {alert_relabel_configs: [" + tc.relabel + "]}\n",
			"rules/n/g":    group(`{alert: A, expr: 'sum by (x) (a)', labels: {severity: page}}`),
		})
		var got []string
		for _, e := range g.Find("A")[0].Out {
			if e.Relation == depgraph.Takes {
				text := e.To.Name
				if !e.Certain {
					text += "?"
				}
				got = append(got, text)
			}
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.relabel, diff)
		}
	}
}

func TestStateOfAlerts(t *testing.T) {
	expect(t, build(t, depgraph.Options{}, map[string]string{"rules/n/g": group(
		`{alert: A, expr: 'vector(1)', labels: {severity: page}}`,
		`{alert: B, expr: 'vector(1)', labels: {severity: page}}`,
		`{alert: OnA, expr: 'ALERTS{alertname="A", alertstate="firing"}'}`,
		`{alert: OnPage, expr: 'ALERTS_FOR_STATE{alertname=~"A|B", severity="page"}'}`,
		`{alert: OnWarn, expr: 'ALERTS{alertname="A", severity="warn"}'}`,
	)}), `
alert/A reads alert/OnA
alert/A reads alert/OnPage
alert/B reads alert/OnPage
`)
	expect(t, build(t, depgraph.Options{}, map[string]string{"rules/n/g": group(
		`{alert: A, expr: 'vector(1)'}`,
		`{record: 'a:n', expr: 'count(ALERTS{severity="page"})'}`,
	)}), `
metric/ALERTS reads record/a:n
`)
}

func TestContext(t *testing.T) {
	elsewhere := newBundle(t, map[string]string{
		"alertmanager": routes,
		"rules/n/g":    group(`{record: 'their:x', expr: x}`),
	})
	g := build(t, depgraph.Options{Context: []*bundle.Bundle{elsewhere}}, map[string]string{
		"rules/n/g": group(`{alert: A, expr: 'their:x > 1', labels: {severity: page}}`),
	})
	expect(t, g, `
metric/x reads record/their:x
record/their:x reads alert/A
alert/A takes route/route.routes[0]
alert/A inhibits inhibition/pages
route/route notifies receiver/default
route/route.routes[0] notifies receiver/pager
route/route.routes[1] notifies receiver/team
`)
	if !g.Find("their:x")[0].Foreign() || g.Find("A")[0].Foreign() || g.Find("x")[0].Foreign() {
		t.Error("what the context defines is not told from what the project does")
	}
}

func TestFindAndWalk(t *testing.T) {
	g := build(t, depgraph.Options{}, map[string]string{
		"alertmanager": routes,
		"rules/n/g": group(
			`{record: 'a:x', expr: 'sum(rate(x_bucket[5m]))'}`,
			`{record: 'a:y', expr: 'a:x'}`,
			`{alert: A, expr: 'a:y > 1', labels: {severity: page}}`,
			`{alert: A, expr: 'a:y > 2', labels: {severity: warn, team: ''}}`,
		),
		"dashboard/f/uid-1": "{title: Board, uid: uid-1, panels: [{title: P, type: stat, targets: [{expr: 'a:x'}]}]}",
	})
	for name, want := range map[string]string{
		"A": "alert/A alert/A#2", "alert/A#2": "alert/A#2", "a:*": "record/a:x record/a:y", "x_bucket": "metric/x", "x_sum": "metric/x",
		"uid-1": "dashboard/Board", "receiver/*": "receiver/default receiver/pager receiver/team", "nosuch": "", "route.routes[0]": "route/route.routes[0]",
	} {
		var got []string
		for _, n := range g.Find(name) {
			got = append(got, n.ID)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("find %s (-want +got):\n%s", name, diff)
		}
	}
	show := func(steps []depgraph.Step) string {
		var out []string
		for _, s := range steps {
			text := fmt.Sprintf("%d %s", s.Depth, s.Node.ID)
			if !s.Certain {
				text += "?"
			}
			out = append(out, text)
		}
		return strings.Join(out, ", ")
	}
	want := "0 metric/x, 1 record/a:x, 2 record/a:y, 2 panel/P, 3 alert/A, 3 alert/A#2, 3 dashboard/Board, 4 route/route.routes[0], " +
		"4 inhibition/pages, 4 route/route?, 4 route/route.routes[1]?, 5 receiver/pager, 5 receiver/default?, 5 receiver/team?"
	if diff := cmp.Diff(want, show(g.Walk(g.Find("x"), depgraph.Downstream, 0))); diff != "" {
		t.Errorf("what hangs on x (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("0 receiver/pager, 1 route/route.routes[0], 2 alert/A", show(g.Walk(g.Find("pager"), depgraph.Upstream, 2))); diff != "" {
		t.Errorf("what leads to the pager (-want +got):\n%s", diff)
	}
}

func TestFeeds(t *testing.T) {
	g := build(t, depgraph.Options{}, map[string]string{"rules/n/g": group(`{record: 'a:x', expr: 'sum by (job) (x)', labels: {env: a}}`)})
	for text, want := range map[string]expr.Certainty{
		`a:x`: expr.Certain, `a:x{env="a"}`: expr.Certain, `a:x{env="b"}`: expr.Never, `a:x{job="a"}`: expr.Possible,
		`a:x{cluster="external"}`: expr.Possible, `a:y`: expr.Never,
	} {
		e, err := expr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Makers("a:x")[0].Feeds(e.Selectors()[0]); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestBuildStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := depgraph.Build(ctx, newBundle(t, map[string]string{"rules/n/g": group(`{record: a, expr: b}`)}), depgraph.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

func TestCycles(t *testing.T) {
	g := build(t, depgraph.Options{}, map[string]string{"rules/n/g": group(
		`{record: a, expr: 'b + 1'}`,
		`{record: b, expr: 'c + 1'}`,
		`{record: c, expr: 'a + 1'}`,
		`{record: itself, expr: 'x or itself'}`,
		`{record: before, expr: 'x or before offset 1m'}`,
		`{record: window, expr: 'x or last_over_time(window[1h])'}`,
		`{record: other, expr: 'x or other{env="b"}', labels: {env: a}}`,
		`{record: chain, expr: 'itself + a'}`,
		`{record: maybe, expr: 'sum by (job) (maybe{job=~"a|b"})'}`,
	)})
	var got []string
	for _, c := range g.Cycles() {
		var names []string
		for _, r := range c {
			names = append(names, r.Record)
		}
		got = append(got, strings.Join(names, " "))
	}
	if diff := cmp.Diff([]string{"a b c", "itself"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPartLeavesOut(t *testing.T) {
	g := build(t, depgraph.Options{}, map[string]string{
		"alertmanager": routes,
		"rules/n/g": group(
			`{record: 'a:x', expr: 'x'}`,
			`{alert: A, expr: 'a:x > 1', labels: {severity: page}}`,
			`{alert: B, expr: 'x > 1'}`,
		),
	})
	kinds := []depgraph.Kind{depgraph.Metric, depgraph.Receiver}
	p := g.Part(func(n *depgraph.Node) bool { return n.Name != "team" }, func(n *depgraph.Node) bool {
		return n.Kind == kinds[0] || n.Kind == kinds[1]
	})
	var got []string
	for _, e := range p.Edges {
		got = append(got, fmt.Sprint(e.From.ID, " ", e.Relation, " ", e.To.ID, " ", e.Certain))
	}
	want := []string{"metric/x reaches receiver/default false", "metric/x reaches receiver/pager true"}
	if diff := cmp.Diff(want, got); diff != "" || len(p.Nodes) != 3 {
		t.Errorf("%d nodes (-want +got):\n%s", len(p.Nodes), diff)
	}
}

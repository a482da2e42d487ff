package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/expr"
)

// testsOfFile is how many tests a generated file has.
const testsOfFile = 4

// generate writes test files with their rule files into a folder. The same seed
// makes the same files. Their assertions expect nothing, so that most of them
// fail, and what was got can be compared.
//
// Left out is what promtool decides at random: sums that round, choices between
// equal values, and groups whose order the file does not say.
func generate(dir string, files int, seed uint64) error {
	for i := range files {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i)))} //nolint:gosec // not for secrets
		g.histograms = g.IntN(3) == 0
		name := fmt.Sprintf("generated-%d-%d", seed, i)
		for suffix, doc := range map[string]any{".rules.yml": g.rules(), ".yml": g.file(name + ".rules.yml")} {
			data, err := yaml.Marshal(doc)
			if err != nil {
				return fmt.Errorf("generate: %w", err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+suffix), data, 0o600); err != nil {
				return fmt.Errorf("generate: %w", err)
			}
		}
	}
	return nil
}

// generator makes a test file.
type generator struct {
	*rand.Rand
	histograms bool
	groups     []string
	alerts     []string
}

type object map[string]any

func (g *generator) pick(from ...string) string { return from[g.IntN(len(from))] }

// rarely reports true once in n times.
func (g *generator) rarely(n int) bool { return g.IntN(n) == 0 }

// perhaps sets a key once in n times.
func (g *generator) perhaps(n int, o object, key string, value any) {
	if g.rarely(n) {
		o[key] = value
	}
}

func (g *generator) rules() object {
	var groups []object
	for i := range 1 + g.IntN(3) {
		name := fmt.Sprintf("g%d", i)
		g.groups = append(g.groups, name)
		group := object{"name": name}
		g.perhaps(7, group, "query_offset", g.pick("0s", "30s", "1m", "4m"))
		g.perhaps(7, group, "limit", 1+g.IntN(9))
		g.perhaps(7, group, "interval", g.pick("15s", "1m", "7m"))
		g.perhaps(7, group, "labels", object{"grp": g.pick("x", "", "{{ $labels.x }}")})
		var rules []object
		for j := range 1 + g.IntN(4) {
			rules = append(rules, g.rule(i, j))
		}
		group["rules"] = rules
		groups = append(groups, group)
	}
	return object{"groups": groups}
}

func (g *generator) rule(i, j int) object {
	if g.IntN(5) < 2 {
		r := object{"record": g.pick(fmt.Sprintf("r%d_%d", i, j), "r0_0", "r:ü"), "expr": g.expr(2)}
		if g.rarely(3) {
			r["labels"] = object{g.pick("x", "z", "y z"): g.pick("fixed", "", "{{ $value }}")}
		}
		return r
	}
	name := g.pick(fmt.Sprintf("A%d_%d", i, j), "A0_0", "An älert")
	g.alerts = append(g.alerts, name)
	r := object{"alert": name, "expr": g.expr(2)}
	g.perhaps(2, r, "for", g.pick("0s", "1m", "90s", "5m"))
	g.perhaps(2, r, "keep_firing_for", g.pick("1m", "2m", "7m"))
	if g.rarely(2) {
		r["labels"] = object{g.pick("l", "x", "é.b"): g.template(), "sev": g.pick("page", "ticket")}
	}
	if g.IntN(3) > 0 {
		r["annotations"] = object{"a": g.template(), g.pick("b", "c.d"): g.template()}
	}
	return r
}

func (g *generator) template() string {
	return g.pick("static", "{{ $value }}", "{{ $labels.x }}", "{{ .Value | printf \"%.1f\" }}", "{{ $labels }}", "{{ humanize $value }}",
		"{{ humanizeDuration $value }} {{ humanize1024 $value }} {{ humanizePercentage $value }}", "{{ $externalLabels.dc }}{{ externalURL }}",
		"{{ with query \"count(a)\" }}{{ . | first | value }}{{ end }}", "{{ range query \"a\" | sortByLabel \"x\" }}{{ .Value }},{{ end }}",
		"{{ if gt $value 2.0 }}big{{ end }}", "{{ .Nope }}", "{{ query \"count(ALERTS)\" | first | value }}", "<b>{{ $labels.alertname }}</b>",
		"{{ query \"max(b offset 1m)\" | len }}", "{{ humanizeTimestamp $value }}", "{{ now | humanizeTimestamp }}", "")
}

func (g *generator) file(rules string) object {
	doc := object{
		"rule_files": []string{rules}, "group_eval_order": g.shuffled(), "fuzzy_compare": g.rarely(4),
		"evaluation_interval": g.pick("1m", "1m", "30s", "45s", "2m", "7m", "13s"),
	}
	var tests []object
	for range testsOfFile {
		tests = append(tests, g.test())
	}
	doc["tests"] = tests
	return doc
}

func (g *generator) shuffled() []string {
	out := append([]string(nil), g.groups...)
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (g *generator) test() object {
	t := object{"interval": g.pick("1m", "1m", "15s", "3m", "40s"), "input_series": g.series()}
	if g.rarely(3) {
		t["start_timestamp"] = g.pick("2026-01-03T02:50:00Z", "1767408600.5", "100", "2026-03-29T00:30:00.250Z")
	}
	if g.rarely(2) {
		t["external_labels"], t["external_url"] = object{"dc": "tokyo", "x": "ext"}, "https://p.example/a?b=c"
	}
	at := func() string {
		return g.pick("0s", "1m", "2m30s", "5m", "9m59s", "14m", "15m1s", "21m", "30m", "33m7s")
	}
	var alerts, exprs []object
	for _, name := range g.alerts {
		for range 2 {
			alerts = append(alerts, object{"eval_time": at(), "alertname": name})
		}
	}
	for range 4 {
		exprs = append(exprs, object{"eval_time": at(), "expr": g.expr(3)})
	}
	for _, e := range []string{"ALERTS", "ALERTS_FOR_STATE", `{__name__=~"r.*"}`, `count_over_time({__name__=~"r.*"}[20m])`} {
		exprs = append(exprs, object{"eval_time": at(), "expr": e})
	}
	t["alert_rule_test"], t["promql_expr_test"] = alerts, exprs
	return t
}

func (g *generator) series() []object {
	var out []object
	for _, name := range []string{"a", "b", "c", "h", "r0_1"} {
		if name == "r0_1" && !g.rarely(12) {
			continue
		}
		for _, x := range []string{"1", "2", "3"} {
			if g.rarely(3) {
				continue
			}
			out = append(out, object{
				"series": fmt.Sprintf(`%s{x="%s",y="%d"%s}`, name, x, g.IntN(2), g.pick("", "", "", `,"ü z"="w"`)),
				"values": g.values(name == "h" && g.histograms),
			})
		}
	}
	return out
}

func (g *generator) values(histograms bool) string {
	var out []string
	schema := g.pick("0", "0", "1", "-53")
	for range 2 + g.IntN(7) {
		if histograms && g.IntN(5) > 0 {
			out = append(out, g.histogram(schema))
			continue
		}
		out = append(out, g.pick(
			fmt.Sprint(g.IntN(9)), "_", "0.5", "0.25x4", "stale", fmt.Sprintf("%dx%d", g.IntN(9), g.IntN(6)), fmt.Sprintf("_x%d", 1+g.IntN(6)),
			fmt.Sprintf("%d+%dx%d", g.IntN(5), g.IntN(3), g.IntN(20)), fmt.Sprintf("%d-%dx%d", g.IntN(5), g.IntN(3), g.IntN(9)), "NaN", "Inf", "-Inf", "-1", "-0", "1e9",
		))
	}
	return strings.Join(out, " ")
}

func (g *generator) histogram(schema string) string {
	if g.rarely(8) {
		schema = "2"
	}
	extra := g.pick("", "", "", " counter_reset_hint:gauge", " counter_reset_hint:reset", " counter_reset_hint:not_reset")
	if schema == "-53" {
		extra += " custom_values:[1 2.5 10]"
	} else {
		extra += g.pick("", "", " z_bucket:2 z_bucket_w:0.001", " n_offset:1 n_buckets:[1 1]", " offset:-2")
	}
	h := func(size int) string {
		return fmt.Sprintf("{{schema:%s sum:%d count:%d%s buckets:[%d %d %d]}}", schema, g.IntN(9), 20+g.IntN(size), extra, g.IntN(size), g.IntN(size), g.IntN(size))
	}
	switch g.IntN(3) {
	case 0:
		return h(9)
	case 1:
		return fmt.Sprintf("%sx%d", h(9), g.IntN(9))
	default:
		return fmt.Sprintf("%s+%sx%d", h(9), h(3), g.IntN(9))
	}
}

// expr generates until something parses.
func (g *generator) expr(depth int) string {
	for {
		text := g.node(depth)
		if _, err := expr.Parse(text); err == nil {
			return text
		}
	}
}

func (g *generator) selector() string {
	name := g.pick("a", "b", "c", "a", "b", "h", "h", "none", "r0_0", "r0_1", "r1_0", `{"r:ü"}`, "ALERTS", "ALERTS_FOR_STATE", `{__name__=~"r0_.+"}`, `{__name__=~"a|h"}`)
	if strings.HasPrefix(name, "{") {
		return name
	}
	return name + g.pick("", "", "", `{x="1"}`, `{x!="2"}`, `{y=~"0|1"}`, `{"ü z"!=""}`)
}

func (g *generator) shift() string {
	return g.pick("", "", "", "", "", "", " offset 1m", " offset 3m", " offset 37s", " offset -1m", " @ 120", " @ end()", " @ start()")
}

func (g *generator) node(depth int) string {
	if depth == 0 {
		return g.selector() + g.shift()
	}
	e := g.expr(depth - 1)
	switch g.IntN(15) {
	case 0, 1:
		return fmt.Sprintf("%s(%s[%s]%s)", g.pick("rate", "increase", "delta", "irate", "idelta", "max_over_time", "min_over_time", "count_over_time", "sum_over_time",
			"avg_over_time", "last_over_time", "absent_over_time", "changes", "resets", "present_over_time", "deriv", "stddev_over_time"), g.selector(), g.pick("1m", "5m", "10m", "37s"), g.shift())
	case 2:
		return fmt.Sprintf("%s %s (%s) (%s)", g.pick("sum", "max", "count", "min", "group", "avg"), g.pick("by", "without"), g.pick("x", "y", "x, y", "", `"ü z"`), e)
	case 3:
		return fmt.Sprintf("%s %s %d", e, g.pick(">", "<", "==", "+", "*", "/", "> bool", "!=", "%", "^"), g.IntN(6))
	case 4:
		return fmt.Sprintf("(%s) %s on (x) (%s)", e, g.pick("and", "or", "unless"), g.expr(depth-1))
	case 5:
		return fmt.Sprintf("(%s) %s (%s)", e, g.pick("+", "-", "/", "*", ">", "== bool", "and", "or"), g.expr(depth-1))
	case 6:
		return fmt.Sprintf("%s((%s)[%s]%s)", g.pick("max_over_time", "sum_over_time", "rate", "last_over_time"), e, g.pick("5m:", "5m:1m", "3m:17s"), g.shift())
	case 7:
		return fmt.Sprintf("%s(%s)", g.pick("absent", "abs", "timestamp", "scalar", "-", "ceil", "sgn", "sort", "vector"), e)
	case 8:
		return fmt.Sprintf(`%s, "%s", "$1", "y", "(.*)")`, "label_replace("+e, g.pick("x", "é"))
	case 9:
		return g.pick("vector(1)", "time()", "hour() * 2", "1", "minute() > 3")
	case 10, 11:
		return fmt.Sprintf("%s(%s)", g.pick("histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_quantile(0.9,", "histogram_fraction(0, 2,"), e)
	case 12:
		return fmt.Sprintf("%s(%s)", g.pick("count_values(\"v\",", "quantile(0.5,", "clamp_max(3, ", "round"), e)
	default:
		return e
	}
}

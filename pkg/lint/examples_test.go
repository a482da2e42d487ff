package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/lint"
)

// TestExamples holds the examples on the page of each check against the check:
// every part of the bad one is a finding, and no part of the good one is.
func TestExamples(t *testing.T) {
	for _, c := range lint.Checks() {
		t.Run(c.Code, func(t *testing.T) {
			page, err := os.ReadFile(filepath.Join(docs, c.Code+".md"))
			if err != nil {
				t.Fatal(err)
			}
			for title, bad := range map[string]bool{"Bad": true, "Good": false} {
				parts := examples(t, c.Code, string(page), title)
				if len(parts) == 0 {
					t.Errorf("no example under %s", title)
				}
				for _, objects := range parts {
					if found := findings(t, c, objects); (len(found) > 0) != bad {
						t.Errorf("%s example: findings %q\nin %v", title, found, objects)
					}
				}
			}
		})
	}
}

// findings runs one check over an example and what it needs around it.
func findings(t *testing.T, c lint.Check, objects map[string]string) []string {
	t.Helper()
	objects = maps.Clone(objects)
	maps.Copy(objects, around(c.Code))
	opts := lint.Options{Checks: []lint.Check{c}, OptIn: map[string]bool{c.Code: true}}
	opts.Retention = 15 * 24 * time.Hour
	opts.Aggregations = []lint.Aggregation{{Keep: []string{"cluster"}}}
	metrics, diags := catalog.Parse("metrics.yaml", []byte(`
format_version: 1
metrics:
- {name: http_requests_total, type: counter, labels: [code, instance, status]}
- {name: queue_length, type: gauge, labels: [instance]}
`))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if strings.Contains(c.Code, "unknown") || c.Code == "promql/metric-type" || c.Code == "dashboard/counter" {
		opts.Catalog = metrics
	}
	found, err := lint.Run(t.Context(), newBundle(t, objects), opts)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range found {
		out = append(out, d.Summary)
	}
	return out
}

// around returns the rest of a bundle in which an example stands, as the page
// tells it.
func around(code string) map[string]string {
	alerts := func(rules ...string) map[string]string {
		return map[string]string{"rules/around/g": group(rules...), "prometheus": "scrape_configs: []"}
	}
	switch code {
	case "dashboard/link":
		return map[string]string{"dashboard/f/node-overview": "{uid: node-overview, title: Node overview}"}
	case "inhibit/equal", "inhibit/no-alert":
		return alerts(
			`{alert: Down, expr: 'sum by (job) (x) > 9', labels: {severity: critical}}`,
			`{alert: Slow, expr: 'sum by (job) (x) > 5', labels: {severity: warning}}`,
		)
	case "inhibit/self":
		return alerts(`{alert: HostDown, expr: x > 1}`, `{alert: DatacenterDown, expr: y > 1}`)
	case "record/unused":
		return map[string]string{"dashboard/f/around": "{uid: around, title: Around}"}
	case "prometheus/targets":
		return map[string]string{"file/prometheus/targets/node/a.yaml": "[]"}
	case "route/default-only":
		return map[string]string{"alertmanager": `
route: {receiver: default, routes: [{matchers: [team="platform"]}]}
receivers: [{name: default}]
`}
	case "route/no-alert":
		return alerts(`{alert: A, expr: sum(x) > 1, labels: {team: platform}}`)
	case "route/template", "route/timing":
		return alerts(`{alert: A, expr: 'sum by (job) (x) > 1', labels: {severity: critical}}`)
	case "rules/external-label":
		return map[string]string{"prometheus": "global: {external_labels: {dc: tokyo}}"}
	}
	return nil
}

var fence = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// examples reads the code below a title of a page: a line of PromQL, a JSON
// value or a YAML document is a part.
func examples(t *testing.T, code, page, title string) []map[string]string {
	t.Helper()
	_, section, _ := strings.Cut(page, "\n## "+title+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var out []map[string]string
	for _, m := range fence.FindAllStringSubmatch(section, -1) {
		switch m[1] {
		case "yaml":
			var value any
			if err := yaml.Unmarshal([]byte(m[2]), &value); err != nil {
				t.Fatal(err)
			}
			out = append(out, yamlExample(t, value))
		case "json":
			out = append(out, jsonExamples(t, code, m[2])...)
		default:
			for line := range strings.Lines(strings.TrimSpace(m[2])) {
				out = append(out, queryExample(t, code, strings.TrimSpace(line)))
			}
		}
	}
	return out
}

func queryExample(t *testing.T, code, query string) map[string]string {
	t.Helper()
	if code == "dashboard/variable-query" {
		return dashboardExample(t, map[string]any{"templating": list(map[string]any{"name": "instance", "type": "query", "datasource": prometheusSource, "query": query})})
	}
	if strings.HasPrefix(code, "dashboard/") {
		return dashboardExample(t, map[string]any{"panels": []any{panelExample(map[string]any{"targets": []any{map[string]any{"expr": query}}})}})
	}
	return yamlExample(t, []any{map[string]any{"record": "job:example:sum", "expr": query}})
}

// yamlExample makes a bundle of rules, of groups, of a part of a configuration,
// or of what an alert has beside its expression.
func yamlExample(t *testing.T, value any) map[string]string {
	t.Helper()
	fields, _ := value.(map[string]any)
	has := func(name string) bool { _, ok := fields[name]; return ok }
	switch {
	case has("scrape_configs"):
		return map[string]string{"prometheus": text(t, fields)}
	case has("inhibit_rules") || has("routes") || has("route"):
		return map[string]string{"alertmanager": text(t, alertmanagerExample(fields))}
	case fields != nil:
		rule := map[string]any{"alert": "Example", "expr": "sum(up) == 0"}
		maps.Copy(rule, fields)
		value = []any{rule}
	}
	objects := map[string]string{}
	items, _ := value.([]any)
	if group, ok := items[0].(map[string]any); ok && group["rules"] != nil {
		for _, g := range items {
			objects["rules/n/"+g.(map[string]any)["name"].(string)] = text(t, g)
		}
		return objects
	}
	return map[string]string{"rules/n/g": text(t, map[string]any{"name": "g", "rules": items})}
}

// alertmanagerExample adds what a configuration has to have.
func alertmanagerExample(fields map[string]any) map[string]any {
	out := map[string]any{
		"global": map[string]any{"slack_api_url": "https://slack.example/x"},
		"route":  map[string]any{"receiver": "default"},
	}
	if routes, ok := fields["routes"]; ok {
		out["route"] = map[string]any{"receiver": "default", "routes": routes}
		fields = maps.Clone(fields)
		delete(fields, "routes")
	}
	maps.Copy(out, fields)
	names, intervals := map[string]bool{}, map[string]bool{}
	named(out["route"], names, intervals)
	if out["receivers"] == nil {
		out["receivers"] = objectsNamed(names, "webhook_configs", []any{})
	}
	if len(intervals) > 0 {
		out["time_intervals"] = objectsNamed(intervals, "time_intervals", []any{map[string]any{"weekdays": []any{"saturday", "sunday"}}})
	}
	return out
}

// named collects the receivers and time intervals that a route names.
func named(route any, receivers, intervals map[string]bool) {
	fields, _ := route.(map[string]any)
	if name, ok := fields["receiver"].(string); ok {
		receivers[name] = true
	}
	muted, _ := fields["mute_time_intervals"].([]any)
	for _, name := range muted {
		intervals[name.(string)] = true
	}
	routes, _ := fields["routes"].([]any)
	for _, r := range routes {
		named(r, receivers, intervals)
	}
}

func objectsNamed(names map[string]bool, field string, value any) []any {
	var out []any
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out = append(out, map[string]any{"name": name, field: value})
	}
	return out
}

// jsonExamples makes a dashboard of each value, but for those that are about
// two dashboards.
func jsonExamples(t *testing.T, code, source string) []map[string]string {
	t.Helper()
	var out []map[string]string
	d := json.NewDecoder(bytes.NewReader([]byte(source)))
	for {
		var value any
		if err := d.Decode(&value); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		objects := jsonExample(t, value)
		if code == "dashboard/duplicate-title" && len(out) > 0 {
			maps.Copy(out[0], objects)
			continue
		}
		out = append(out, objects)
	}
}

func jsonExample(t *testing.T, value any) map[string]string {
	t.Helper()
	fields, isMap := value.(map[string]any)
	has := func(name string) bool { _, ok := fields[name]; return ok }
	switch {
	case !isMap:
		return dashboardExample(t, map[string]any{"panels": value})
	case has("uid") || has("templating"):
		return dashboardExample(t, fields)
	case fields["type"] == "link":
		return dashboardExample(t, map[string]any{"links": []any{fields}})
	case fields["type"] == "query":
		return dashboardExample(t, map[string]any{"templating": list(fields)})
	case has("expr"):
		fields = map[string]any{"targets": []any{fields}}
	}
	return dashboardExample(t, map[string]any{"panels": []any{panelExample(fields)}})
}

var prometheusSource = map[string]any{"type": "prometheus", "uid": "$datasource"}

// panelExample adds the type, the data source and the queries that an example
// leaves out.
func panelExample(fields map[string]any) map[string]any {
	out := map[string]any{"type": "timeseries", "datasource": prometheusSource, "targets": []any{map[string]any{"expr": "x"}}}
	maps.Copy(out, fields)
	return out
}

// dashboardExample adds what every dashboard has, and the variables that the
// examples use.
func dashboardExample(t *testing.T, fields map[string]any) map[string]string {
	t.Helper()
	out := map[string]any{"uid": "example", "title": "Example", "templating": list(
		map[string]any{"name": "datasource", "type": "datasource", "query": "prometheus"},
		map[string]any{"name": "job", "type": "custom", "query": "a,b"},
		map[string]any{"name": "instance", "type": "custom", "query": "a,b"},
	)}
	if fields["panels"] == nil && fields["templating"] != nil {
		out["panels"] = []any{panelExample(nil)}
	}
	maps.Copy(out, fields)
	return map[string]string{"dashboard/f/" + out["uid"].(string): text(t, out)}
}

func list(variables ...any) map[string]any { return map[string]any{"list": variables} }

func text(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

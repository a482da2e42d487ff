package convert_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	amconfig "github.com/prometheus/alertmanager/config"
	promconfig "github.com/prometheus/prometheus/config"

	"github.com/monctl/monctl/pkg/bundle"
)

// TestScalarsByField: where the field that reads a scalar is known, so is what
// the scalar means, and nothing has to be asked.
func TestScalarsByField(t *testing.T) {
	for name, tc := range map[string]struct{ source, pointer, want string }{
		"time of day": {"route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals: [{name: n, time_intervals: [{times: [{start_time: 00:00, end_time: 24:00}], years: [2026:2028], months: [1:3]}]}]", "/time_intervals/0/time_intervals/0", `{"months":["1:3"],"times":[{"end_time":"24:00","start_time":"00:00"}],"years":["2026:2028"]}`},
		"name":        {"route: {receiver: off}\nreceivers: [{name: off}]", "/receivers/0", `{"name":"off"}`},
		"flag":        {"route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'https://secret.invalid/u', send_resolved: no, max_alerts: 0x10}]}]", "/receivers/0/webhook_configs/0", `{"max_alerts":16,"send_resolved":false,"url":"https://secret.invalid/u"}`},
		"labels":      {"groups: [{name: g, limit: 1.0, rules: [{alert: A, expr: 1.0, labels: {limit: 1.10, on: yes}, annotations: {since: 2026-01-01}}]}]", "/groups/0", `{"limit":1,"name":"g","rules":[{"alert":"A","annotations":{"since":"2026-01-01"},"expr":"1.0","labels":{"limit":"1.10","on":"yes"}}]}`},
		"relabelling": {"scrape_configs: [{job_name: 0777, honor_labels: yes, params: {module: [on]}, relabel_configs: [{target_label: env, replacement: 1_0}]}]", "/scrape_configs/0", `{"honor_labels":true,"job_name":"0777","params":{"module":["on"]},"relabel_configs":[{"replacement":"1_0","target_label":"env"}]}`},
	} {
		r, diags := run(t, "a.yaml", []byte(tc.source), options())
		if len(diags) > 0 {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		v, err := evaluate(t, r.Programs[0])
		if err != nil {
			t.Fatal(err)
		}
		part, _ := v.Lookup(tc.pointer)
		if got, err := bundle.Canonical(part); err != nil || string(got) != tc.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, tc.want, err)
		}
	}
	for name, source := range map[string]string{
		"in any value":      "route: {receiver: a}\nreceivers: [{name: a, pagerduty_configs: [{details: {n: 1.0}}]}]",
		"flag or text":      "route: {receiver: a}\nreceivers: [{name: a, email_configs: [{html: yes}]}]",
		"in a discovery":    "scrape_configs: [{job_name: a, consul_sd_configs: [{allow_stale: yes}]}]",
		"of a dialect":      "groups: [{name: g, concurrency: 1.0, rules: []}]",
		"no flag":           "route: {receiver: a, continue: 0777}\nreceivers: [{name: a}]",
		"beyond a double":   "route: {receiver: a}\nreceivers: [{name: a, telegram_configs: [{chat_id: 9007199254740993}]}]",
		"of no known field": `{"title": "T", "panels": [{"id": 9007199254740993}]}`,
	} {
		if _, diags := run(t, "a.yaml", []byte(source), options()); len(diags) != 1 || diags[0].Code != "convert/scalar" {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

// TestFieldsOfReaders holds what convert knows of fields against the types that
// Alertmanager and Prometheus read their configurations into.
func TestFieldsOfReaders(t *testing.T) {
	for _, tc := range []struct {
		of           reflect.Type
		begin, place string
	}{
		{reflect.TypeFor[amconfig.Config](), "route: {receiver: a}\nreceivers: [{name: a, x_configs: [{%s}]}]", "/receivers/0/x_configs/0"},
		{reflect.TypeFor[promconfig.Config](), "scrape_configs: [{job_name: a, x_configs: [{%s}]}]", "/scrape_configs/0/x_configs/0"},
	} {
		kinds := map[string]map[string]bool{}
		fieldKinds(tc.of, "", map[reflect.Type]bool{}, kinds)
		var source []string
		want := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			if len(kinds[name]) != 1 || name == "" || name == "labels" {
				continue
			}
			switch {
			case kinds[name]["bool"]:
				source, want[name] = append(source, name+": yes"), "true"
			case kinds[name]["number"]:
				source, want[name] = append(source, name+": 0x10"), "16"
			case kinds[name]["text"]:
				source, want[name] = append(source, name+": 1.0"), `"1.0"`
			}
		}
		if len(want) < 100 {
			t.Fatalf("%s has %d fields", tc.of, len(want))
		}
		r, diags := run(t, "a.yaml", fmt.Appendf(nil, tc.begin, strings.Join(source, ", ")), options())
		for _, d := range diags {
			if d.Code == "convert/scalar" {
				t.Errorf("%s: %s: %s", tc.of, d.Span, d.Summary)
			}
		}
		if len(r.Programs) == 0 {
			t.Fatalf("%s: %v", tc.of, diags)
		}
		v, err := evaluate(t, r.Programs[0])
		if err != nil {
			t.Fatal(err)
		}
		for name := range want {
			got, _ := v.Lookup(tc.place + "/" + bundle.EscapeToken(name))
			if text, err := bundle.Canonical(got); err != nil || string(text) != want[name] {
				t.Errorf("%s: %s becomes %s, want %s", tc.of, name, text, want[name])
			}
		}
	}
}

// fieldKinds notes for the fields of a type, by name, whether they are read as
// a bool, a number or a text; as "" where that is up to something else.
func fieldKinds(of reflect.Type, name string, seen map[reflect.Type]bool, kinds map[string]map[string]bool) {
	for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array}, of.Kind()) {
		of = of.Elem()
	}
	if of.Kind() == reflect.Struct {
		for i := 0; !seen[of] && i < of.NumField(); i++ {
			f := of.Field(i)
			key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if strings.Contains(options, "inline") {
				key = name
			}
			if key != "-" && (key != "" || options != "") {
				seen[of] = true
				fieldKinds(f.Type, key, seen, kinds)
				seen[of] = false
			}
		}
		return
	}
	kind := ""
	switch {
	case of.Kind() == reflect.String, of.Kind() == reflect.Int64 && strings.HasSuffix(strings.ToLower(of.String()), "duration"):
		kind = "text"
	case of.String() == of.Kind().String() && of.Kind() == reflect.Bool:
		kind = "bool"
	case of.String() == of.Kind().String() && of.Kind() != reflect.Interface:
		kind = "number"
	}
	if kinds[name] == nil {
		kinds[name] = map[string]bool{}
	}
	kinds[name][kind] = true
}

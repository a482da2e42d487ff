package schema_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/schema"
)

func policyFindings(diags diag.List) []string {
	var out []string
	for _, d := range diags {
		line := fmt.Sprintf("%s %s %s#%s: %s", d.Severity, d.Code, d.Object, d.Pointer, d.Summary)
		if d.Hint != "" {
			line += " | " + d.Hint
		}
		for _, r := range d.Related {
			line += fmt.Sprintf(" | %s %s", r.Message, r.Span)
		}
		out = append(out, line)
	}
	return out
}

func TestPolicies(t *testing.T) {
	b := newBundle(t,
		object(t, "rules/n/g", `
name: g
interval: 30s
rules:
- {alert: Good, expr: up == 0, for: 5m, labels: {severity: critical, team: db, more: x}, annotations: {runbook_url: 'https://runbooks.example.org/Good'}}
- {alert: Bad, expr: up == 0, labels: {severity: crit}, annotations: {runbook_url: 'http://x'}}
- {alert: Bare, expr: up == 0}
- {record: 'a:b', expr: up}
`),
		object(t, "alertmanager", `
route: {receiver: team-a, routes: [{receiver: pager, matchers: [a=b], routes: [{receiver: x, continue: true}]}]}
receivers: [{name: team-a}, {name: pager}]
`),
		object(t, "dashboard/f/u", `{uid: u, title: t, panels: [{type: row, panels: [{type: graph, title: p}]}]}`),
		object(t, "prometheus", `scrape_configs: [{job_name: a, scrape_interval: 5s}]`),
	)
	policies, diags := schema.LoadPolicies([]cuelang.File{
		{Name: "policies/rules.cue", Data: []byte(`package policies

import "strings"

#Severity: "critical" | "warning" | "info"

#AlertingRule: {
	// The pager knows these alone.
	labels: severity: #Severity
	labels: team!: "db" | "web"
	annotations: runbook_url?: =~"^https://runbooks.example.org/"
	for?: string
}
#RecordingRule: record: strings.MinRunes(4)
#RuleGroup: {interval: "1m"} @severity(info)
`)},
		{Name: "policies/rest.cue", Data: []byte(`package policies

#Route: continue?: false
#Receiver: name: =~"^team-" @severity(warning)
#Panel: type: !="graph"
#Dashboard: {templating: list: [_, ...]}
#ScrapeJob: scrape_interval: "15s" | "30s"
`)},
	})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	found, err := policies.Check(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"error policy/violation alertmanager#/route/routes/0/routes/0/continue: route [0][0]: continue is true, the policy wants false | the policy says policies/rest.cue:3:9",
		`warning policy/violation alertmanager#/receivers/1/name: receiver "pager": name is "pager", the policy wants =~"^team-" | the policy says policies/rest.cue:4:12`,
		`error policy/violation dashboard/f/u#: dashboard "t": templating.list is missing, the policy wants [_, ...] | the policy says policies/rest.cue:6:26`,
		`error policy/violation dashboard/f/u#/panels/0/panels/0/type: panel "p": type is "graph", the policy wants !="graph" | the policy says policies/rest.cue:5:9`,
		`error policy/violation prometheus#/scrape_configs/0/scrape_interval: scrape job "a": scrape_interval is "5s", the policy wants "15s" | "30s" | the policy says policies/rest.cue:7:13`,
		`info policy/violation rules/n/g#/interval: rule group "g": interval is "30s", the policy wants "1m" | the policy says policies/rules.cue:15:14`,
		`error policy/violation rules/n/g#/rules/1/labels: alert "Bad": labels.team is missing, the policy wants "db" | "web" | the policy says policies/rules.cue:10:10`,
		`error policy/violation rules/n/g#/rules/1/labels/severity: alert "Bad": labels.severity is "crit", the policy wants "critical" | "warning" | "info" | The pager knows these alone. | the policy says policies/rules.cue:9:10`,
		`error policy/violation rules/n/g#/rules/1/annotations/runbook_url: alert "Bad": annotations.runbook_url is "http://x", the policy wants =~"^https://runbooks.example.org/" | the policy says policies/rules.cue:11:15`,
		`error policy/violation rules/n/g#/rules/2: alert "Bare": labels.severity is missing, the policy wants "critical" | "warning" | "info" | The pager knows these alone. | the policy says policies/rules.cue:9:10`,
		`error policy/violation rules/n/g#/rules/2: alert "Bare": labels.team is missing, the policy wants "db" | "web" | the policy says policies/rules.cue:10:10`,
		`error policy/violation rules/n/g#/rules/3/record: recording rule "a:b": record is "a:b", the policy wants strings.MinRunes(4) | the policy says policies/rules.cue:14:17`,
	}
	if diff := cmp.Diff(want, policyFindings(found)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// What a policy can say beside a plain constraint of a field.
func TestPolicyForms(t *testing.T) {
	b := newBundle(t, object(t, "rules/n/g", `
name: g
rules:
- {alert: A, expr: up == 0, labels: {severity: critical, team: db, extra: x}, annotations: {summary: s}}
`))
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{
			"condition, missing", `
	labels: severity: string
	if labels.severity == "critical" {
		// Pagers need it.
		annotations: runbook_url: =~"^https:" @severity(warning)
	}`,
			[]string{`warning policy/violation rules/n/g#/rules/0/annotations: alert "A": annotations.runbook_url is missing, the policy wants =~"^https:" | Pagers need it. | the policy says p.cue:6:16`},
		},
		{
			"condition, other", `
	labels: severity: string
	if labels.severity == "critical" {
		labels: team: "web"
	}`,
			[]string{`error policy/violation rules/n/g#/rules/0/labels/team: alert "A": labels.team: conflicting values "web" and "db" | the policy says p.cue:5:17`},
		},
		{
			"forbidden field", `
	labels: extra?: _|_
	annotations: summary?: _|_`,
			[]string{
				`error policy/violation rules/n/g#/rules/0/labels/extra: alert "A": labels.extra is there, the policy forbids it | the policy says p.cue:3:18`,
				`error policy/violation rules/n/g#/rules/0/annotations/summary: alert "A": annotations.summary is there, the policy forbids it | the policy says p.cue:4:25`,
			},
		},
		{
			"forbidden pattern", `
	labels: [!~"^(severity|team)$"]: _|_`,
			[]string{`error policy/violation rules/n/g#/rules/0/labels/extra: alert "A": labels.extra is there, the policy forbids it | the policy says p.cue:3:35`},
		},
		{
			"forbidden with a reason", `
	labels: extra?: error("nobody reads it")`,
			[]string{`error policy/violation rules/n/g#/rules/0/labels/extra: alert "A": labels.extra: nobody reads it | the policy says p.cue:3:10`},
		},
		{
			"closed", `
	labels: close({severity: string, team: string})`,
			[]string{`error policy/violation rules/n/g#/rules/0/labels/extra: alert "A": labels.extra: field not allowed | the policy says p.cue:3:2`},
		},
		{
			"alternatives", `
	labels: {severity: "critical", team: "web"} | {severity: "info"}`,
			[]string{`error policy/violation rules/n/g#/rules/0/labels: alert "A": labels is an object of 3 fields, the policy wants { severity: "critical" team: "web" } | { severity: "info" } | the policy says p.cue:3:2`},
		},
		{
			"severity around", `
	labels: {
		@severity(info)
		owner!: string
		team:   "web" @severity(warning)
	}`,
			[]string{
				`info policy/violation rules/n/g#/rules/0/labels: alert "A": labels.owner is missing, the policy wants string | the policy says p.cue:5:3`,
				`warning policy/violation rules/n/g#/rules/0/labels/team: alert "A": labels.team is "db", the policy wants "web" | the policy says p.cue:6:3`,
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			policies, diags := schema.LoadPolicies([]cuelang.File{{Name: "p.cue", Data: []byte("package policies\n#AlertingRule: {" + tc.text + "\n}\n")}})
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			found, err := policies.Check(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, policyFindings(found)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPoliciesThatAreNone(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"syntax", "#Route: {\n", []string{"error policy/syntax #: expected '}', found 'EOF'"}},
		{"reference", "#Route: receiver: _names\n", []string{`error policy/syntax #: #Route.receiver: reference "_names" not found`}},
		{"kind", "#AlertRule: labels: x: string\n#Team: \"a\" | \"b\"\n", []string{`warning policy/unknown-kind #: nothing is held against #AlertRule | did you mean "#AlertingRule"?`}},
		{"severity", "#Route: {receiver: string} @severity(bad)\n", []string{`error policy/syntax #: unknown severity "bad": want error, warning or info`}},
		{"severity of a field", "#Route: receiver: string @severity(bad)\n", []string{`error policy/syntax #: unknown severity "bad": want error, warning or info`}},
		{"import", "import \"example.com/x\"\n#Route: x.#Route\n", []string{`error policy/syntax #: import "example.com/x" is not of CUE's standard library | what is shared stands in another file of the same folder, as a definition of a name of its own`}},
		{"hidden package", "import \"list\"\n#Dashboard: templating: list: list.MinItems(1)\n", []string{`error policy/syntax #: imported and not used: "list" | where a field is called list, the name does not mean the package: write the field in quotes, "list"`}},
		{"hidden package, used elsewhere", "import \"list\"\n#Dashboard: {tags: list.MinItems(1), templating: list: list.MinItems(1)}\n", []string{`error policy/syntax #: #Dashboard.templating.list: cannot call non-function list.MinItems (type _|_) | where a field is called list, the name does not mean the package: write the field in quotes, "list"`}},
		{"contradiction", "#Route: receiver: \"a\" & \"b\"\n", []string{`error policy/syntax #: #Route.receiver: conflicting values "b" and "a"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, diags := schema.LoadPolicies([]cuelang.File{{Name: "p.cue", Data: []byte(tc.text)}})
			if diff := cmp.Diff(tc.want, policyFindings(diags)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

package lint_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
)

// newBundle makes a bundle of texts by reference.
func newBundle(t *testing.T, objects map[string]string) *bundle.Bundle {
	t.Helper()
	var list []bundle.Object
	for ref, text := range objects {
		r, err := bundle.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind.IsRaw() {
			list = append(list, bundle.NewRawObject(r, []byte(text), nil))
			continue
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

// group makes the text of a rule group, a rule a line.
func group(rules ...string) string {
	return "name: g\nrules:\n- " + strings.Join(rules, "\n- ") + "\n"
}

// check compares what one check finds, a line "pointer: summary" each, with a
// severity in front where it is not the check's own.
func check(t *testing.T, code string, objects map[string]string, want ...string) {
	t.Helper()
	checkWith(t, code, lint.Options{}, objects, want...)
}

// checkWith is check with options.
func checkWith(t *testing.T, code string, opts lint.Options, objects map[string]string, want ...string) {
	t.Helper()
	i := slices.IndexFunc(lint.Checks(), func(c lint.Check) bool { return c.Code == code })
	if i < 0 {
		t.Fatalf("there is no check %s", code)
	}
	c := lint.Checks()[i]
	opts.Checks, opts.OptIn = []lint.Check{c}, map[string]bool{code: true}
	diags, err := lint.Run(t.Context(), newBundle(t, objects), opts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diags {
		line := d.Pointer + ": " + d.Summary
		if d.Severity != c.Severity {
			line = d.Severity.String() + " " + line
		}
		got = append(got, line)
		if d.Code != code || d.Span.File == "" || d.Object == "" {
			t.Errorf("finding without its code, place or object: %+v", d)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings of %s (-want +got):\n%s", code, diff)
	}
}

// rules is a bundle of one group.
func rules(lines ...string) map[string]string { return map[string]string{"rules/n/g": group(lines...)} }

func TestABrokenPartGetsNoOpinion(t *testing.T) {
	diags, err := lint.Run(t.Context(), newBundle(t, map[string]string{
		"rules/n/g":    group(`{alert: A, expr: 'sum('}`),
		"rules/n/h":    "name: [a]\nrules: {}\n",
		"alertmanager": "route: {receiver: x}\nreceivers: [{name: y}]\n",
		"prometheus":   "scrape_configs: {}\n",
	}), lint.Options{})
	if err != nil || len(diags) != 0 {
		t.Errorf("error %v, findings: %v", err, diags)
	}
}

func TestSeverity(t *testing.T) {
	b := newBundle(t, rules(`{alert: A, expr: up == 0, for: 5m, annotations: {summary: s, description: d}}`))
	for _, tc := range []struct {
		severity map[string]string
		want     string
	}{
		{nil, "info alert/runbook, warning alert/severity"},
		{map[string]string{"alert/severity": "off", "alert/runbook": "error"}, "error alert/runbook"},
		{map[string]string{"alert/severity": "off", "alert/runbook": "off"}, ""},
	} {
		diags, err := lint.Run(t.Context(), b, lint.Options{Severity: tc.severity})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range diags {
			got = append(got, d.Severity.String()+" "+d.Code)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("with %v (-want +got):\n%s", tc.severity, diff)
		}
	}
}

func TestApplyKeepsErrors(t *testing.T) {
	in := diag.List{{Code: "promql/syntax"}, {Code: "dashboard/type", Severity: diag.Warning}, {Code: "dashboard/uid", Severity: diag.Warning}}
	got := lint.Apply(in, map[string]string{"promql/syntax": "off", "dashboard/type": "off", "dashboard/uid": "error"})
	want := diag.List{{Code: "promql/syntax"}, {Code: "dashboard/uid"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestRunStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lint.Run(ctx, newBundle(t, rules(`{alert: A, expr: x}`)), lint.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

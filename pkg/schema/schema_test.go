package schema_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/schema"
)

// object makes an object of YAML text or, for raw kinds, of the text itself.
func object(t *testing.T, ref, text string) bundle.Object {
	t.Helper()
	r, err := bundle.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	if r.Kind.IsRaw() {
		return bundle.NewRawObject(r, []byte(text), bundle.NewOrigin(diag.Span{File: r.Name}, nil))
	}
	docs, diags := bundle.DecodeYAML(ref, []byte(text))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatalf("test input %s: %d documents, %v", ref, len(docs), diags)
	}
	o, err := bundle.NewObject(r, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newBundle(t *testing.T, objects ...bundle.Object) *bundle.Bundle {
	t.Helper()
	b, diags := bundle.New("tokyo", objects)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

func TestValidateJudgesEveryKind(t *testing.T) {
	b := newBundle(t,
		object(t, "rules/node/cpu", "name: cpu\nrules:\n- alert: A\n  expr: sum(\n"),
		object(t, "rules/node/fine", "name: fine\nrules: [{alert: A, expr: up == 0}]\n"),
		object(t, "alertmanager", "route: {receiver: a}\nreceivers: [{name: b}]\n"),
		object(t, "prometheus", "scrape_configs: [{job_nam: a}]\n"),
		object(t, "dashboard/ops/u", "uid: u\ntitle: t\ntags: x\n"),
		object(t, "dashboard/dev/u", "uid: u\ntitle: t\n"),
		object(t, "template/x.tmpl", "{{ define \"a\" }}{{ nope }}{{ end }}"),
		object(t, "file/prometheus/targets/a.yaml", "anything"),
	)
	diags, err := schema.Validate(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diags {
		got = append(got, fmt.Sprintf("%s %s %s %s:%d", d.Env, d.Code, d.Object+"#"+d.Pointer, d.Span.File, d.Span.Start.Line))
	}
	want := []string{
		"tokyo alertmanager/receiver alertmanager#/route/receiver alertmanager:1",
		"tokyo dashboard/uid dashboard/ops/u#/uid dashboard/ops/u:1",
		"tokyo dashboard/type dashboard/ops/u#/tags dashboard/ops/u:3",
		"tokyo prometheus/unknown-field prometheus#/scrape_configs/0/job_nam prometheus:1",
		"tokyo promql/syntax rules/node/cpu#/rules/0/expr rules/node/cpu:4",
		"tokyo alertmanager/template template/x.tmpl# x.tmpl:1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestValidateIsDeterministic(t *testing.T) {
	var objects []bundle.Object
	for i := range 50 {
		objects = append(objects, object(t, fmt.Sprintf("rules/n/g%d", i),
			fmt.Sprintf("name: g%d\nrules: [{alert: A, expr: 'sum(', labels: {a: '{{ x }}', b: '{{ y }}'}, annotations: {'': z}}]\n", i)))
	}
	b := newBundle(t, objects...)
	first, err := schema.Validate(t.Context(), b)
	if err != nil || len(first) != 200 {
		t.Fatalf("%d findings, error %v; want 200", len(first), err)
	}
	for range 5 {
		again, err := schema.Validate(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(first, again, func(a, b diag.Diagnostic) bool { return a.Compare(b) == 0 }) {
			t.Fatalf("findings differ:\n%v\n%v", first, again)
		}
	}
}

func TestValidateStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := schema.Validate(ctx, newBundle(t, object(t, "rules/n/g", "name: g\nrules: []\n")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

func TestValidatorKnowsWhatWasFlawless(t *testing.T) {
	sound := object(t, "rules/n/sound", "name: sound\nrules: [{record: a:b, expr: up}]\n")
	broken := object(t, "rules/n/broken", "name: broken\nrules: [{record: a:b, expr: 'sum('}]\n")
	mended := object(t, "rules/n/broken", "name: broken\nrules: [{record: a:b, expr: sum(up)}]\n")
	var v schema.Validator
	for i, step := range []struct {
		bundle *bundle.Bundle
		errors int
	}{
		{newBundle(t, sound, broken), 1},
		{newBundle(t, sound, broken), 1}, // found anew
		{newBundle(t, sound, mended), 0},
		{newBundle(t, sound, broken), 1},
	} {
		diags, err := v.Validate(t.Context(), step.bundle)
		if err != nil || len(diags) != step.errors {
			t.Errorf("step %d: %v, %v, want %d findings", i, diags, err, step.errors)
		}
	}
}

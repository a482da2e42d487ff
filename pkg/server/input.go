package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/secret"
	"github.com/monctl/monctl/pkg/server/am"
	"github.com/monctl/monctl/pkg/server/prom"
)

// emptyPrometheus is what runs without a prometheus object.
const emptyPrometheus = "global: {}\n"

// input is a bundle as the engines take it: with its secrets. It is never
// stored, logged or answered.
type input struct {
	metrics prom.Input
	alerts  am.Input
	// unresolved are the uses of secrets without a value.
	unresolved []bundle.SecretUse
	redact     *strings.Replacer
}

// emptyInput is what runs before the first revision.
func (s *Server) emptyInput() *input {
	in := &input{metrics: prom.Input{Config: []byte(emptyPrometheus)}, redact: strings.NewReplacer()}
	in.locate(s.files, activeDir)
	return in
}

// locate sets where the files lie that the configurations name.
func (in *input) locate(l *layout, base string) {
	in.metrics.Dir = l.path(base, "prometheus")
	in.alerts.Dir = l.path(base, "alertmanager")
}

// resolve makes the input of a bundle. The diagnostics have an error for each
// use of a secret without a value, or a warning if those are held back.
func (s *Server) resolve(ctx context.Context, b *bundle.Bundle) (*input, diag.List, error) {
	// What is known has no secrets.
	fresh := b.Select(func(o bundle.Object) bool { return !s.plain.has(o) })
	uses, err := fresh.Secrets()
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, u := range uses {
		names = append(names, string(u.Secret))
	}
	values, missing, err := secret.Resolve(ctx, s.opts.Secrets, names)
	if err != nil {
		return nil, nil, err
	}
	in := &input{redact: redactor(values)}
	var list diag.List
	for _, u := range uses {
		if !slices.Contains(missing, string(u.Secret)) {
			continue
		}
		in.unresolved = append(in.unresolved, u)
		s.reportUnresolved(&list, b, u)
	}
	if list.HasErrors() {
		return nil, list, nil
	}
	resolved, err := fresh.Resolve(func(ref bundle.SecretRef) (string, error) {
		if value, ok := values[string(ref)]; ok {
			return value, nil
		}
		return "", bundle.ErrKeepPlaceholder
	})
	if err != nil {
		return nil, nil, err
	}
	in.alerts.Unresolved = missing
	in.alerts.Templates = map[string][]byte{}
	in.metrics.Config = []byte(emptyPrometheus)
	secretive := map[bundle.Ref]bool{}
	for _, u := range uses {
		secretive[u.Object] = true
	}
	plain := map[plainKey][]byte{}
	for _, o := range b.Objects() {
		text, known := s.plain.yaml(o)
		if !known && runs(o.Ref.Kind) {
			if text, err = resolved.YAML(o.Ref); err != nil {
				return nil, nil, err
			}
		}
		if err := in.add(o.Ref, text); err != nil {
			return nil, nil, err
		}
		if !o.Ref.Kind.IsRaw() && !secretive[o.Ref] {
			plain[keyOf(o)] = text
		}
	}
	s.plain.keep(plain)
	in.locate(s.files, activeDir)
	return in, list, nil
}

func (s *Server) reportUnresolved(list *diag.List, b *bundle.Bundle, u bundle.SecretUse) {
	report, consequence := list.Errorf, ""
	if s.opts.HoldBack {
		report, consequence = list.Warnf, "; what uses it is held back"
	}
	var span diag.Span
	if o, ok := b.Get(u.Object); ok {
		span = o.Origin.At(u.Pointer)
	}
	d := report("secret/unresolved", span, "secret %q has no value%s", u.Secret, consequence)
	d.Object, d.Pointer = u.Object.String(), u.Pointer
	d.Hint = fmt.Sprintf("set %s for the server, or put the value into its directory of secrets", secret.EnvironmentName(string(u.Secret)))
}

// runs reports whether an engine is given objects of a kind.
func runs(k bundle.Kind) bool { return k != bundle.Dashboard && k != bundle.File }

// add gives an object to the engine that runs it.
func (in *input) add(ref bundle.Ref, text []byte) error {
	switch ref.Kind {
	case bundle.Rules:
		in.metrics.Groups = append(in.metrics.Groups, prom.RuleGroup{Namespace: ref.Space, Name: ref.Name, YAML: text})
	case bundle.Prometheus:
		in.metrics.Config = text
	case bundle.Alertmanager:
		in.alerts.Config = text
	case bundle.Template:
		in.alerts.Templates[ref.Name] = text
	case bundle.Dashboard, bundle.File:
	default:
		return fmt.Errorf("object %s: nothing runs that", ref)
	}
	return nil
}

// minRedacted is the length below which a value is too likely to be part of an
// ordinary word for its removal to leave anything readable.
const minRedacted = 4

// redactor returns what takes values out of a text.
func redactor(values map[string]string) *strings.Replacer {
	var texts []string
	for _, v := range values {
		if len(v) >= minRedacted {
			texts = append(texts, v)
		}
	}
	// The longest first: one may be part of another.
	slices.SortFunc(texts, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, t := range slices.Compact(texts) {
		pairs = append(pairs, t, "<secret>")
	}
	return strings.NewReplacer(pairs...)
}

// clean takes secrets out of findings and gives them spans.
func (in *input) clean(list diag.List, b *bundle.Bundle) diag.List {
	out := slices.Clone(list)
	for i := range out {
		d := &out[i]
		d.Summary, d.Detail, d.Hint = in.redact.Replace(d.Summary), in.redact.Replace(d.Detail), in.redact.Replace(d.Hint)
		d.Related = slices.Clone(d.Related)
		for j := range d.Related {
			d.Related[j].Message = in.redact.Replace(d.Related[j].Message)
		}
		if ref, err := bundle.ParseRef(d.Object); err == nil && b != nil && d.Span.IsZero() {
			if o, ok := b.Get(ref); ok {
				d.Span = o.Origin.At(d.Pointer)
			}
		}
	}
	return out
}

// cleanError takes secrets out of an error. It then has no cause any more,
// except that it was a cancellation.
func (in *input) cleanError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if text := in.redact.Replace(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// missing returns the names of the secrets without a value, sorted.
func (in *input) missing() []string {
	names := []string{}
	for _, u := range in.unresolved {
		names = append(names, string(u.Secret))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

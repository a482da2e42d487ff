package schema

import (
	"context"
	"runtime"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/verdict"
)

// Validate returns the findings on a bundle, sorted. Objects are judged in
// parallel. The error means that ctx is done or an object's body is damaged.
func Validate(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	return NewMemory(nil).Validate(ctx, b)
}

// Validate is the function Validate, which leaves out what the memory holds.
func (m *Memory) Validate(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	return m.ValidateFor(ctx, b, promconf.Dialect{})
}

// ValidateFor is Validate for a bundle whose rules a dialect's program reads.
func (m *Memory) ValidateFor(ctx context.Context, b *bundle.Bundle, d promconf.Dialect) (diag.List, error) {
	objects := b.Objects()
	found := make([]diag.List, len(objects))
	failed := make([]error, len(objects))
	var wait sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), max(len(objects), 1)) {
		wait.Go(func() {
			for i := range next {
				found[i], failed[i] = m.judge(ctx, b, d, objects[i])
			}
		})
	}
	for i := range objects {
		next <- i
	}
	close(next)
	wait.Wait()
	var diags diag.List
	for i := range objects {
		if failed[i] != nil {
			return nil, failed[i]
		}
		diags = append(diags, found[i]...)
	}
	diags = append(diags, duplicateUIDs(b)...)
	return diags.WithEnv(b.Env()).Sort(), nil
}

func (m *Memory) judge(ctx context.Context, b *bundle.Bundle, d promconf.Dialect, o bundle.Object) (diag.List, error) {
	key := keyOf(b, d, o)
	if m.has(key) {
		return nil, ctx.Err()
	}
	diags, err := judge(ctx, b, m.rules, d, o)
	if err == nil && len(diags) == 0 {
		m.put(key)
	}
	return diags, err
}

func judge(ctx context.Context, b *bundle.Bundle, rules *promconf.Judge, d promconf.Dialect, o bundle.Object) (diag.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch o.Ref.Kind {
	case bundle.Rules:
		return rules.RulesFor(ctx, d, o)
	case bundle.Prometheus:
		return promconf.ConfigFor(ctx, d, o)
	case bundle.Alertmanager:
		return routing.Judge(ctx, o, b.OfKind(bundle.Template))
	case bundle.Dashboard:
		return dashboard.Judge(ctx, o)
	case bundle.Template:
		if len(b.OfKind(bundle.Alertmanager)) > 0 {
			return nil, nil // judged with the configuration
		}
		return routing.JudgeTemplates(b.OfKind(bundle.Template), o), nil
	case bundle.File:
		return nil, nil
	}
	return nil, nil
}

// duplicateUIDs finds dashboards that would overwrite each other: a uid is
// unique within Grafana, whatever the folder.
func duplicateUIDs(b *bundle.Bundle) diag.List {
	var diags diag.List
	first := map[string]bundle.Object{}
	for _, o := range b.OfKind(bundle.Dashboard) {
		uid := o.Ref.Name
		if other, ok := first[uid]; ok {
			d := verdict.Errorf(&diags, o, "dashboard/uid", "/uid", "uid %q is that of a dashboard in folder %q, too", uid, other.Ref.Space)
			d.Hint = "a uid is unique within Grafana; give this dashboard another one"
			d.Related = []diag.Related{{Message: "the other dashboard", Span: other.Origin.At("/uid")}}
			continue
		}
		first[uid] = o
	}
	return diags
}

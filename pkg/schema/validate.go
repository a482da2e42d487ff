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

// Validator judges bundles one after the other. It judges no rule group and no
// dashboard twice that it has found flawless, since what is said of them
// depends on their bodies alone; findings are found anew, for the sake of their
// places. The zero Validator is ready, and safe for concurrent use.
type Validator struct {
	mu       sync.Mutex
	flawless map[judged]struct{}
}

type judged struct {
	ref  bundle.Ref
	body bundle.Hash
}

// Validate is that of a Validator that has seen nothing yet.
func Validate(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	return new(Validator).Validate(ctx, b)
}

// Validate returns the findings on a bundle, sorted. Objects are judged in
// parallel. The error means that ctx is done or an object's body is damaged.
func (v *Validator) Validate(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	objects := b.Objects()
	found := make([]diag.List, len(objects))
	failed := make([]error, len(objects))
	var wait sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), max(len(objects), 1)) {
		wait.Go(func() {
			for i := range next {
				found[i], failed[i] = v.judge(ctx, b, objects[i])
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

// judge asks about an object, unless its verdict is known.
func (v *Validator) judge(ctx context.Context, b *bundle.Bundle, o bundle.Object) (diag.List, error) {
	alone := o.Ref.Kind == bundle.Rules || o.Ref.Kind == bundle.Dashboard
	key := judged{o.Ref, o.Body.Hash()}
	if alone && v.isFlawless(key) {
		return nil, nil
	}
	diags, err := judge(ctx, b, o)
	if alone && err == nil && len(diags) == 0 {
		v.keep(key)
	}
	return diags, err
}

func (v *Validator) isFlawless(key judged) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.flawless[key]
	return ok
}

func (v *Validator) keep(key judged) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.flawless == nil {
		v.flawless = map[judged]struct{}{}
	}
	v.flawless[key] = struct{}{}
}

func judge(ctx context.Context, b *bundle.Bundle, o bundle.Object) (diag.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch o.Ref.Kind {
	case bundle.Rules:
		return promconf.JudgeRules(ctx, o)
	case bundle.Prometheus:
		return promconf.JudgeConfig(ctx, o)
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

package promeval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/monctl/monctl/pkg/expr"
)

// Plain is the plain way to evaluate, which an Evaluation is held against: as
// promtool does, upstream's rule groups, tick by tick, on the embedded TSDB.
// Nothing is skipped, put off or kept, and no code is shared with an Evaluation
// but the order of the groups.
type Plain struct {
	db     *tsdb.DB
	engine *promql.Engine
	groups []*plainGroup
	input  []Column
	when   *Schedule
	// sent is what the rules have sent at the last tick.
	sent []ActiveAlert
}

type plainGroup struct {
	*rules.Group
	group *group
	first int // the position of the first rule
}

// NewPlain returns a plain evaluation before its first tick. It keeps its files
// below dir, which the caller removes; the caller also closes it.
func NewPlain(ctx context.Context, o Options, dir string) (*Plain, error) {
	db, err := openPlain(dir)
	if err != nil {
		return nil, fmt.Errorf("open a TSDB: %w", err)
	}
	p := &Plain{db: db, when: o.Schedule, input: slices.Clone(o.Series)}
	opts := o.Engine.options
	opts.Parser = queryParser(o.Engine.features)
	p.engine = promql.NewEngine(opts)
	files := o.Engine.files
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(p.engine, db), Appendable: db, Context: ctx,
		NotifyFunc: p.notify, ResendDelay: resendDelay, Logger: slog.New(slog.DiscardHandler),
		GroupLoader: plainLoader{files, o.Engine.features}, Parser: o.Engine.features.Parser(),
	})
	for _, f := range files {
		loaded, errs := manager.LoadGroups(time.Minute, o.ExternalLabels, o.ExternalURL, nil, f.ignoreUnknown, f.name)
		if len(errs) > 0 {
			return nil, errors.Join(append(errs, p.Close())...)
		}
		for _, g := range f.groups {
			p.groups = append(p.groups, &plainGroup{Group: loaded[rules.GroupKey(f.name, g.name)], group: g})
		}
	}
	slices.SortStableFunc(p.groups, func(a, b *plainGroup) int {
		return cmp.Compare(o.Engine.order[a.group.name], o.Engine.order[b.group.name])
	})
	position := 0
	for _, g := range p.groups {
		g.first = position
		position += len(g.Rules())
		for _, r := range g.Rules() {
			if a, ok := r.(*rules.AlertingRule); ok {
				a.SetRestored(true)
			}
		}
	}
	return p, nil
}

// openPlain opens a TSDB as util/teststorage does, without the log on disk.
func openPlain(dir string) (*tsdb.DB, error) {
	opts := tsdb.DefaultOptions()
	opts.MinBlockDuration, opts.MaxBlockDuration = headChunkRange, headChunkRange
	opts.RetentionDuration, opts.OutOfOrderTimeWindow = 0, 0
	opts.WALSegmentSize, opts.StripeSize = -1, 16
	return tsdb.Open(dir, nil, nil, opts, tsdb.NewDBStats())
}

// plainLoader hands parsed files to upstream's manager.
type plainLoader struct {
	files    []*RuleFile
	features expr.Features
}

// Load implements rules.GroupLoader.
func (l plainLoader) Load(name string, ignoreUnknown bool, scheme model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	for _, f := range l.files {
		if f.name == name {
			return rulefmt.Parse(f.content, ignoreUnknown, scheme, l.features.Parser(), slog.New(slog.DiscardHandler))
		}
	}
	return nil, []error{fmt.Errorf("no rule file %q", name)}
}

// Parse implements rules.GroupLoader.
func (l plainLoader) Parse(text string) (parser.Expr, error) {
	return l.features.Parser().ParseExpr(text)
}

// Close releases the TSDB and the engine.
func (p *Plain) Close() error { return errors.Join(p.db.Close(), p.engine.Close()) }

// Tick is Evaluation.Tick.
func (p *Plain) Tick(ctx context.Context, ts time.Time) ([]*RuleError, error) {
	if err := p.load(ctx, timestamp.FromTime(ts)); err != nil {
		return nil, err
	}
	p.sent = nil
	var failed []*RuleError
	for _, g := range p.groups {
		if !p.when.due(g.group, ts) {
			continue
		}
		g.Eval(ctx, ts)
		for i, r := range g.Rules() {
			if err := r.LastError(); err != nil {
				failed = append(failed, &RuleError{
					File: g.File(), Group: g.Name(), Rule: r.Name(), Alerting: g.group.rules[i].alerting, At: ts, Err: err,
				})
			}
		}
	}
	return failed, ctx.Err()
}

func (p *Plain) load(ctx context.Context, t int64) error {
	app := p.db.AppenderV2(ctx)
	for i := range p.input {
		c := &p.input[i]
		for len(c.Times) > 0 && c.Times[0] <= t {
			if _, err := app.Append(0, c.Labels, 0, c.Times[0], c.Floats[0], nil, c.histogramAt(0), storage.AOptions{}); err != nil {
				return errors.Join(&InputError{Index: i, Labels: c.Labels, Err: err}, app.Rollback())
			}
			c.Times, c.Floats = c.Times[1:], c.Floats[1:]
			if c.Histograms != nil {
				c.Histograms = c.Histograms[1:]
			}
		}
	}
	return app.Commit()
}

// Active is Evaluation.Active.
func (p *Plain) Active() []ActiveAlert {
	var out []ActiveAlert
	for _, g := range p.groups {
		for i, r := range g.Rules() {
			a, ok := r.(*rules.AlertingRule)
			if !ok {
				continue
			}
			text := a.Query().String()
			a.ForEachActiveAlert(func(x *rules.Alert) {
				one := plainAlert(x, text)
				one.Rule = g.first + i
				out = append(out, one)
			})
		}
	}
	slices.SortStableFunc(out, func(a, b ActiveAlert) int {
		return cmp.Or(labels.Compare(a.Labels, b.Labels), cmp.Compare(a.Expr, b.Expr))
	})
	return out
}

func plainAlert(a *rules.Alert, expr string) ActiveAlert {
	annotations := a.Annotations
	return ActiveAlert{
		Labels: a.Labels, State: AlertState(a.State.String()), Expr: expr,
		ActiveAt: a.ActiveAt, FiredAt: a.FiredAt, ResolvedAt: a.ResolvedAt, KeepFiringSince: a.KeepFiringSince,
		Annotations: func(context.Context) labels.Labels { return annotations },
	}
}

// notify is what the rules send with.
func (p *Plain) notify(_ context.Context, expr string, alerts ...*rules.Alert) {
	for _, a := range alerts {
		p.sent = append(p.sent, plainAlert(a, expr))
	}
}

// Query is Evaluation.Query.
func (p *Plain) Query(ctx context.Context, expr string, ts time.Time) (promql.Vector, error) {
	return rules.EngineQueryFunc(p.engine, p.db)(ctx, expr, ts)
}

// Queryable is Evaluation.Queryable.
func (p *Plain) Queryable() storage.Queryable { return p.db }

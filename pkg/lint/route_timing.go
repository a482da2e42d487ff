package lint

import (
	"slices"
	"time"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
)

const (
	// longWait is how long the first notification of a critical alert may be
	// held back.
	longWait = 5 * time.Minute
	// logRetention is how long Alertmanager remembers what it has sent, by
	// default.
	logRetention = 120 * time.Hour
)

// routeTiming finds waiting times that delay a page, or that are not what
// happens. What a route inherits is found where it stands.
func routeTiming(p *Pass) {
	if !p.hasRouting() {
		return
	}
	dead := deadRoutes(p.tree.Routes())
	for _, r := range p.tree.Routes() {
		if _, ok := dead[r]; ok {
			continue // route/unreachable says so
		}
		inherits := r.Parent != nil && sameTiming(r, r.Parent)
		if pages(r) && r.GroupWait > longWait && !(inherits && pages(r.Parent)) {
			d := p.Reportf(p.config, p.routePart(r, "group_wait"), "critical alerts wait %s before the first notification", short(r.GroupWait))
			d.Hint = "give the route a group_wait of 30s or so"
		}
		if inherits {
			continue
		}
		if r.RepeatInterval < r.GroupInterval {
			d := p.Reportf(p.config, p.routePart(r, "repeat_interval"), "nothing is repeated after %s: a group is looked at every %s only", short(r.RepeatInterval), short(r.GroupInterval))
			d.Hint = "take a repeat_interval of at least the group_interval"
		}
		if r.RepeatInterval > logRetention {
			d := p.Reportf(p.config, p.routePart(r, "repeat_interval"), "notifications are repeated sooner than after %s: Alertmanager forgets after %s that it has sent them", short(r.RepeatInterval), short(logRetention))
			d.Severity, d.Hint = diag.Info, "take a shorter repeat_interval, or run Alertmanager with a longer --data.retention"
		}
	}
}

func sameTiming(a, b *routing.Route) bool {
	return a.GroupWait == b.GroupWait && a.GroupInterval == b.GroupInterval && a.RepeatInterval == b.RepeatInterval
}

// pages reports whether a route takes only alerts that wake somebody up.
func pages(r *routing.Route) bool {
	values, ok := routing.Values(r.All(), "severity")
	return ok && len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool {
		return !slices.Contains([]string{"critical", "page", "pager", "emergency"}, v)
	})
}

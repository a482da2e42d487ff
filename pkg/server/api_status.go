package server

import (
	"cmp"
	"fmt"
	"net/http"
	"runtime"
	"slices"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
)

// Status says what runs.
func (s *Server) Status() api.Status {
	r := s.running.Load()
	out := api.Status{
		FormatVersion: api.FormatVersion, Version: s.opts.Version, VersionCommit: s.opts.Commit, GoVersion: runtime.Version(),
		Started: s.started.UTC(), UptimeSeconds: s.opts.Now().Sub(s.started).Seconds(),
		Objects: map[bundle.Kind]int{}, UnresolvedSecrets: r.in.missing(), HeldBack: []api.SecretUse{},
	}
	if r.bundle != nil {
		out.Activation = wireActivation(r.activation)
		out.Objects = r.bundle.Count()
	}
	for _, u := range r.in.unresolved {
		out.HeldBack = append(out.HeldBack, api.SecretUse{Secret: string(u.Secret), Object: u.Object, Pointer: u.Pointer})
	}
	_, out.Waiting = s.engines.metrics.Status()
	if r.bundle == nil {
		out.Waiting = "a first revision"
	}
	out.Settled = out.Waiting == ""
	return out
}

func (s *Server) getStatus(*http.Request) (any, error) { return s.Status(), nil }

func (s *Server) getNotifications(*http.Request) (any, error) {
	return api.Notifications{FormatVersion: api.FormatVersion, Notifications: s.notifications()}, nil
}

// notifications returns the last attempts, the newest first.
func (s *Server) notifications() []api.Notification {
	out := []api.Notification{}
	for _, n := range slices.Backward(s.engines.alerts.Notifications()) {
		out = append(out, api.Notification{
			Time: n.Time, DurationSeconds: n.Duration.Seconds(), Receiver: n.Receiver, Integration: n.Integration, Index: n.Index,
			GroupKey: n.GroupKey, GroupLabels: n.GroupLabels, Reason: n.Reason, Firing: n.Firing, Resolved: n.Resolved,
			Outcome: string(n.Outcome), Error: n.Error, Secret: n.Secret,
		})
	}
	return out
}

func (s *Server) getDashboards(*http.Request) (any, error) {
	return api.Dashboards{FormatVersion: api.FormatVersion, Dashboards: s.dashboards()}, nil
}

// dashboards lists those of the active revision by folder and title.
func (s *Server) dashboards() []api.Dashboard {
	out := []api.Dashboard{}
	b := s.running.Load().bundle
	if b == nil {
		return out
	}
	for _, o := range b.OfKind(bundle.Dashboard) {
		title := o.Ref.Name
		if v, err := o.Value(); err == nil {
			title = cmp.Or(v.Str("title"), title)
		}
		out = append(out, api.Dashboard{
			Folder: o.Ref.Space, UID: o.Ref.Name, Title: title,
			Path: api.Prefix + "/" + api.DashboardPath(o.Ref.Space, o.Ref.Name),
		})
	}
	slices.SortStableFunc(out, func(a, b api.Dashboard) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Title, b.Title))
	})
	return out
}

func (s *Server) getDashboard(r *http.Request) (any, error) {
	ref := bundle.Ref{Kind: bundle.Dashboard, Space: r.PathValue("folder"), Name: r.PathValue("uid")}
	b := s.running.Load().bundle
	if b == nil {
		return nil, &requestError{http.StatusNotFound, api.CodeNotFound, "no revision is active yet"}
	}
	o, ok := b.Get(ref)
	if !ok && ref.Space == "-" {
		ref.Space = ""
		o, ok = b.Get(ref)
	}
	if !ok {
		return nil, &requestError{http.StatusNotFound, api.CodeNotFound, fmt.Sprintf("the active revision has no %s", ref)}
	}
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	data, err := bundle.IndentJSON(v)
	if err != nil {
		return nil, err
	}
	return api.DashboardAnswer{FormatVersion: api.FormatVersion, Folder: ref.Space, UID: ref.Name, Dashboard: data}, nil
}

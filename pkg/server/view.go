package server

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/server/web"
)

// How many attempts and alerts the page shows.
const (
	shownNotifications = 20
	shownAlerts        = 500
)

// view makes what the page shows.
func (s *Server) view(ctx context.Context) web.View {
	status := s.Status()
	v := web.View{
		Now: s.opts.Now(), Version: s.opts.Version,
		Waiting: status.Waiting, Unresolved: status.UnresolvedSecrets,
	}
	if a := status.Activation; a != nil {
		v.Revision, v.Environment, v.Activated, v.By, v.Message = a.Revision.Short(), a.Environment, a.Time, a.By, a.Message
	} else {
		v.Waiting = "" // the header says it
	}
	for _, c := range []struct {
		kind bundle.Kind
		name string
	}{{bundle.Rules, "rule groups"}, {bundle.Dashboard, "dashboards"}} {
		v.Objects = append(v.Objects, web.Count{Name: c.name, N: status.Objects[c.kind]})
	}
	var err error
	if v.Alerts, err = s.viewAlerts(ctx); err != nil {
		v.Problems = append(v.Problems, "The alerts cannot be shown: "+err.Error())
	}
	if v.Silences, err = s.activeSilences(ctx); err != nil {
		v.Problems = append(v.Problems, "The silences cannot be counted: "+err.Error())
	}
	if hidden := len(v.Alerts) - shownAlerts; hidden > 0 {
		v.Problems = append(v.Problems, fmt.Sprintf("%d more alerts are not shown here.", hidden))
		v.Alerts = v.Alerts[:shownAlerts]
	}
	targets, _ := s.engines.metrics.Status()
	for _, t := range targets {
		v.Targets = append(v.Targets, web.Target{
			Job: t.Pool, URL: t.URL, Health: t.Health, Error: t.LastError, LastScrape: t.LastScrape, Duration: t.LastDuration,
		})
	}
	for _, n := range s.notifications() {
		if len(v.Notifications) == shownNotifications {
			break
		}
		v.Notifications = append(v.Notifications, viewNotification(n))
	}
	for _, d := range s.dashboards() {
		v.Dashboards = append(v.Dashboards, web.Dashboard{Folder: d.Folder, Title: d.Title, Path: d.Path})
	}
	return v
}

func viewNotification(n api.Notification) web.Notification {
	out := web.Notification{
		Time: n.Time, Receiver: n.Receiver, Integration: n.Integration, Outcome: n.Outcome, Group: viewLabels(n.GroupLabels),
		Firing: len(n.Firing), Resolved: len(n.Resolved), Note: n.Error,
	}
	if n.Secret != "" {
		out.Note = "secret " + n.Secret + " has no value"
	}
	return out
}

// viewLabels sorts labels and leaves out those that are shown otherwise.
func viewLabels(labels map[string]string, without ...string) []web.Label {
	var out []web.Label
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if !slices.Contains(without, name) {
			out = append(out, web.Label{Name: name, Value: labels[name]})
		}
	}
	return out
}

// promAlerts is the answer of /api/v1/alerts.
type promAlerts struct {
	Data struct {
		Alerts []struct {
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
			State       string            `json:"state"`
			ActiveAt    time.Time         `json:"activeAt"`
		} `json:"alerts"`
	} `json:"data"`
}

// amAlert is an element of the answer of /api/v2/alerts.
type amAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	Status      struct {
		State string `json:"state"`
	} `json:"status"`
}

const (
	firing     = "firing"
	suppressed = "suppressed"
)

// viewAlerts lists the alerts of the rules and those that others posted. What
// is suppressed only the alerting engine knows, which knows the alerts with
// external labels.
func (s *Server) viewAlerts(ctx context.Context) ([]web.Alert, error) {
	var rules promAlerts
	if err := ask(ctx, s.engines.metrics.Handler(), "/api/v1/alerts", &rules); err != nil {
		return nil, err
	}
	var received []amAlert
	if err := ask(ctx, s.engines.alerts.Handler(), "/api/v2/alerts", &received); err != nil {
		return nil, err
	}
	// By name, so that thousands of alerts are not compared with each other.
	byName := map[string][]int{}
	for i, r := range received {
		byName[r.Labels["alertname"]] = append(byName[r.Labels["alertname"]], i)
	}
	var out []web.Alert
	known := make([]bool, len(received))
	for _, a := range rules.Data.Alerts {
		state := a.State
		for _, i := range byName[a.Labels["alertname"]] {
			if state != "pending" && contains(received[i].Labels, a.Labels) {
				known[i] = true
				if received[i].Status.State == suppressed {
					state = suppressed
				}
			}
		}
		out = append(out, viewAlert(state, a.Labels, a.Annotations, a.ActiveAt))
	}
	for i, r := range received {
		if known[i] {
			continue
		}
		state := firing
		if r.Status.State == suppressed {
			state = suppressed
		}
		out = append(out, viewAlert(state, r.Labels, r.Annotations, r.StartsAt))
	}
	rank := []string{firing, "pending", suppressed}
	slices.SortStableFunc(out, func(a, b web.Alert) int {
		return cmp.Or(
			cmp.Compare(slices.Index(rank, a.State), slices.Index(rank, b.State)),
			cmp.Compare(a.Name, b.Name),
			slices.CompareFunc(a.Labels, b.Labels, func(x, y web.Label) int {
				return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Value, y.Value))
			}),
		)
	})
	return out, nil
}

func viewAlert(state string, labels, annotations map[string]string, since time.Time) web.Alert {
	return web.Alert{
		State: state, Name: labels["alertname"], Severity: labels["severity"], Summary: annotations["summary"], Since: since,
		Labels: viewLabels(labels, "alertname", "severity"),
	}
}

func contains(all, some map[string]string) bool {
	for name, value := range some {
		if all[name] != value {
			return false
		}
	}
	return true
}

func (s *Server) activeSilences(ctx context.Context) (int, error) {
	var silences []struct {
		Status struct {
			State string `json:"state"`
		} `json:"status"`
	}
	if err := ask(ctx, s.engines.alerts.Handler(), "/api/v2/silences", &silences); err != nil {
		return 0, err
	}
	n := 0
	for _, s := range silences {
		if s.Status.State == "active" {
			n++
		}
	}
	return n, nil
}

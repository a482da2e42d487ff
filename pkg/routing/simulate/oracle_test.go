package simulate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/webhook"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/monctl/monctl/pkg/routing/simulate"
)

// upstream is Alertmanager put together as its main package does, with
// receivers that remember what they get.
type upstream struct {
	t      *testing.T
	cfg    *config.Config
	alerts *mem.Alerts
	tmpl   *template.Template

	mu   sync.Mutex
	seen []string
}

const externalURL = "http://am.example.org"

// play runs upstream's packages on fake time. It must be called in a bubble,
// whose clock stands at the case's start.
func play(t *testing.T, tmpl *template.Template, c scenario) []string {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var (
		logger   = slog.New(slog.DiscardHandler)
		registry = prometheus.NewRegistry()
		recorder = eventrecorder.NopRecorder()
		flags    = featurecontrol.NoopFlags{}
		groups   = marker.NewGroupMarker()
		stop     = make(chan struct{})
	)
	silences, err := silence.New(silence.Options{Retention: 120 * time.Hour, Metrics: registry, Logger: logger, EventRecorder: recorder})
	check(t, err)
	silencer := silence.NewSilencer(silences, logger, recorder)
	alerts, err := mem.NewAlerts(ctx, 30*time.Minute, 0, silencer, logger, recorder, registry, flags)
	check(t, err)
	defer alerts.Close()
	log, err := nflog.New(nflog.Options{Retention: 120 * time.Hour, Metrics: registry, Logger: logger})
	check(t, err)
	go log.Maintenance(15*time.Minute, "", stop, nil)
	defer close(stop)

	u := &upstream{t: t, cfg: c.config, alerts: alerts, tmpl: tmpl}
	inhibitor := inhibit.NewInhibitor(alerts, c.config.InhibitRules, logger, recorder)
	pipeline := notify.NewPipelineBuilder(registry, flags, recorder).New(
		u.receivers(), func() time.Duration { return 0 }, inhibitor, silencer, intervener(c.config), groups, log, nil)
	dispatcher := dispatch.NewDispatcher(alerts, dispatch.NewRoute(c.config.Route, nil), pipeline, groups,
		func(d time.Duration) time.Duration { return max(d, notify.MinTimeout) }, 10*time.Minute, nil, logger, recorder,
		dispatch.NewDispatcherMetrics(false, registry, flags), tmpl)
	for _, s := range c.silences {
		setSilence(ctx, t, silences, s)
	}
	go inhibitor.Run()
	inhibitor.WaitForLoading()
	go dispatcher.Run(time.Now())
	dispatcher.WaitForLoading()
	synctest.Wait()

	u.deliver(ctx, c.deliveries, func(set model.LabelSet) (kinds []string) {
		if inhibitor.Mutes(ctx, set) {
			kinds = append(kinds, string(simulate.ByInhibition))
		}
		if silencer.Mutes(ctx, set) {
			kinds = append(kinds, string(simulate.BySilence))
		}
		return kinds
	})
	time.Sleep(time.Until(c.until))
	synctest.Wait()
	dispatcher.Stop()
	inhibitor.Stop()
	slices.Sort(u.seen)
	return u.seen
}

// deliver posts what is due at one instant as one request, and then asks what
// mutes each alert that there is.
func (u *upstream) deliver(ctx context.Context, list []simulate.Delivery, mutes func(model.LabelSet) []string) {
	all := distinct(list)
	for len(list) > 0 {
		now := list[0].At
		time.Sleep(time.Until(now))
		var posted []*alert.Alert
		for len(list) > 0 && list[0].At.Equal(now) {
			if a := u.posted(list[0]); a.Validate() == nil {
				posted = append(posted, a)
			}
			list = list[1:]
		}
		check(u.t, u.alerts.Put(ctx, posted...))
		synctest.Wait()
		for _, labels := range all {
			u.remember(suppressed(now, labels, mutes(set(labels))))
		}
	}
}

// suppressed is the line about what mutes an alert at an instant.
func suppressed(at time.Time, labels map[string]string, kinds []string) string {
	return line(at, "alert", fmt.Sprint(labels), fmt.Sprint("muted by ", kinds))
}

// distinct are the alerts that are delivered, by their labels.
func distinct(list []simulate.Delivery) []map[string]string {
	var out []map[string]string
	seen := map[string]bool{}
	for _, d := range list {
		if key := fmt.Sprint(d.Alert.Labels); !seen[key] {
			seen[key] = true
			out = append(out, d.Alert.Labels)
		}
	}
	return out
}

// posted is what the handler of upstream's API does with an alert
// (api/v2, postAlertsHandler).
func (u *upstream) posted(d simulate.Delivery) *alert.Alert {
	now := time.Now()
	a := &alert.Alert{UpdatedAt: now}
	a.Labels, a.Annotations = labelSet(d.Alert.Labels), set(d.Alert.Annotations)
	a.StartsAt, a.EndsAt, a.GeneratorURL = d.Alert.StartsAt, d.Alert.EndsAt, d.Alert.GeneratorURL
	if a.StartsAt.IsZero() {
		if a.EndsAt.IsZero() {
			a.StartsAt = now
		} else {
			a.StartsAt = a.EndsAt
		}
	}
	if a.EndsAt.IsZero() {
		a.Timeout = true
		a.EndsAt = now.Add(time.Duration(u.cfg.Global.ResolveTimeout))
	}
	return a
}

// receivers wraps the integrations that upstream would build.
func (u *upstream) receivers() map[string][]notify.Integration {
	out := map[string][]notify.Integration{}
	for _, r := range u.cfg.Receivers {
		built, err := receiver.BuildReceiverIntegrations(r, u.tmpl, slog.New(slog.DiscardHandler))
		check(u.t, err)
		out[r.Name] = nil
		for _, i := range built {
			out[r.Name] = append(out[r.Name], notify.NewIntegration(
				memory{u: u, name: fmt.Sprintf("%s/%d", i.Name(), i.Index())}, &i, i.Name(), i.Index(), r.Name))
		}
	}
	return out
}

// memory is an integration that remembers.
type memory struct {
	u    *upstream
	name string
}

// Notify implements notify.Notifier.
func (m memory) Notify(ctx context.Context, alerts ...*alert.Alert) (bool, error) {
	key, _ := notify.GroupKey(ctx)
	name, _ := notify.ReceiverName(ctx)
	at, _ := notify.Now(ctx)
	if !strings.HasPrefix(m.name, "webhook/") {
		m.u.remember(line(at, name, m.name, ""))
		return false, nil
	}
	body, err := json.Marshal(webhook.Message{
		Data: notify.GetTemplateData(ctx, m.u.tmpl, alerts, slog.New(slog.DiscardHandler)), Version: "4", GroupKey: key,
	})
	check(m.u.t, err)
	m.u.remember(line(at, name, m.name, string(body)))
	return false, nil
}

func (u *upstream) remember(line string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.seen = append(u.seen, line)
}

// line is what is compared: when, who, and the webhook's payload, which holds
// group, reason, labels of the route, and all of the alerts.
func line(at time.Time, receiver, integration, payload string) string {
	return fmt.Sprintf("%s %s %s %s", at.UTC().Format("02T15:04:05.000"), receiver, integration, payload)
}

func intervener(cfg *config.Config) *timeinterval.Intervener {
	all := map[string][]timeinterval.TimeInterval{}
	for _, t := range cfg.MuteTimeIntervals {
		all[t.Name] = t.TimeIntervals
	}
	for _, t := range cfg.TimeIntervals {
		all[t.Name] = t.TimeIntervals
	}
	return timeinterval.NewIntervener(all)
}

func setSilence(ctx context.Context, t *testing.T, to *silence.Silences, s simulate.Silence) {
	pb := &silencepb.Silence{StartsAt: timestamppb.New(s.From), EndsAt: timestamppb.New(s.Until)}
	set := &silencepb.MatcherSet{}
	kinds := map[labels.MatchType]silencepb.Matcher_Type{
		labels.MatchEqual: silencepb.Matcher_EQUAL, labels.MatchNotEqual: silencepb.Matcher_NOT_EQUAL,
		labels.MatchRegexp: silencepb.Matcher_REGEXP, labels.MatchNotRegexp: silencepb.Matcher_NOT_REGEXP,
	}
	for _, m := range s.Matchers {
		set.Matchers = append(set.Matchers, &silencepb.Matcher{
			Type: kinds[m.Type], Name: m.Name, Pattern: m.Value,
		})
	}
	pb.MatcherSets = append(pb.MatcherSets, set)
	check(t, to.Set(ctx, pb))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// simulated is the same from this package.
func simulated(t *testing.T, c scenario) ([]string, *simulate.Timeline) {
	t.Helper()
	tl, err := simulate.Run(t.Context(), simulate.Options{
		Config: c.config, Deliveries: c.deliveries, Silences: c.silences, Start: c.start, Until: c.until,
	})
	check(t, err)
	r, diags := simulate.NewRenderer(c.config, nil, externalURL)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var out []string
	for _, n := range tl.Notifications {
		for _, i := range n.Integrations {
			rendered, err := r.Render(n, i.String())
			check(t, err)
			out = append(out, line(n.At, n.Receiver, i.String(), rendered.Fields["payload"]))
		}
	}
	slices.Sort(out)
	return out, tl
}

// withSuppressed adds what mutes each alert at every delivery, as play does.
func withSuppressed(out []string, tl *simulate.Timeline, c scenario) []string {
	for i, d := range c.deliveries {
		if i > 0 && d.At.Equal(c.deliveries[i-1].At) {
			continue
		}
		for _, labels := range distinct(c.deliveries) {
			var kinds []string
			for _, by := range tl.Suppressed(labels, "no receiver", d.At) {
				if kind := string(by.Kind); !slices.Contains(kinds, kind) {
					kinds = append(kinds, kind)
				}
			}
			out = append(out, suppressed(d.At, labels, kinds))
		}
	}
	slices.Sort(out)
	return out
}

// shorten leaves of each line what a reader needs.
func shorten(lines []string) []string {
	var out []string
	for _, l := range lines {
		head, payload, _ := strings.Cut(l, " {")
		var m webhook.Message
		if json.Unmarshal([]byte("{"+payload), &m) == nil {
			head += fmt.Sprintf(" %s %q", m.GroupKey, m.NotificationReason)
			for _, a := range m.Alerts {
				head += fmt.Sprintf(" %s%v(%s–%s)", a.Status, a.Labels, a.StartsAt.Format("15:04:05.000"), a.EndsAt.Format("15:04:05.000"))
			}
		}
		out = append(out, head)
	}
	return out
}

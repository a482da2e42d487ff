package am_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/server/am"
)

// TestAPIBeforeTheFirstConfiguration: clients may come early.
func TestAPIBeforeTheFirstConfiguration(t *testing.T) {
	s := open(t, am.Options{})
	for _, path := range []string{"/status", "/receivers", "/alerts", "/alerts/groups", "/silences"} {
		if code, text := call(t, s, http.MethodGet, path, nil, nil); code != http.StatusOK {
			t.Errorf("GET %s: %d %s", path, code, text)
		}
	}
	put(t, s, alert("Early/a"))
	hook := newSink(t)
	apply(t, s, config("- {receiver: hook}", map[string]string{"hook": hook.URL}))
	check(t, hook.wait(t, 1), first+": firing:Early/a")
}

func TestAPI(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{Version: "0.34.2"})
	in := config("- {receiver: hook, labels: {team: '{{ .GroupLabels.alertname }}s'}}", map[string]string{"hook": hook.URL + "/hidden-path-of-the-hook"})
	apply(t, s, in)
	// As an external Prometheus sends it: no end, a label that is empty.
	code, text := call(t, s, http.MethodPost, "/alerts", []any{map[string]any{
		"labels":       map[string]string{"alertname": "Down", "instance": "x", "zone": ""},
		"annotations":  map[string]string{"summary": "it is down"},
		"startsAt":     time.Now().Add(-time.Minute).UTC(),
		"generatorURL": "http://prometheus.example.org/graph",
	}}, nil)
	if code != http.StatusOK {
		t.Fatalf("post alerts: %d %s", code, text)
	}
	if got := hook.wait(t, 1)[0]; got.names() != "firing:Down/x" {
		t.Errorf("notified %q", got.names())
	}

	var groups []struct {
		Labels, RouteLabels map[string]string
		Receiver            struct{ Name string }
		Alerts              []struct {
			Labels, Annotations map[string]string
			EndsAt              time.Time
			Receivers           []struct{ Name string }
			Status              struct{ State string }
		}
	}
	call(t, s, http.MethodGet, "/alerts/groups?filter=zone%3D%22%22", nil, &groups)
	if len(groups) != 1 || len(groups[0].Alerts) != 1 {
		t.Fatalf("groups: %+v", groups)
	}
	g := groups[0]
	if g.Receiver.Name != "hook" || g.Labels["alertname"] != "Down" || g.RouteLabels["team"] != "Downs" {
		t.Errorf("group: %+v", g)
	}
	a := g.Alerts[0]
	if diff := cmp.Diff(map[string]string{"alertname": "Down", "instance": "x"}, a.Labels); diff != "" {
		t.Error(diff)
	}
	// The default resolve_timeout is five minutes.
	if left := time.Until(a.EndsAt); a.Status.State != "active" || left < 4*time.Minute || left > 5*time.Minute {
		t.Errorf("state %s, ends in %v", a.Status.State, left)
	}

	var receivers []struct{ Name string }
	call(t, s, http.MethodGet, "/receivers", nil, &receivers)
	if len(receivers) != 2 || receivers[0].Name != "none" || receivers[1].Name != "hook" {
		t.Errorf("receivers: %+v", receivers)
	}
	var status struct {
		VersionInfo struct{ Version, GoVersion string }
		Cluster     struct{ Status string }
	}
	call(t, s, http.MethodGet, "/status", nil, &status)
	if v := status.VersionInfo; v.Version != "0.34.2" || v.GoVersion == "" || status.Cluster.Status != "disabled" {
		t.Errorf("status: %+v", status)
	}
	// amtool config routes reads this; secrets must not be in it.
	if _, text := call(t, s, http.MethodGet, "/status", nil, nil); !strings.Contains(text, "group_interval: 50ms") || strings.Contains(text, "hidden-path") {
		t.Errorf("status: %s", text)
	}
	// Matchers in the UTF-8 syntax; the classic parser refuses the name.
	if code, text := call(t, s, http.MethodGet, `/alerts?filter=%22a.b%22%3D%22%22`, nil, nil); code != http.StatusOK {
		t.Errorf("UTF-8 filter: %d %s", code, text)
	}
	// What the API refuses is passed on as it is.
	if code, text := call(t, s, http.MethodPost, "/silences", map[string]any{"matchers": []any{}}, nil); code != http.StatusUnprocessableEntity && code != http.StatusBadRequest {
		t.Errorf("bad silence: %d %s", code, text)
	}
	if code, _ := call(t, s, http.MethodDelete, "/silence/6b29fc40-ca47-1067-b31d-00dd010662da", nil, nil); code != http.StatusNotFound {
		t.Errorf("unknown silence: %d", code)
	}
}

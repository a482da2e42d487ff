package prom_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/golang/snappy"

	"github.com/prometheus/prometheus/prompb"
)

// Alertmanagers that the configuration names get the alerts too, under the
// same labels.
func TestExternalAlertmanager(t *testing.T) {
	t.Parallel()
	var got atomic.Value
	alertmanager := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var alerts []struct{ Labels map[string]string }
		if err := json.NewDecoder(r.Body).Decode(&alerts); err == nil && len(alerts) > 0 {
			got.Store(alerts[0].Labels)
		}
	}))
	t.Cleanup(alertmanager.Close)
	b := openBench(t, t.TempDir())
	b.activate(strings.Replace(scrapeConfig(target(t, "demo 7\n")), "global:\n", "global:\n  external_labels: {dc: tokyo}\n", 1)+
		"alerting:\n  alertmanagers:\n  - static_configs: [{targets: ['"+strings.TrimPrefix(alertmanager.URL, "http://")+"']}]\n",
		group("a", "a", "rules: [{alert: Hot, expr: demo}]\n"))
	// An alert that fires before discovery has found the Alertmanager is sent
	// again after the resend delay of a minute; another revision is faster.
	eventually(t, func() string {
		var found struct{ ActiveAlertmanagers []struct{ URL string } }
		if b.api("alertmanagers", &found); len(found.ActiveAlertmanagers) != 1 {
			return "the Alertmanager to be discovered"
		}
		return ""
	})
	b.activate(b.config(), group("b", "b", "rules: [{alert: Hotter, expr: demo}]\n"))
	eventually(t, func() string {
		labels, _ := got.Load().(map[string]string)
		if labels["dc"] != "tokyo" || labels["job"] != "demo" {
			return fmt.Sprintf("the alert at the Alertmanager: %v", labels)
		}
		return ""
	})
	if len(b.sink.named("Hotter")) == 0 {
		t.Error("the alert was not handed on in process")
	}
}

// config returns the configuration in force, as the API shows it.
func (b *bench) config() string {
	b.t.Helper()
	var status struct{ YAML string }
	b.api("status/config", &status)
	return status.YAML
}

func TestRemoteStorage(t *testing.T) {
	t.Parallel()
	source := openBench(t, t.TempDir())
	source.activate(strings.Replace(scrapeConfig(target(t, "elsewhere 5\n")), "job_name: demo", "job_name: source", 1))
	source.settle()
	reads := httptest.NewServer(source.Handler())
	t.Cleanup(reads.Close)

	var written atomic.Bool
	writes := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var request prompb.WriteRequest
		if plain, err := snappy.Decode(nil, body); err != nil || request.Unmarshal(plain) != nil {
			return
		}
		for _, series := range request.Timeseries {
			for _, l := range series.Labels {
				if l.Name == "__name__" && l.Value == "recorded" {
					written.Store(true)
				}
			}
		}
	}))
	t.Cleanup(writes.Close)

	b := openBench(t, t.TempDir())
	b.activate(scrapeConfig(target(t, "demo 7\n"))+
		"remote_write: [{url: '"+writes.URL+"', queue_config: {batch_send_deadline: 50ms}}]\n"+
		"remote_read: [{url: '"+reads.URL+"/api/v1/read', read_recent: true}]\n",
		group("a", "a", "rules: [{record: recorded, expr: demo}]\n"))
	b.settle()
	eventually(t, func() string {
		if b.value("elsewhere") != "5" {
			return "a sample from remote storage"
		}
		if !written.Load() {
			return "a recorded sample in remote storage"
		}
		return ""
	})
}

package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSummarise(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		want   summary
	}{
		{"one", []float64{3}, summary{3, 3, 3, 1}},
		{"odd", []float64{9, 1, 5}, summary{5, 1, 9, 3}},
		{"even", []float64{4, 1, 2, 9}, summary{3, 1, 9, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, summarise(c.values)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRatiosArePaired(t *testing.T) {
	got := ratios([]float64{1, 4, 5}, []float64{2, 2, 0})
	if diff := cmp.Diff([]float64{0.5, 2}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMeasureAddsTimesAndKeepsTheLargestMemory(t *testing.T) {
	shell := func(script string) command { return command{path: "sh", args: []string{"-c", script}} }
	small, err := measure(t.Context(), []command{shell("sleep 0.05")})
	if err != nil {
		t.Fatal(err)
	}
	both, err := measure(t.Context(), []command{
		shell("sleep 0.05; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"),
		shell("sleep 0.05"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if both.wall < 100*time.Millisecond {
		t.Errorf("two sleeps of 50 ms took %s", both.wall)
	}
	if both.cpu <= small.cpu {
		t.Errorf("counting took %s of the processor, sleeping %s", both.cpu, small.cpu)
	}
	if small.rss <= 0 || both.rss <= 0 || both.rss >= 2*small.rss {
		t.Errorf("memory of one process %d, of two in turn %d", small.rss, both.rss)
	}
}

func TestMeasureRefusesAFailedRun(t *testing.T) {
	_, err := measure(t.Context(), []command{{path: "sh", args: []string{"-c", "echo the reason >&2; exit 3"}}})
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("error %v", err)
	}
}

func TestCompareKeepsTheSidesApart(t *testing.T) {
	b := &bench{rounds: 3}
	rows, err := b.compare(context.Background(), job{
		name: "sleep", peerName: "nothing",
		ours: []command{{path: "sleep", args: []string{"0.1"}}},
		peer: []command{{path: "true"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wall := rows[0]
	// The order alternates; had a round mixed the sides up, a run of `true` would
	// stand among ours.
	if wall.Measure != "wall" || wall.Ours.N != 3 || wall.Ours.Min < 0.1 || wall.Peer.N != 3 || wall.Ratio == nil {
		t.Errorf("row %+v", wall)
	}
}

func TestParseStat(t *testing.T) {
	// A name with the characters that make naive readers fail.
	line := "12 (a ) b) S 1 12 12 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 8 0 1000 99999 10 18446744073709551615"
	got, err := parseStat([]byte(line), 4096)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(footprint{cpu: 3, rss: 40960}, got, cmp.AllowUnexported(footprint{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "12 (a) S 1", strings.Replace(line, "250", "x", 1)} {
		if _, err := parseStat([]byte(bad), 4096); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

func TestWithAlertmanager(t *testing.T) {
	const added = "alerting:\n  alertmanagers: [{static_configs: [{targets: [\"a:1\"]}]}]\n"
	for _, c := range []struct{ name, config, want string }{
		{"no section", "global: {}\n", "global: {}\n" + added},
		{"section", "alerting:\n  alert_relabel_configs: []\nglobal: {}\n", added + "  alert_relabel_configs: []\nglobal: {}\n"},
		{"another word", "x:\n  alerting:\n", "x:\n  alerting:\n" + added},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := withAlertmanager([]byte(c.config), "a:1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := withAlertmanager([]byte("alerting:\n  alertmanagers: []\n"), "a:1"); err == nil {
		t.Error("no error for a configuration that names Alertmanagers")
	}
}

func TestReadFootprintOfThisProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("this system has no /proc, which the idle case needs")
	}
	got, err := readFootprint(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if got.rss < 1e6 || got.rss > 1e10 {
		t.Errorf("resident memory %v bytes", got.rss)
	}
}

func TestReport(t *testing.T) {
	kept := newRow("a", "wall", seconds, []float64{0.02, 0.03, 0.04}, "peer", []float64{0.04, 0.06, 0.04})
	kept.Limit = 0.04
	broken := newRow("b", "binary", octets, []float64{170e6}, "", nil)
	broken.Limit = 160e6
	r := report{FormatVersion: 1, Rows: []row{kept}}
	if r.failed() {
		t.Error("a kept limit is no failure")
	}
	r.Rows = append(r.Rows, broken)
	if !r.failed() {
		t.Error("a broken limit is a failure")
	}
	slow := kept
	slow.Limit, slow.RatioLimit = 0, 0.4
	if !(report{Rows: []row{slow}}).failed() {
		t.Error("a broken limit of the ratio is a failure")
	}
	var text strings.Builder
	if err := r.writeText(&text); err != nil {
		t.Fatal(err)
	}
	want := `median (min..max); ratio = monctl / peer, below 1 monctl takes less

CASE  MEASURE  MONCTL                      PEER                        RATIO                 N  AGAINST
a     wall     30.0 ms (20.0 ms..40.0 ms)  40.0 ms (40.0 ms..60.0 ms)  0.500 (0.500..1.000)  3  peer; limit 40.0 ms kept
b     binary   170.0 MB                                                                      1  limit 160.0 MB BROKEN
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	var doc struct {
		FormatVersion int `json:"format_version"`
		Rows          []struct {
			Case  string   `json:"case"`
			Ratio *summary `json:"ratio"`
		} `json:"rows"`
	}
	var out strings.Builder
	if err := r.writeJSON(&out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out.String()), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.FormatVersion != 1 || len(doc.Rows) != 2 || doc.Rows[0].Ratio == nil || doc.Rows[1].Ratio != nil {
		t.Errorf("document %s", out.String())
	}
}

func TestPeerThatTakesTooLongIsStopped(t *testing.T) {
	b := &bench{rounds: 3, peerLimit: 20 * time.Millisecond}
	rows, err := b.compare(t.Context(), job{
		name: "slow", ours: []command{{path: "true"}}, peerName: "sleep", peer: []command{{path: "sleep", args: []string{"60"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0].PeerName != "sleep, over the limit" || rows[0].Peer.Median != 0.02 || rows[0].Ours.N != 3 {
		t.Errorf("got %+v", rows)
	}
	if want := []string{"slow: sleep was stopped after 20ms, so the ratio is smaller than the one shown"}; !cmp.Equal(want, b.notes) {
		t.Errorf("got the notes %q", b.notes)
	}
}

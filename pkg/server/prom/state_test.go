package prom_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/monctl/monctl/pkg/server/prom"
)

// copyTree is what a kill -9 leaves behind.
func copyTree(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestForStateSurvives restarts a server properly, and from a copy of its
// directory that was made while it ran.
func TestForStateSurvives(t *testing.T) {
	t.Parallel()
	first := openBench(t, t.TempDir())
	config := scrapeConfig(target(t, "demo 7\n"))
	slow := group("node", "cpu", "rules: [{alert: Slow, expr: demo, for: 30m}]\n")
	first.activate(config, slow)
	first.settle()
	// ALERTS_FOR_STATE counts seconds; be pending for more than two.
	var before activeAlert
	eventually(t, func() string {
		var ok bool
		if before, ok = first.alert("Slow"); !ok || time.Since(before.ActiveAt) < 2500*time.Millisecond {
			return "the alert to be pending for a while"
		}
		return ""
	})
	samples := first.value("count_over_time(demo[1h])")
	killed := copyTree(t, first.dir)
	first.close()

	for name, dir := range map[string]string{"closed": first.dir, "killed": killed} {
		second := openBench(t, dir)
		opened := time.Now()
		if got := second.value("count_over_time(demo[1h])"); got == "" || len(got) < len(samples) {
			t.Errorf("%s: %s samples became %q", name, samples, got)
		}
		second.activate(config, slow)
		second.settle()
		eventually(t, func() string {
			after, ok := second.alert("Slow")
			if !ok || !after.ActiveAt.Before(opened) {
				return fmt.Sprintf("%s: %+v to be restored from %+v", name, after, before)
			}
			if second.value(`ALERTS{alertname="Slow"}`) == "" {
				return name + ": ALERTS"
			}
			return ""
		})
		second.close()
	}
}

// fill writes a TSDB with a write-ahead log of several pages and no clean end.
func fill(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := tsdb.Open(filepath.Join(dir, "tsdb"), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UnixMilli()
	for i := range 40 {
		app := db.Appender(t.Context())
		for j := range 100 {
			if _, err := app.Append(0, labels.FromStrings("__name__", "demo", "i", fmt.Sprint(i), "j", fmt.Sprint(j)), at, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	killed := copyTree(t, dir)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return killed
}

func hashTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" { // it names the last process
			return err
		}
		data, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir)] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func walFile(dir string) string { return filepath.Join(dir, "tsdb", "wal", "00000000") }

func edit(t *testing.T, name string, f func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, f(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flip(at int) func([]byte) []byte {
	return func(data []byte) []byte {
		data[at] ^= 0xff
		return data
	}
}

func TestDamagedStateIsRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		damage func(dir string)
		want   string
		hint   string
	}{
		"log damaged in the middle": {
			damage: func(dir string) { edit(t, walFile(dir), flip(100)) },
			want:   "the write-ahead log is damaged", hint: "nothing was deleted",
		},
		"log is a file": {
			damage: func(dir string) {
				wal := filepath.Join(dir, "tsdb", "wal")
				if err := errors.Join(os.RemoveAll(wal), os.WriteFile(wal, nil, 0o600)); err != nil {
					t.Fatal(err)
				}
			},
			want: "not a directory", hint: "nothing was deleted",
		},
		"damaged block": {
			damage: func(dir string) {
				block := filepath.Join(dir, "tsdb", "01BX5ZZKBKACTAV9WEVGEMMVRZ")
				if err := errors.Join(os.MkdirAll(filepath.Join(block, "chunks"), 0o700),
					os.WriteFile(filepath.Join(block, "meta.json"), []byte(`{"ulid":"01BX5ZZKBKACTAV9WEVGEMMVRZ","version":1}`), 0o600),
					os.WriteFile(filepath.Join(block, "index"), []byte("rubbish"), 0o600)); err != nil {
					t.Fatal(err)
				}
			},
			want: "corrupted block 01BX5ZZKBKACTAV9WEVGEMMVRZ", hint: "move the damaged block out",
		},
	}
	for name, c := range cases {
		dir := fill(t)
		c.damage(dir)
		before := hashTree(t, dir)
		registry := prometheus.NewRegistry()
		_, err := prom.Open(t.Context(), options(dir, registry))
		var state *prom.StateError
		if !errors.As(err, &state) || !strings.Contains(err.Error(), c.want) || !strings.Contains(state.Hint, c.hint) {
			t.Errorf("%s: %v (%+v)", name, err, state)
			continue
		}
		if d := state.Diagnostic(); d.Code != "server/state" || d.Hint == "" {
			t.Errorf("%s: %+v", name, d)
		}
		after := hashTree(t, dir)
		for file, sum := range before {
			if after[file] != sum {
				t.Errorf("%s: %s was changed or deleted", name, file)
			}
		}
	}
}

func TestTornLogIsCut(t *testing.T) {
	t.Parallel()
	for name, tear := range map[string]func([]byte) []byte{
		"cut short":   func(data []byte) []byte { return data[:len(data)-5] },
		"a torn page": func(data []byte) []byte { return append(data, 1, 2, 3, 4, 5, 6, 7, 8, 9) },
	} {
		dir := fill(t)
		edit(t, walFile(dir), tear)
		b := openBench(t, dir)
		got := b.value("count(demo)")
		if got != "4000" && got != "3900" { // the last commit may be lost
			t.Errorf("%s: %q series", name, got)
		}
		b.close()
	}
}

func TestDirectoryInUse(t *testing.T) {
	t.Parallel()
	b := openBench(t, t.TempDir())
	_, err := prom.Open(t.Context(), options(b.dir, prometheus.NewRegistry()))
	var state *prom.StateError
	if !errors.As(err, &state) || !strings.Contains(state.Hint, "another server") {
		t.Errorf("%v (%+v)", err, state)
	}
}

// Upstream would have repaired the log by deleting: that is why Open looks at
// it first. If upstream no longer does, checkWAL can go.
func TestUpstreamRepairsByDeleting(t *testing.T) {
	t.Parallel()
	dir := fill(t)
	edit(t, walFile(dir), flip(100))
	before := hashTree(t, dir)
	db, err := tsdb.Open(filepath.Join(dir, "tsdb"), nil, nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatalf("upstream refuses: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(walFile(dir), dir)
	if diff := cmp.Diff(before[name], hashTree(t, dir)[name]); diff == "" {
		t.Error("upstream left the damaged segment as it was")
	}
}

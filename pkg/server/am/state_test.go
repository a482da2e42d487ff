package am_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/monctl/monctl/pkg/server/am"
)

func TestSilence(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	apply(t, s, config("- {receiver: hook, group_by: [alertname, instance]}", map[string]string{"hook": hook.URL}))
	id := silence(t, s, "instance", "a")
	put(t, s, alert("Down/a"), alert("Down/b"))
	if got := hook.wait(t, 1)[0].names(); got != "firing:Down/b" {
		t.Errorf("notified %q beside the silenced alert", got)
	}
	if code, text := call(t, s, http.MethodDelete, "/silence/"+id, nil, nil); code != http.StatusOK {
		t.Fatalf("expire: %d %s", code, text)
	}
	if got := hook.wait(t, 2)[1].names(); got != "firing:Down/a" {
		t.Errorf("notified %q after the silence", got)
	}
	// Nothing to write is no reason to wait.
	if code, text := call(t, s, http.MethodDelete, "/silence/"+id, nil, nil); code != http.StatusOK {
		t.Errorf("expire again: %d %s", code, text)
	}
}

// copyState takes the state directory as a kill would leave it.
func copyState(t *testing.T, dir string) string {
	t.Helper()
	out := t.TempDir()
	if err := os.CopyFS(out, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSilenceSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	s := open(t, am.Options{Dir: dir})
	id := silence(t, s, "instance", "a")
	// What a write that was killed leaves behind does no harm and is removed.
	killed := copyState(t, dir)
	if err := os.WriteFile(filepath.Join(killed, ".silences-123.tmp"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}

	again := open(t, am.Options{Dir: killed})
	var got struct{ ID, Comment string }
	if code, text := call(t, again, http.MethodGet, "/silence/"+id, nil, &got); code != http.StatusOK || got.ID != id || got.Comment != "maintenance" {
		t.Errorf("after the restart: %d %s", code, text)
	}
	if names := files(t, killed); names != "silences" {
		t.Errorf("the state directory has %s", names)
	}
}

func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestNotificationLogSurvivesKill(t *testing.T) {
	hook := newSink(t)
	dir := t.TempDir()
	in := config("- {receiver: hook}", map[string]string{"hook": hook.URL})
	s := open(t, am.Options{Dir: dir})
	apply(t, s, in)
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	poll(t, "the log is written", func() bool { return slices.Contains(strings.Fields(files(t, dir)), "nflog") })
	killed := copyState(t, dir)
	closeServer(t, s)

	// The delay lets both alerts arrive before the group is flushed.
	again := open(t, am.Options{Dir: killed, StartDelay: 200 * time.Millisecond})
	apply(t, again, in)
	put(t, again, alert("Down/a"), alert("Down/b"))
	if got := hook.wait(t, 2)[1]; got.Reason != "new alerts added" || got.names() != "firing:Down/a firing:Down/b" {
		t.Errorf("after the restart it was told of %q: %s", got.names(), got.Reason)
	}
}

func TestCorruptState(t *testing.T) {
	for _, name := range []string{"silences", "nflog"} {
		t.Run(name, func(t *testing.T) {
			dir, garbage := t.TempDir(), []byte("\x7fnot a snapshot")
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, garbage, 0o600); err != nil {
				t.Fatal(err)
			}
			reg := prometheus.NewRegistry()
			_, err := am.Open(t.Context(), am.Options{Dir: dir, Registerer: reg})
			var corrupt *am.CorruptStateError
			if !errors.As(err, &corrupt) || corrupt.File != file || corrupt.Hint() == "" {
				t.Fatalf("opened with %v", err)
			}
			if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, garbage) {
				t.Errorf("the damaged file now has %q (%v)", got, err)
			}
			// The same registerer can be used again.
			s := open(t, am.Options{Dir: dir, Registerer: reg, MoveCorruptAside: true})
			silence(t, s, "instance", "a")
			aside, err := filepath.Glob(file + ".corrupt-*")
			if err != nil || len(aside) != 1 {
				t.Fatalf("moved aside: %v (%v)", aside, err)
			}
			if got, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(got, garbage) {
				t.Errorf("what was moved aside has %q (%v)", got, err)
			}
		})
	}
}

func TestSilenceThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	var failures atomic.Int32
	s, err := am.Open(t.Context(), am.Options{
		Dir: dir, Registerer: prometheus.NewRegistry(),
		WriteFailed: func(file string, _ error) {
			if filepath.Base(file) == "silences" {
				failures.Add(1)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	code, text := call(t, s, http.MethodPost, "/silences", map[string]any{
		"matchers": []any{map[string]any{"name": "a", "value": "b", "isRegex": false}},
		"startsAt": "2026-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z", "createdBy": "ops", "comment": "x",
	}, nil)
	if code != http.StatusInternalServerError || !strings.Contains(text, "could not be written") {
		t.Errorf("answered %d %s", code, text)
	}
	if failures.Load() == 0 {
		t.Error("the failure was not reported")
	}
	// It is tried again, at the latest when the server is closed.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	closeServer(t, s)
	if names := files(t, dir); names != "silences" {
		t.Errorf("the state directory has %q", names)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	hook := newSink(t)
	before := runtime.NumGoroutine()
	reg := prometheus.NewRegistry()
	s := open(t, am.Options{Registerer: reg})
	for _, route := range []string{"a", "b", "c"} {
		apply(t, s, config("- {receiver: "+route+"}", map[string]string{route: hook.URL}))
		put(t, s, alert("Down/"+route))
		poll(t, "a message to "+route, func() bool {
			n := len(hook.messages())
			return n > 0 && hook.messages()[n-1].Receiver == route
		})
	}
	closeServer(t, s)
	closeServer(t, s)
	poll(t, "goroutines end", func() bool { return runtime.NumGoroutine() <= before })
	families, err := reg.Gather()
	if err != nil || len(families) != 0 {
		t.Errorf("%d families are left (%v)", len(families), err)
	}
	if _, _, err := s.Prepare(t.Context(), am.Input{}); err != nil {
		t.Errorf("prepare after close: %v", err)
	}
}

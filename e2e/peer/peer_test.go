package peer_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/monctl/monctl/e2e/peer"
)

// The test binary is its own peer: started with this variable it is a small
// server or tool, so that the harness is tested with nothing but Go.
const roleVariable = "PEER_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "server":
		os.Exit(server(os.Args[1]))
	case "tool":
		input, _ := io.ReadAll(os.Stdin)
		fmt.Printf("out %s %s", os.Args[1:], input)
		fmt.Fprint(os.Stderr, "err ", os.Getenv("MONCTL_OUTSIDE"))
		os.Exit(3)
	}
}

// server answers /ready, tells which process it is at /pid, and ends with code
// 7 on SIGTERM.
func server(addr string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("/ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/pid", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })
	fmt.Println("listening on", addr)
	go func() {
		fmt.Println(http.ListenAndServe(addr, mux))
		os.Exit(1)
	}()
	<-ctx.Done()
	fmt.Println("ended in order")
	return 7
}

func serverSpec(t *testing.T) peer.Spec {
	t.Helper()
	addr := peer.FreeAddr(t)
	return peer.Spec{
		Name: "server", Path: self(t), Args: []string{addr}, Env: []string{roleVariable + "=server"},
		URL: "http://" + addr, ReadyPath: "/ready",
	}
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestProcessStopsInOrder(t *testing.T) {
	p := peer.Start(t, serverSpec(t))
	if got, want := get(t, p.URL()+"/pid"), fmt.Sprint(p.PID()); got != want {
		t.Errorf("the server is process %s, the harness says %s", got, want)
	}
	if code := p.Stop(); code != 7 {
		t.Errorf("exit code after SIGTERM: %d, want 7", code)
	}
	if !strings.Contains(p.Output(), "ended in order") {
		t.Errorf("output lacks the last line: %q", p.Output())
	}
}

func TestProcessSurvivesKillAndRestart(t *testing.T) {
	p := peer.Start(t, serverSpec(t))
	first := p.PID()
	p.Kill()
	if code := p.WaitExit(time.Second); code != -1 {
		t.Errorf("exit code after SIGKILL: %d, want -1", code)
	}
	p.Restart()
	if p.PID() == first {
		t.Error("the same process id after a restart")
	}
	if got, want := get(t, p.URL()+"/pid"), fmt.Sprint(p.PID()); got != want {
		t.Errorf("the server is process %s, the harness says %s", got, want)
	}
	p.WaitOutput(10*time.Second, "listening on")
	if n := strings.Count(p.Output(), "listening on"); n != 2 {
		t.Errorf("output of %d starts, want 2: %q", n, p.Output())
	}
	if strings.Contains(p.Output(), "ended in order") {
		t.Errorf("SIGKILL let the program end in order: %q", p.Output())
	}
}

func TestProcessEndsWithTheTest(t *testing.T) {
	var p *peer.Process
	t.Run("inner", func(t *testing.T) { p = peer.Start(t, serverSpec(t)) })
	if err := syscall.Kill(p.PID(), 0); err == nil {
		t.Errorf("process %d outlived its test", p.PID())
	}
}

func TestLaunchOfWhatFails(t *testing.T) {
	spec := serverSpec(t)
	peer.Start(t, spec)
	second := peer.Launch(t, spec)
	if code := second.WaitExit(30 * time.Second); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if !strings.Contains(second.Output(), "address already in use") {
		t.Errorf("output: %q", second.Output())
	}
}

func TestRun(t *testing.T) {
	t.Setenv("MONCTL_OUTSIDE", "leaked")
	got := peer.Run(t, peer.Command{
		Path: self(t), Args: []string{"a", "b"}, Env: []string{roleVariable + "=tool"}, Stdin: "input",
	})
	if want := (peer.Result{Stdout: "out [a b] input", Stderr: "err ", Code: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWebhook(t *testing.T) {
	w := peer.NewWebhook(t)
	const body = `{"version":"4","status":"firing","receiver":"web","alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-01-03T02:50:00Z"}]}`
	go func() {
		for _, b := range []string{"no document", body} {
			resp, err := http.Post(w.URL()+"/hook", "application/json", strings.NewReader(b))
			if err == nil {
				resp.Body.Close()
			}
		}
	}()
	n := w.WaitFor(30*time.Second, func(n peer.Notification) bool { return n.Status == "firing" })
	if n.Receiver != "web" || n.Path != "/hook" || n.Body != body || len(n.Alerts) != 1 || n.Alerts[0].Labels["alertname"] != "A" {
		t.Errorf("notification as recorded: %+v", n)
	}
	if all := w.Notifications(); len(all) != 2 || all[0].Body != "no document" {
		t.Errorf("recorded: %+v", all)
	}

	w.Respond(http.StatusServiceUnavailable)
	resp, err := http.Post(w.URL(), "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %s, want 503", resp.Status)
	}
}

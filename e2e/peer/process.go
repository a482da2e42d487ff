package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	// readyTimeout is generous, because CI machines stall; a program that ends
	// before it is ready fails the test at once.
	readyTimeout = 60 * time.Second
	// stopTimeout is how long a program has between SIGTERM and SIGKILL.
	stopTimeout  = 20 * time.Second
	pollInterval = 20 * time.Millisecond
)

// Spec says which program to start and how to see that it is ready.
type Spec struct {
	// Name is how the program is called in messages.
	Name string
	// Path is the program's file.
	Path string
	Args []string
	// Dir is its working directory; empty means the test's.
	Dir string
	// Env is added to the test's environment, from which every MONCTL_ variable
	// is taken away first.
	Env []string
	// URL is where it listens, without a trailing slash.
	URL string
	// ReadyPath is what answers 200 below URL once it is ready. Empty means that
	// it is ready when started.
	ReadyPath string
}

// Process is a running program. It may be killed and started again with the
// same arguments as often as a test likes; it is not safe for concurrent use,
// except Output.
type Process struct {
	spec Spec
	t    testing.TB
	out  *output
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended
}

// Start starts the program, waits until it is ready and ends it when the test
// ends. It fails the test when the program does not become ready.
func Start(t testing.TB, spec Spec) *Process {
	t.Helper()
	p := Launch(t, spec)
	p.WaitReady()
	return p
}

// Launch is Start without the wait, for programs that are expected to fail.
func Launch(t testing.TB, spec Spec) *Process {
	t.Helper()
	p := &Process{spec: spec, t: t, out: &output{}}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("output of %s:\n%s", spec.Name, p.Output())
		}
	})
	p.launch()
	return p
}

func (p *Process) launch() {
	p.t.Helper()
	// The test's context ends before its cleanups run, which would kill the
	// program instead of letting it end in order.
	cmd := exec.CommandContext(context.WithoutCancel(p.t.Context()), p.spec.Path, p.spec.Args...)
	cmd.Dir = p.spec.Dir
	cmd.Env = environment(p.spec.Env)
	cmd.Stdout, cmd.Stderr = p.out, p.out
	cmd.SysProcAttr = attributes()
	// A grandchild that holds the pipes must not keep Wait waiting for ever.
	cmd.WaitDelay = stopTimeout
	if err := cmd.Start(); err != nil {
		p.t.Fatalf("start %s: %v", p.spec.Name, err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // the exit code is read from ProcessState
	}()
	p.cmd, p.done = cmd, done
}

// environment is the test's environment without what would change how monctl
// behaves, and with what the test adds.
func environment(extra []string) []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "MONCTL_") {
			env = append(env, pair)
		}
	}
	return append(env, extra...)
}

// WaitReady waits until the program is ready, and fails the test when it ends
// before that.
func (p *Process) WaitReady() {
	p.t.Helper()
	if p.spec.ReadyPath == "" {
		return
	}
	Eventually(p.t, readyTimeout, func() error {
		select {
		case <-p.done:
			p.t.Fatalf("%s ended with code %d before it was ready", p.spec.Name, p.code())
		default:
		}
		return ready(p.t.Context(), p.spec.URL+p.spec.ReadyPath)
	})
}

func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	return nil
}

// URL is where the program listens, without a trailing slash.
func (p *Process) URL() string { return p.spec.URL }

// PID is the id of the program's process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Output is what the program wrote so far, to both streams, over all its starts.
func (p *Process) Output() string { return p.out.String() }

// WaitOutput waits until the program has written the text.
func (p *Process) WaitOutput(timeout time.Duration, text string) {
	p.t.Helper()
	Eventually(p.t, timeout, func() error {
		if !strings.Contains(p.Output(), text) {
			return fmt.Errorf("%s has not written %q", p.spec.Name, text)
		}
		return nil
	})
}

// WaitExit waits until the program ends by itself and returns its exit code.
func (p *Process) WaitExit(timeout time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(timeout):
		p.t.Fatalf("%s still runs after %s", p.spec.Name, timeout)
	}
	return p.code()
}

// Stop ends the program with SIGTERM, or with SIGKILL when it does not heed
// that, and returns its exit code: -1 when a signal ended it. Stopping what has
// ended does nothing.
func (p *Process) Stop() int {
	p.t.Helper()
	if p.cmd == nil {
		return 0
	}
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		p.t.Errorf("%s did not end within %s of SIGTERM", p.spec.Name, stopTimeout)
		p.Kill()
	}
	return p.code()
}

// Kill ends the program with SIGKILL, as kill -9 and the kernel's memory killer
// do, and waits until it is gone.
func (p *Process) Kill() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	<-p.done
}

// Signal sends the program a signal, such as SIGHUP.
func (p *Process) Signal(sig os.Signal) {
	p.t.Helper()
	p.signal(sig)
}

// Restart starts a program that has ended again, with the same arguments, and
// waits until it is ready. One that still runs is stopped first.
func (p *Process) Restart() {
	p.t.Helper()
	p.Stop()
	p.launch()
	p.WaitReady()
}

func (p *Process) signal(sig os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("send %s to %s: %v", sig, p.spec.Name, err)
	}
}

func (p *Process) code() int { return p.cmd.ProcessState.ExitCode() }

// Eventually calls check until it returns nil, and fails the test with the last
// error when it has not after the timeout.
func Eventually(t testing.TB, timeout time.Duration, check func() error) {
	t.Helper()
	deadline := time.Now().Add(timeout)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not after %s: %v", timeout, err)
		}
		time.Sleep(pollInterval)
	}
}

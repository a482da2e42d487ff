package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// idleOptions bounds the measurement of the servers at rest.
type idleOptions struct {
	// warmUp is the time between the last configuration and the first reading.
	warmUp time.Duration
	// slice is the time between two readings, of which there are slices.
	slice  time.Duration
	slices int
}

// modules is a configuration of blackbox_exporter with the modules that this
// repository's probes name.
const modules = `modules:
  http_2xx: {prober: http}
  icmp: {prober: icmp}
  dns_udp: {prober: dns, dns: {query_name: localhost}}
`

// runIdle lets both sides scrape the same exporters, themselves and nothing
// else, evaluate the same rules and route the same alerts, at the same time.
func runIdle(ctx context.Context, b *bench) (rows []row, err error) {
	f := &fleet{bench: b, dir: filepath.Join(b.work, "idle")}
	defer func() {
		if stopErr := f.stop(); err == nil {
			err = stopErr
		}
	}()
	vars, err := f.startExporters(ctx)
	if err != nil {
		return nil, err
	}
	ours, err := f.startOurs(ctx, vars)
	if err != nil {
		return nil, err
	}
	peer, err := f.startPeers(ctx, vars)
	if err != nil {
		return nil, err
	}
	if err := sleep(ctx, b.idle.warmUp); err != nil {
		return nil, err
	}
	return b.watch(ctx, ours, peer)
}

// watch reads what the processes have taken, slice by slice.
func (b *bench) watch(ctx context.Context, ours, peer []*os.Process) ([]row, error) {
	const name = "prometheus + alertmanager"
	var cpu, rss [2][]float64
	last := [2]float64{}
	for round := range b.idle.slices + 1 {
		if round > 0 {
			if err := sleep(ctx, b.idle.slice); err != nil {
				return nil, err
			}
		}
		for side, processes := range [][]*os.Process{ours, peer} {
			var sum footprint
			for _, p := range processes {
				f, err := readFootprint(p.Pid)
				if err != nil {
					return nil, err
				}
				sum.cpu += f.cpu
				sum.rss += f.rss
			}
			if round > 0 {
				cpu[side] = append(cpu[side], (sum.cpu-last[side])/b.idle.slice.Seconds())
				rss[side] = append(rss[side], sum.rss)
			}
			last[side] = sum.cpu
		}
	}
	b.note(fmt.Sprintf("idle: both run at the same time with the environment 'default' and the same exporters; after %s, %d readings %s apart; "+
		"cpu is processor seconds a second, rss the resident memory at each reading", b.idle.warmUp, b.idle.slices, b.idle.slice))
	return []row{
		newRow("idle", "rss", octets, rss[0], name, rss[1]),
		newRow("idle", "cpu per s", seconds, cpu[0], name, cpu[1]),
	}, nil
}

// fleet is the servers of one measurement.
type fleet struct {
	*bench
	dir     string
	running []*server
}

// server is a started process and what it wrote.
type server struct {
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// start starts a server and waits until url answers 200.
func (f *fleet) start(ctx context.Context, name, url string, c command) (*os.Process, error) {
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the scratch directory: %w", err)
	}
	logName := filepath.Join(f.dir, name+".log")
	log, err := os.Create(logName)
	if err != nil {
		return nil, fmt.Errorf("write the log of %s: %w", name, err)
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s := &server{name: name, cmd: cmd, done: make(chan struct{})}
	f.running = append(f.running, s)
	go func() {
		defer close(s.done)
		_ = cmd.Wait() // that it ended is what matters; its log says why
	}()
	if err := s.waitReady(ctx, url); err != nil {
		wrote, readErr := os.ReadFile(logName)
		return nil, fmt.Errorf("start %s: %w\n%s", c, errors.Join(err, readErr), tail(wrote))
	}
	return cmd.Process, nil
}

// stop ends every server, the last one started first.
func (f *fleet) stop() error {
	var errs []error
	for _, s := range slices.Backward(f.running) {
		if err := s.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			errs = append(errs, fmt.Errorf("stop %s: %w", s.name, err))
		}
		select {
		case <-s.done:
		case <-time.After(30 * time.Second):
			errs = append(errs, fmt.Errorf("stop %s: it does not end when interrupted", s.name), s.cmd.Process.Kill())
			<-s.done
		}
	}
	return errors.Join(errs...)
}

// startExporters starts what both sides scrape, and returns the external
// variables that say so.
func (f *fleet) startExporters(ctx context.Context) ([]string, error) {
	node, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	blackbox, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(f.dir, "blackbox.yml")
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the scratch directory: %w", err)
	}
	if err := os.WriteFile(config, []byte(modules), 0o644); err != nil {
		return nil, fmt.Errorf("configure blackbox_exporter: %w", err)
	}
	if _, err := f.start(ctx, "node_exporter", "http://"+node+"/metrics",
		command{path: "prometheus-node-exporter", args: []string{"--web.listen-address=" + node}}); err != nil {
		return nil, err
	}
	if _, err := f.start(ctx, "blackbox_exporter", "http://"+blackbox+"/-/healthy",
		command{path: "prometheus-blackbox-exporter", args: []string{"--web.listen-address=" + blackbox, "--config.file=" + config}}); err != nil {
		return nil, err
	}
	return []string{"-V", "node=" + node, "-V", "blackbox=" + blackbox}, nil
}

func (f *fleet) startOurs(ctx context.Context, vars []string) ([]*os.Process, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	p, err := f.start(ctx, "monctl", "http://"+addr+"/-/ready", f.own("serve",
		"--listen", addr, "--data", filepath.Join(f.dir, "monctl"), "--hold-back-unresolved"))
	if err != nil {
		return nil, err
	}
	deploy := append([]string{"--env", "default", "--to", "http://" + addr, "-V", "self=" + addr}, vars...)
	if _, err := measure(ctx, []command{f.own("deploy", deploy...)}); err != nil {
		return nil, err
	}
	return []*os.Process{p}, nil
}

var (
	// alertingSection is the head of the top-level section of a prometheus.yml.
	alertingSection = regexp.MustCompile(`(?m)^alerting:\n`)
	alertmanagers   = regexp.MustCompile(`(?m)^  alertmanagers:`)
)

// withAlertmanager adds an Alertmanager to a rendered prometheus.yml, which
// names none because monctl holds it in the same process.
func withAlertmanager(config []byte, addr string) ([]byte, error) {
	if alertmanagers.Match(config) {
		return nil, errors.New("it names Alertmanagers already")
	}
	section := fmt.Appendf(nil, "alerting:\n  alertmanagers: [{static_configs: [{targets: [%q]}]}]\n", addr)
	if at := alertingSection.FindIndex(config); at != nil {
		return slices.Replace(slices.Clone(config), at[0], at[1], section...), nil
	}
	return append(append(bytes.TrimRight(config, "\n"), '\n'), section...), nil
}

// startPeers starts Prometheus and Alertmanager on the same sources. Their
// addresses stand where ours stands, so they are scraped and probed as it is.
func (f *fleet) startPeers(ctx context.Context, vars []string) ([]*os.Process, error) {
	prom, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	am, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(f.dir, "rendered")
	render := append([]string{
		"--env", "default", "--out", out,
		"-V", "self=" + prom, "--ext-code", fmt.Sprintf("peers=[%q]", am),
	}, vars...)
	if _, err := measure(ctx, []command{f.own("render", render...)}); err != nil {
		return nil, err
	}
	config := filepath.Join(out, "default", "prometheus", "prometheus.yml")
	text, err := os.ReadFile(config)
	if err != nil {
		return nil, fmt.Errorf("configure Prometheus: %w", err)
	}
	text, err = withAlertmanager(text, am)
	if err != nil {
		return nil, fmt.Errorf("configure Prometheus: %s: %w", config, err)
	}
	if err := os.WriteFile(config, text, 0o644); err != nil {
		return nil, fmt.Errorf("configure Prometheus: %w", err)
	}
	amProcess, err := f.start(ctx, "alertmanager", "http://"+am+"/-/ready", f.peer("alertmanager",
		"--web.listen-address="+am, "--cluster.listen-address=",
		"--config.file="+filepath.Join(out, "default", "alertmanager", "alertmanager.yml"),
		"--storage.path="+filepath.Join(f.dir, "alertmanager")))
	if err != nil {
		return nil, err
	}
	promProcess, err := f.start(ctx, "prometheus", "http://"+prom+"/-/ready", f.peer("prometheus",
		"--web.listen-address="+prom, "--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(f.dir, "prometheus")))
	if err != nil {
		return nil, err
	}
	return []*os.Process{promProcess, amProcess}, nil
}

// waitReady polls until url answers 200, for a minute or until the server ends.
func (s *server) waitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.done:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", url, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// freeAddr is a loopback address that nobody listens on.
func freeAddr(ctx context.Context) (string, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

package peer

import (
	"path/filepath"
	"testing"
)

// NodeExporter starts the distribution's node_exporter.
func NodeExporter(t testing.TB, args ...string) *Process {
	t.Helper()
	addr := FreeAddr(t)
	return Start(t, Spec{
		Name:      "node_exporter",
		Path:      Installed(t, "prometheus-node-exporter"),
		Args:      append([]string{"--web.listen-address=" + addr}, args...),
		URL:       "http://" + addr,
		ReadyPath: "/metrics",
	})
}

// BlackboxExporter starts the distribution's blackbox_exporter with a
// configuration file.
func BlackboxExporter(t testing.TB, config string, args ...string) *Process {
	t.Helper()
	addr := FreeAddr(t)
	return Start(t, Spec{
		Name:      "blackbox_exporter",
		Path:      Installed(t, "prometheus-blackbox-exporter"),
		Args:      append([]string{"--web.listen-address=" + addr, "--config.file=" + config}, args...),
		URL:       "http://" + addr,
		ReadyPath: "/-/healthy",
	})
}

// Prometheus starts the pinned Prometheus with a configuration file and a data
// directory of its own.
func Prometheus(t testing.TB, config string, args ...string) *Process {
	t.Helper()
	addr := FreeAddr(t)
	return Start(t, Spec{
		Name: "prometheus",
		Path: Pinned(t, "prometheus"),
		Args: append([]string{
			"--web.listen-address=" + addr,
			"--config.file=" + config,
			"--storage.tsdb.path=" + filepath.Join(t.TempDir(), "tsdb"),
		}, args...),
		URL:       "http://" + addr,
		ReadyPath: "/-/ready",
	})
}

// Alertmanager starts the pinned Alertmanager, without clustering, with a
// configuration file and a data directory of its own.
func Alertmanager(t testing.TB, config string, args ...string) *Process {
	t.Helper()
	addr := FreeAddr(t)
	return Start(t, Spec{
		Name: "alertmanager",
		Path: Pinned(t, "alertmanager"),
		Args: append([]string{
			"--web.listen-address=" + addr,
			"--cluster.listen-address=",
			"--config.file=" + config,
			"--storage.path=" + filepath.Join(t.TempDir(), "alertmanager"),
		}, args...),
		URL:       "http://" + addr,
		ReadyPath: "/-/ready",
	})
}

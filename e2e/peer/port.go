package peer

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports are taken below the range from which the kernel serves outgoing
// connections, so that none of these takes the port between two starts of one
// program.
const (
	firstPort = 20000
	lastPort  = 32000
)

// FreePort returns a TCP port of the loopback address that nobody listens on.
// It stays free until somebody takes it: start the program soon.
func FreePort(t testing.TB) int {
	t.Helper()
	var listen net.ListenConfig
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := listen.Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatalf("close the listener on port %d: %v", port, err)
		}
		return port
	}
	t.Fatalf("no free port found between %d and %d", firstPort, lastPort)
	return 0
}

// FreeAddr returns a [FreePort] with the loopback address, as host:port.
func FreeAddr(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(FreePort(t)))
}

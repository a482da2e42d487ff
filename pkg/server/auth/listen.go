package auth

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// ExposedError means that a listen address would open the server to others
// without any authentication.
type ExposedError struct {
	Address string
}

// Error names the address.
func (e *ExposedError) Error() string {
	return fmt.Sprintf("listening on %s would let everybody who can reach it change what is monitored and notified, without authentication", e.Address)
}

// Diagnostic returns the error as a finding with the code server/exposed.
func (e *ExposedError) Diagnostic() diag.Diagnostic {
	return diag.Diagnostic{
		Code: "server/exposed", Summary: e.Error(),
		Hint: "listen on a loopback address such as 127.0.0.1:9090 and put a proxy that authenticates in front of it, or allow it explicitly",
	}
}

// ListenOptions say what makes an address acceptable that others can reach.
type ListenOptions struct {
	// Authenticated says that requests are authenticated.
	Authenticated bool
	// AllowOpen says that somebody explicitly wants it open.
	AllowOpen bool
}

// CheckListen returns an *ExposedError for a listen address, "host:port", that
// others than this machine can reach, unless the options accept it.
func CheckListen(address string, o ListenOptions) error {
	if o.Authenticated || o.AllowOpen {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen address %q: want host:port: %w", address, err)
	}
	if !IsLoopback(host) {
		return &ExposedError{Address: address}
	}
	return nil
}

// IsLoopback reports whether a host is this machine by its name alone: an
// address of the loopback interface, or localhost and names below it, which
// RFC 6761 keeps from being anything else. Other names may resolve to anything.
func IsLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

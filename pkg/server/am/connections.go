package am

import (
	"context"
	"errors"
	"net"
	"sync"
)

// connections are those that a generation's integrations opened and keep for
// their next request. Upstream gives no way to close its clients, so they
// would stay for minutes after the generation that they belong to.
type connections struct {
	dialer net.Dialer

	mu     sync.Mutex
	open   map[*connection]struct{}
	closed bool
}

type connection struct {
	net.Conn
	of *connections
}

var errRetired = errors.New("the configuration that this notification belongs to is not active any more")

func newConnections() *connections { return &connections{open: map[*connection]struct{}{}} }

// dial is a commoncfg.DialContextFunc.
func (c *connections) dial(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := c.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		raw.Close()
		return nil, errRetired
	}
	conn := &connection{Conn: raw, of: c}
	c.open[conn] = struct{}{}
	return conn, nil
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// closeAll closes what is open and what is opened from now on.
func (c *connections) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.open {
		conn.Conn.Close()
	}
	clear(c.open)
}

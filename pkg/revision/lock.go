package revision

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// lock keeps a second process off a data directory. The operating system lets
// go of it when the process ends, however it ends, so there are no stale ones.
func lock(dir string) (*flock.Flock, error) {
	name := filepath.Join(dir, "lock")
	l := flock.New(name, flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if !ok {
		data, _ := os.ReadFile(name) // to name the other one is all it is for
		pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
		return nil, &LockedError{Dir: dir, PID: pid}
	}
	if err := os.WriteFile(name, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		_ = l.Unlock()
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	return l, nil
}

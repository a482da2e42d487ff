package startup_test

import (
	"math"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/monctl/monctl/pkg/startup"
)

// faults is how often this thread has looked at a page that it had not.
func faults(t *testing.T) int64 {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_THREAD, &u); err != nil {
		t.Fatal(err)
	}
	return u.Minflt
}

// TestEnd: the code that runs next and its constants are among what is given
// back, so they are found again by a fault each at least.
func TestEnd(t *testing.T) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil || !strings.Contains(string(status), "\nTracerPid:\t0\n") {
		t.Skip("a debugger is attached, or there is no /proc")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if faults(t) == 0 {
		t.Skip("this system does not count faults")
	}
	// Memory that is allocated for the first time is found by faults too, but
	// not in every round.
	least := int64(math.MaxInt64)
	for range 50 {
		before := faults(t)
		startup.End()
		least = min(least, faults(t)-before)
	}
	const few = 8 // 2 or 3 without giving back, above 20 with it
	if least < few {
		t.Errorf("giving pages back causes %d faults: are any given back?", least)
	}
}

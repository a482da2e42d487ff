package startup_test

import (
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	_ "github.com/monctl/monctl/pkg/startup"
)

// TestUsual: the collector is as Go makes it after the first collection.
func TestUsual(t *testing.T) {
	if v, ok := os.LookupEnv("GOGC"); ok && v != "100" {
		t.Skip("GOGC is set")
	}
	runtime.GC()
	deadline := time.Now().Add(time.Minute)
	for {
		now := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(now)
		percent := now[0].Value.Uint64()
		if percent == 100 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("GOGC is %d after a collection, want 100", percent)
		}
		time.Sleep(time.Millisecond)
	}
}

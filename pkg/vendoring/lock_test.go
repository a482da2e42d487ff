package vendoring_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"

	"github.com/monctl/monctl/pkg/vendoring"
)

// Two runs in one project took each other's staged packages away.
func TestARunWaitsForAnother(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	h.commit("team/b", "main", files(map[string]string{"x": "1"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})
	name := filepath.Join(dir, "jsonnetfile.json")
	other := flock.New(name)
	if ok, err := other.TryLock(); err != nil || !ok {
		t.Fatalf("lock: %v, %v", ok, err)
	}
	p, _, err := vendoring.Load(vendoring.Options{Dir: dir, Repos: h.client()})
	h.check(err)
	type end struct {
		result *vendoring.Result
		err    error
	}
	done := make(chan end)
	go func() {
		result, _, err := p.Install(t.Context(), vendoring.Request{})
		done <- end{result, err}
	}()
	// The other run adds a package and ends.
	h.check(os.WriteFile(name, []byte(requires(dep(lib("a"), "", "main"), dep(lib("b"), "", "main"))), 0o600))
	h.check(other.Unlock())
	if e := <-done; e.err != nil || len(e.result.Changes) != 2 {
		t.Errorf("result %+v, error %v", e.result, e.err)
	}
}

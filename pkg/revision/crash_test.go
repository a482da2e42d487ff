package revision_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/revision"
)

var errKilled = errors.New("killed")

// dyingFS stops working before a step, as a killed process does: what it was
// writing at that moment is half there, and nothing happens afterwards.
type dyingFS struct {
	revision.FS
	steps int
}

func (d *dyingFS) step() bool {
	d.steps--
	return d.steps >= 0
}

func (d *dyingFS) WriteFile(name string, data []byte) error {
	if !d.step() {
		if d.steps == -1 {
			return errors.Join(errKilled, os.WriteFile(name, data[:len(data)/2], 0o600))
		}
		return errKilled
	}
	return d.FS.WriteFile(name, data)
}

func (d *dyingFS) Rename(from, to string) error {
	if !d.step() {
		return errKilled
	}
	return d.FS.Rename(from, to)
}

func (d *dyingFS) SyncDir(name string) error {
	if !d.step() {
		return errKilled
	}
	return d.FS.SyncDir(name)
}

func (d *dyingFS) Remove(name string) error {
	if !d.step() {
		return errKilled
	}
	return d.FS.Remove(name)
}

// TestKilledAtEveryStep deploys a second revision and collects the first,
// killed before each step in turn. Whatever the step, the store opens, one of
// the two revisions is active and complete, and the deployment can be done
// again.
func TestKilledAtEveryStep(t *testing.T) {
	one, two := makeBundle(t, "a", "b"), makeBundle(t, "a", "c", "d")
	var sawOld, sawNew bool
	for steps := 0; ; steps++ {
		if steps > 100 {
			t.Fatal("the deployment never ends")
		}
		dir := t.TempDir()
		s, err := revision.Open(dir, revision.Options{})
		if err != nil {
			t.Fatal(err)
		}
		mustDeploy(t, s, one, start)
		s.Close()

		s, err = revision.Open(dir, revision.Options{Keep: 1, FS: &dyingFS{FS: revision.OS(), steps: steps}})
		if err != nil {
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			continue
		}
		died := deploy(s, two, start.Add(time.Hour))
		if died == nil {
			_, died = s.Collect()
		}
		if died == nil {
			_, died = s.Collect() // the first one leaves what was just stored
		}
		if died != nil && !errors.Is(died, errKilled) {
			t.Fatal(died)
		}
		s.Close() // the operating system lets go of the lock

		s, err = revision.Open(dir, revision.Options{})
		if err != nil {
			t.Fatalf("killed before step %d: %v", steps, err)
		}
		active, _ := s.Active()
		if _, _, err := s.Bundle(active.Revision); err != nil {
			t.Errorf("killed before step %d: %v", steps, err)
		}
		sawOld = sawOld || active.Revision == one.Revision()
		sawNew = sawNew || active.Revision == two.Revision()
		if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) > 0 {
			t.Errorf("killed before step %d: left aside %v, %v", steps, left, err)
		}
		if err := deploy(s, two, start.Add(2*time.Hour)); err != nil {
			t.Errorf("killed before step %d: deploy again: %v", steps, err)
		}
		if _, err := s.List(); err != nil {
			t.Errorf("killed before step %d: %v", steps, err)
		}
		s.Close()
		if died == nil {
			break
		}
	}
	if !sawOld || !sawNew {
		t.Errorf("the steps did not straddle the activation: old %t, new %t", sawOld, sawNew)
	}
}

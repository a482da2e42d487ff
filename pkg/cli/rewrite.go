package cli

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
)

// rewriting is new content for a file that exists.
type rewriting struct {
	path string
	data []byte
}

// rewrite replaces the content of files, which keep their modes; a link stays
// one, and what it leads to is rewritten. Everything is written beside its
// place first, so that a full disk leaves the files of before.
func rewrite(files []rewriting) error {
	staged := map[string]string{} // by the temporary name
	defer func() {
		for temporary := range staged {
			_ = os.Remove(temporary)
		}
	}()
	for _, f := range files {
		place, err := filepath.EvalSymlinks(f.path)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.path, cause(err))
		}
		info, err := os.Stat(place)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.path, cause(err))
		}
		temporary := filepath.Join(filepath.Dir(place), ".monctl-"+rand.Text())
		staged[temporary] = place
		if err := os.WriteFile(temporary, f.data, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", f.path, cause(err))
		}
		if err := os.Chmod(temporary, info.Mode().Perm()); err != nil {
			return fmt.Errorf("write %s: %w", f.path, cause(err))
		}
	}
	for temporary, place := range staged {
		if err := os.Rename(temporary, place); err != nil {
			return fmt.Errorf("write %s: %w", place, err)
		}
		delete(staged, temporary)
	}
	return nil
}

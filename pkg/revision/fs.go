package revision

import (
	"errors"
	"fmt"
	"os"
)

// FS is how the store changes files. It is a seam for tests that interrupt a
// write at each of its steps.
type FS interface {
	// WriteFile creates a file with a content and syncs it.
	WriteFile(name string, data []byte) error
	// Rename puts a file in the place of another, atomically.
	Rename(from, to string) error
	// SyncDir makes what was renamed or removed in a directory last.
	SyncDir(name string) error
	// Remove removes a file.
	Remove(name string) error
}

// OS returns the file system of the operating system.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) WriteFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func (osFS) Rename(from, to string) error { return os.Rename(from, to) }

func (osFS) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

func (osFS) Remove(name string) error { return os.Remove(name) }

// makeDir creates a directory and its parents below root, and syncs the parent
// so that it lasts.
func makeDir(fsys FS, parent, name string) error {
	err := os.Mkdir(name, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create directory: %w", err)
	}
	return fsys.SyncDir(parent)
}

package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/monctl/monctl/pkg/jsonnet/output"
)

// writeFiles writes the files of -m below its folder, and lists them. None of
// them can leave the folder; those that hold the same already are not touched.
// Everything is written beside its place first, so that a full disk leaves the
// files of before.
func (o *evalOptions) writeFiles(files []output.File) error {
	if len(files) == 0 {
		return o.deliver(nil, o.out, false)
	}
	dir := filepath.Clean(o.multi)
	if err := collision(files); err != nil {
		return err
	}
	if o.create {
		if err := os.MkdirAll(o.at(dir), 0o755); err != nil { //nolint:gosec // what is written is for everybody
			return fmt.Errorf("write to %s: %w", dir, cause(err))
		}
	}
	root, err := os.OpenRoot(o.at(dir))
	if err != nil {
		return fmt.Errorf("write to %s: %w", dir, cause(err))
	}
	defer func() { _ = root.Close() }()
	var list bytes.Buffer
	staged := map[string]string{} // by the temporary name
	defer func() {
		for temporary := range staged {
			_ = root.Remove(temporary)
		}
	}()
	for _, f := range files {
		name := fileName(f)
		fmt.Fprintln(&list, filepath.Join(dir, name))
		if old, err := root.ReadFile(name); err == nil && bytes.Equal(old, f.Data) {
			continue
		}
		temporary, err := o.stage(root, name, f.Data)
		if err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, name), cause(err))
		}
		staged[temporary] = name
	}
	for temporary, name := range staged {
		if err := root.Rename(temporary, name); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(dir, name), cause(err))
		}
		delete(staged, temporary)
	}
	return o.deliver(list.Bytes(), o.out, false)
}

// fileName is the path of a file below the folder.
func fileName(f output.File) string {
	return filepath.Clean(filepath.FromSlash(strings.TrimLeft(f.Name, "/")))
}

// collision finds two fields that cannot both be files: they name the same one
// in two ways, or one is a file where the other needs a folder.
func collision(files []output.File) error {
	fields := map[string]string{}
	for _, f := range files {
		if other, ok := fields[fileName(f)]; ok {
			return fmt.Errorf("the fields %q and %q are the same file", other, f.Name)
		}
		fields[fileName(f)] = f.Name
	}
	for _, f := range files {
		for dir := filepath.Dir(fileName(f)); dir != "." && dir != string(filepath.Separator); dir = filepath.Dir(dir) {
			if other, ok := fields[dir]; ok {
				return fmt.Errorf("the field %q is a file, and %q needs a folder of that name", other, f.Name)
			}
		}
	}
	return nil
}

func (o *evalOptions) stage(root *os.Root, name string, data []byte) (string, error) {
	if o.create {
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return "", err
		}
	}
	if info, err := root.Stat(name); err == nil && info.IsDir() {
		return "", errors.New("it is a folder")
	}
	return stage(root, name, data)
}

// stage writes data beside a name and returns the temporary name.
func stage(root *os.Root, name string, data []byte) (string, error) {
	temporary := filepath.Join(filepath.Dir(name), ".monctl-"+rand.Text())
	if err := root.WriteFile(temporary, data, 0o666); err != nil {
		_ = root.Remove(temporary)
		return "", err
	}
	return temporary, nil
}

// replace writes a file as a whole or not at all. What is no regular file, a
// pipe for instance, is written to as it is.
func replace(root *os.Root, name string, data []byte) error {
	if info, err := root.Stat(name); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return errors.New("it is a folder")
		}
		return root.WriteFile(name, data, 0o666)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temporary, err := stage(root, name, data)
	if err != nil {
		return err
	}
	if err := root.Rename(temporary, name); err != nil {
		_ = root.Remove(temporary)
		return err
	}
	return nil
}

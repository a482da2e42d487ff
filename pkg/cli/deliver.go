package cli

import (
	"fmt"
	"os"
	"path/filepath"
)

// deliver prints data, or writes it to the file out; with create it makes the
// folders that are missing.
func (g *global) deliver(data []byte, out string, create bool) error {
	if out == "" || out == "-" {
		if _, err := g.sys.Stdout.Write(data); err != nil {
			return fmt.Errorf("print the output: %w", err)
		}
		return nil
	}
	name := g.at(out)
	dir := filepath.Dir(name)
	if create {
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // what is written is for everybody
			return fmt.Errorf("write %s: %w", out, cause(err))
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", out, cause(err))
	}
	defer func() { _ = root.Close() }()
	if err := replace(root, filepath.Base(name), data); err != nil {
		return fmt.Errorf("write %s: %w", out, cause(err))
	}
	return nil
}

// at makes a path of the command line absolute, from where the command works.
func (g *global) at(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(g.workDir(), path)
}

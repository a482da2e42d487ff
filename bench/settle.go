package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// settle copies monctl and its peers into the scratch directory, all of them in
// the same way, and has the copies measured. How many pages of a program's file
// a kernel maps with each that is used, and so counts as memory of the process,
// follows from the pieces in which the file came into the page cache: of one
// and the same monctl 110 MB are counted as the linker has left it, and 78 MB
// of a copy. A peer that is missing shows in the cases that need it.
func (b *bench) settle() error {
	folder := filepath.Join(b.work, "bin")
	if err := os.Mkdir(folder, 0o755); err != nil { //nolint:gosec // programs are for everybody
		return fmt.Errorf("copy the programs: %w", err)
	}
	ours := filepath.Join(folder, "monctl")
	if err := copyProgram(b.monctl, ours); err != nil {
		return fmt.Errorf("copy monctl: %w", err)
	}
	for _, name := range []string{
		"alertmanager", "amtool", "blackbox_exporter", "jsonnet", "jsonnetdriver", "node_exporter", "pint", "prometheus", "promtool", "tk",
	} {
		if err := copyProgram(filepath.Join(b.bin, name), filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	b.monctl, b.bin = ours, folder
	return nil
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755) //nolint:gosec // a program is for everybody
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

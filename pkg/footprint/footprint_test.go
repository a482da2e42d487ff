package footprint_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/footprint"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestHolds asks one question, changes one thing, and looks whether the
// footprint has noticed.
func TestHolds(t *testing.T) {
	read := func(l *footprint.Log, dir string) { _, _ = l.ReadFile(filepath.Join(dir, "a")) }
	list := func(l *footprint.Log, dir string) { _, _ = l.ReadDir(dir) }
	stat := func(l *footprint.Log, dir string) { _, _ = l.Stat(filepath.Join(dir, "a")) }
	lstat := func(l *footprint.Log, dir string) { _, _ = l.Lstat(filepath.Join(dir, "a")) }
	missing := func(l *footprint.Log, dir string) { _, _ = l.ReadFile(filepath.Join(dir, "none", "x")) }
	rewrite := func(t *testing.T, dir string) { write(t, filepath.Join(dir, "a"), "2") }
	touch := func(t *testing.T, dir string) { write(t, filepath.Join(dir, "a"), "1") }
	add := func(t *testing.T, dir string) { write(t, filepath.Join(dir, "c"), "") }
	link := func(t *testing.T, dir string) {
		check(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b", "a")))
		check(t, os.Symlink(filepath.Join("b", "a"), filepath.Join(dir, "a")))
	}
	folder := func(t *testing.T, dir string) {
		check(t, os.Remove(filepath.Join(dir, "a")))
		check(t, os.Mkdir(filepath.Join(dir, "a"), 0o750))
	}
	remove := func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "a"))) }
	appear := func(t *testing.T, dir string) {
		check(t, os.Mkdir(filepath.Join(dir, "none"), 0o750))
		write(t, filepath.Join(dir, "none", "x"), "")
	}
	for _, c := range []struct {
		name  string
		ask   func(l *footprint.Log, dir string)
		edit  func(t *testing.T, dir string)
		holds bool
	}{
		{"content, nothing", read, func(*testing.T, string) {}, true},
		{"content, written again", read, touch, true},
		{"content, another file", read, add, true},
		{"content, other content", read, rewrite, false},
		{"content, a link to the same", read, link, true},
		{"content, a folder now", read, folder, false},
		{"content, gone", read, remove, false},
		{"missing, still", missing, add, true},
		{"missing, appears", missing, appear, false},
		{"listing, other content", list, rewrite, true},
		{"listing, another file", list, add, false},
		{"listing, gone", list, remove, false},
		{"listing, a link now", list, link, false},
		{"listing, a folder now", list, folder, false},
		{"kind, other content", stat, rewrite, true},
		{"kind, a link to a file", stat, link, true},
		{"kind, a folder now", stat, folder, false},
		{"kind, gone", stat, remove, false},
		{"link, other content", lstat, rewrite, true},
		{"link, a link now", lstat, link, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a"), "1")
			check(t, os.Mkdir(filepath.Join(dir, "b"), 0o750))
			var log footprint.Log
			c.ask(&log, dir)
			f, ok := log.Footprint()
			if !ok || f.Len() != 1 {
				t.Fatalf("got %d questions, %v", f.Len(), ok)
			}
			text, err := json.Marshal(f)
			check(t, err)
			var again footprint.Footprint
			check(t, json.Unmarshal(text, &again))
			c.edit(t, dir)
			if f.Holds() != c.holds || again.Holds() != c.holds {
				t.Errorf("Holds() = %v, read back %v, want %v; %s", f.Holds(), again.Holds(), c.holds, text)
			}
			if changed := f.Changed(); (len(changed) == 0) != c.holds {
				t.Errorf("Changed() = %q", changed)
			}
		})
	}
}

// TestLogIsDirFS holds the log's file system against that of package os.
func TestLogIsDirFS(t *testing.T) {
	dir := t.TempDir()
	check(t, os.MkdirAll(filepath.Join(dir, "b", "c"), 0o750))
	write(t, filepath.Join(dir, "b", "x"), "x")
	check(t, os.Symlink("b", filepath.Join(dir, "l")))
	walk := func(fsys fs.FS) []string {
		var out []string
		check(t, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			out = append(out, name+" "+d.Type().String())
			return err
		}))
		for _, name := range []string{".", "b", "b/x", "l", "none", "../x", "", "b/x/y"} {
			data, err := fs.ReadFile(fsys, name)
			out = append(out, name+" "+string(data)+" "+text(err))
			info, err := fs.Stat(fsys, name)
			out = append(out, name+" "+mode(info)+" "+text(err))
			info, err = fs.Lstat(fsys, name)
			out = append(out, name+" "+mode(info)+" "+text(err))
		}
		return out
	}
	var log footprint.Log
	if diff := cmp.Diff(walk(os.DirFS(dir)), walk(log.FS(dir))); diff != "" {
		t.Errorf("-os +log:\n%s", diff)
	}
	f, ok := log.Footprint()
	if !ok || !f.Holds() {
		t.Errorf("the footprint is whole: %v, and holds: %v", ok, f.Holds())
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func mode(info fs.FileInfo) string {
	if info == nil {
		return ""
	}
	return info.Mode().String()
}

// TestFootprintIsBroken shows what no footprint can tell.
func TestFootprintIsBroken(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	for _, c := range []struct {
		name string
		ask  func(t *testing.T, l *footprint.Log)
	}{
		{"a file that changes in between", func(t *testing.T, l *footprint.Log) {
			t.Helper()
			write(t, name, "1")
			_, _ = l.ReadFile(name)
			write(t, name, "2")
			_, _ = l.ReadFile(name)
		}},
		{"a file that is opened", func(t *testing.T, l *footprint.Log) {
			t.Helper()
			write(t, name, "1")
			f, err := l.FS(dir).Open("a")
			check(t, err)
			check(t, f.Close())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log footprint.Log
			c.ask(t, &log)
			if _, ok := log.Footprint(); ok {
				t.Error("the footprint counts as whole")
			}
		})
	}
	var f footprint.Footprint
	for _, bad := range []string{"[]", `{"smell": {"/a": "x"}}`, `{"content": 1}`} {
		if err := json.Unmarshal([]byte(bad), &f); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

package project

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Find returns the directory of the project that dir lies in: the nearest one
// upwards that holds a project file, at most up to the root of the version
// control. A project file that lies among the sources of a project further
// out is a fragment of that one's. If there is none, it is dir itself, which
// must be absolute.
func Find(dir string) (string, error) {
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("find the project: %s is not absolute", dir)
	}
	dir = filepath.Clean(dir)
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("find the project: %s is not a directory", dir)
	}
	var holders []string // outermost last
	for d := dir; ; d = filepath.Dir(d) {
		if slices.ContainsFunc(FileNames(), func(name string) bool { return exists(filepath.Join(d, name)) }) {
			holders = append(holders, d)
		}
		if exists(filepath.Join(d, ".git")) || exists(filepath.Join(d, ".jj")) || exists(filepath.Join(d, ".hg")) || d == filepath.Dir(d) {
			break
		}
	}
	if len(holders) == 0 {
		return dir, nil
	}
	found := holders[len(holders)-1]
	for _, inner := range slices.Backward(holders[:len(holders)-1]) {
		covers, err := covers(found, inner)
		if err != nil {
			return "", err
		}
		if !covers {
			found = inner
		}
	}
	return found, nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// covers reports whether a folder lies among the sources of a project. Of a
// project file that does not load, the default sources are taken.
func covers(outer, inner string) (bool, error) {
	l := newLoading(outer, onDisk(outer))
	p, _, err := l.file()
	if err != nil {
		return false, err
	}
	if p == nil {
		var r raw
		if _, _, err := l.decode("#Project", "", nil, &r); err != nil {
			return false, err
		}
		p = &Project{Sources: r.Sources}
	}
	rel, err := filepath.Rel(outer, inner)
	if err != nil {
		return false, fmt.Errorf("find the project: %w", err)
	}
	rel = filepath.ToSlash(rel)
	return slices.ContainsFunc(p.SourceFolders(), func(folder string) bool { return isBelow(rel, folder) }), nil
}

// isBelow reports whether a path is a folder or lies in it.
func isBelow(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

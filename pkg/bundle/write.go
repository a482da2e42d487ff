package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ManifestName is what the file is called that says, in each folder of the
// rendered tree, which files monctl wrote.
const ManifestName = "manifest.json"

const manifestVersion = 1

// manifest says which files of a folder monctl wrote, and what they hold.
type manifest struct {
	FormatVersion int                     `json:"format_version"`
	Files         map[string]manifestFile `json:"files"`
}

type manifestFile struct {
	Hash    Hash            `json:"hash"`
	Objects map[string]Hash `json:"objects,omitempty"`
}

// Change is a difference between a rendered tree on disk and what it ought to
// be.
type Change struct {
	// Path is relative to the environment's folder.
	Path string `json:"path"`
	// Action is "add", "update" or "remove".
	Action   string `json:"action"`
	Old, New []byte `json:"-"`
}

// CompareTree compares the folder of an environment with the files it ought
// to hold, manifests included. Files that no manifest names are not monctl's
// and do not count. The changes are sorted by path.
func CompareTree(dir string, files []TreeFile) ([]Change, error) {
	files, err := withManifests(files)
	if err != nil {
		return nil, err
	}
	want := map[string]bool{}
	var changes []Change
	for _, f := range files {
		want[f.Path] = true
		old, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, Change{Path: f.Path, Action: "add", New: f.Data})
		case err != nil:
			return nil, fmt.Errorf("read rendered file: %w", err)
		case !bytes.Equal(old, f.Data):
			changes = append(changes, Change{Path: f.Path, Action: "update", Old: old, New: f.Data})
		}
	}
	owned, err := ownedFiles(dir)
	if err != nil {
		return nil, err
	}
	for _, p := range owned {
		if want[p] {
			continue
		}
		old, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read rendered file: %w", err)
		}
		changes = append(changes, Change{Path: p, Action: "remove", Old: old})
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// WriteTree makes the folder of an environment hold the files, and removes
// those that a manifest there names as monctl's own and that are no longer
// wanted. Everything is written beside its place first, so that a failure
// leaves what was there; it returns what it changed.
func WriteTree(dir string, files []TreeFile) ([]Change, error) {
	changes, err := CompareTree(dir, files)
	if err != nil {
		return nil, err
	}
	staged := map[string]string{}
	defer func() {
		for _, tmp := range staged {
			_ = os.Remove(tmp)
		}
	}()
	for _, c := range changes {
		if c.Action == "remove" {
			continue
		}
		tmp, err := stage(filepath.Join(dir, filepath.FromSlash(c.Path)), c.New)
		if err != nil {
			return nil, err
		}
		staged[c.Path] = tmp
	}
	// Manifests come last: a crash before them leaves files that the next run
	// writes again, never a manifest that claims what was not written.
	slices.SortStableFunc(changes, func(a, b Change) int {
		return boolRank(path.Base(a.Path) == ManifestName) - boolRank(path.Base(b.Path) == ManifestName)
	})
	for _, c := range changes {
		name := filepath.Join(dir, filepath.FromSlash(c.Path))
		if c.Action == "remove" {
			err = os.Remove(name)
			removeEmptyFolders(dir, filepath.Dir(name))
		} else {
			err = os.Rename(staged[c.Path], name)
			delete(staged, c.Path)
		}
		if err != nil {
			return nil, fmt.Errorf("write rendered tree: %w", err)
		}
	}
	return changes, nil
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

func stage(name string, data []byte) (tmp string, err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", fmt.Errorf("write rendered tree: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".monctl-*")
	if err != nil {
		return "", fmt.Errorf("write rendered tree: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("write rendered tree: %w", err)
	}
	return f.Name(), nil
}

// removeEmptyFolders removes folders from dir upwards, up to but without root.
func removeEmptyFolders(root, dir string) {
	for dir != root && strings.HasPrefix(dir, root) && os.Remove(dir) == nil {
		dir = filepath.Dir(dir)
	}
}

// manifestFolder returns the folder whose manifest names a file: the first of
// the path, or the first two where the first is a target's name.
func manifestFolder(p string) string {
	parts := strings.Split(p, "/")
	if isTreeFolder(parts[0]) || len(parts) < 3 {
		return parts[0]
	}
	return parts[0] + "/" + parts[1]
}

func isTreeFolder(name string) bool {
	return name == prometheusFolder || name == alertmanagerFolder || name == grafanaFolder || name == testsFolder
}

func withManifests(files []TreeFile) ([]TreeFile, error) {
	manifests := map[string]*manifest{}
	for _, f := range files {
		folder := manifestFolder(f.Path)
		m := manifests[folder]
		if m == nil {
			m = &manifest{FormatVersion: manifestVersion, Files: map[string]manifestFile{}}
			manifests[folder] = m
		}
		m.Files[strings.TrimPrefix(f.Path, folder+"/")] = manifestFile{Hash: HashOf(f.Data), Objects: f.Objects}
	}
	out := slices.Clone(files)
	for _, folder := range slices.Sorted(maps.Keys(manifests)) {
		data, err := json.MarshalIndent(manifests[folder], "", "  ")
		if err != nil {
			return nil, fmt.Errorf("encode manifest: %w", err)
		}
		out = append(out, TreeFile{Path: folder + "/" + ManifestName, Data: append(data, '\n')})
	}
	return out, nil
}

// ownedFiles lists what the manifests below dir claim, manifests included.
// A claim that leads out of its folder is not followed.
func ownedFiles(dir string) ([]string, error) {
	var owned []string
	for _, pattern := range []string{ManifestName, "*/" + ManifestName, "*/*/" + ManifestName} {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, fmt.Errorf("find manifests: %w", err)
		}
		for _, name := range found {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read manifest: %w", err)
			}
			var m manifest
			if err := json.Unmarshal(data, &m); err != nil || m.FormatVersion != manifestVersion {
				continue // not one of ours: a dashboard folder may hold such a file
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return nil, fmt.Errorf("find manifests: %w", err)
			}
			rel = filepath.ToSlash(rel)
			owned = append(owned, rel)
			for p := range m.Files {
				if fileNameOK(p) {
					owned = append(owned, path.Join(path.Dir(rel), p))
				}
			}
		}
	}
	slices.Sort(owned)
	return slices.Compact(owned), nil
}

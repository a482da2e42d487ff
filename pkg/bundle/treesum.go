package bundle

import (
	"os"
	"path/filepath"
)

// TreeSum is what a rendered tree of an environment is known by: the hashes of
// its files by path, manifests included.
type TreeSum map[string]Hash

// SumTree returns the sum of what WriteTree writes of a whole tree.
func SumTree(files []TreeFile) (TreeSum, error) {
	all, err := withManifests(files, nil)
	if err != nil {
		return nil, err
	}
	sum := TreeSum{}
	for _, f := range all {
		sum[f.Path] = HashOf(f.Data)
	}
	return sum, nil
}

// Holds reports whether the folder of an environment is what WriteTree would
// make of it, so that CompareTree would find nothing. It is false also where
// that cannot be told.
func (s TreeSum) Holds(dir string, opts WriteOptions) bool {
	if opts.Partial {
		return false
	}
	root, err := openTree(dir)
	if err != nil || root == nil {
		return err == nil && len(s) == 0
	}
	defer func() { _ = root.Close() }()
	folders := opts.Folders
	if len(folders) == 0 {
		folders = TreeFolders()
	}
	candidates, err := manifestFolders(root, folders)
	if err != nil {
		return false
	}
	for _, folder := range candidates {
		// What a manifest that is not ours claims may have to be removed.
		name := folder + "/" + ManifestName
		if _, ours := s[name]; ours {
			continue
		}
		if _, err := root.Lstat(filepath.FromSlash(name)); !os.IsNotExist(err) {
			return false
		}
	}
	for name, hash := range s {
		data, found, err := readTreeFile(root, name)
		if err != nil || !found || HashOf(data) != hash {
			return false
		}
	}
	return true
}

// Files counts the files but for the manifests.
func (s TreeSum) Files() int {
	n := 0
	for name := range s {
		if !isManifest(name) {
			n++
		}
	}
	return n
}

// Differs returns the path of a file, the first in order, that another tree has
// otherwise or not at all, or that only the other has; "" if they are the same.
func (s TreeSum) Differs(t TreeSum) string {
	first := ""
	for _, pair := range [...][2]TreeSum{{s, t}, {t, s}} {
		for name, hash := range pair[0] {
			if other, ok := pair[1][name]; (!ok || other != hash) && (first == "" || name < first) {
				first = name
			}
		}
	}
	return first
}

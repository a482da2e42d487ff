package bundle

import (
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

// manifestVersion is what is written. Version 1 had no entries, and is read to
// know which files are monctl's.
const manifestVersion = 2

// manifest says which files of a folder monctl wrote, and what they hold.
type manifest struct {
	FormatVersion int                     `json:"format_version"`
	Files         map[string]manifestFile `json:"files"`
}

// manifestFile is one file, with the hash of its bytes and the objects in it.
type manifestFile struct {
	Hash    Hash            `json:"hash"`
	Objects json.RawMessage `json:"objects,omitempty"`
}

// TreeObject is an object in a file of the rendered tree.
type TreeObject struct {
	// Entry is the source that was rendered, Hash that of the object's body.
	Entry string `json:"entry,omitempty"`
	Hash  Hash   `json:"hash"`
}

// manifestFolder returns the folder whose manifest names a file: the first of
// the path, or the first two where the first is a target's name. It is "" for
// a file that no folder of the tree holds, which has no manifest.
func manifestFolder(p string) string {
	parts := strings.Split(p, "/")
	switch {
	case len(parts) > 1 && isTreeFolder(parts[0]):
		return parts[0]
	case len(parts) > 2 && isTreeFolder(parts[1]):
		return parts[0] + "/" + parts[1]
	default:
		return ""
	}
}

// IsRendered reports whether a folder is one of those that a rendered tree is
// made of, which have a manifest.
func IsRendered(folder string) bool {
	data, err := os.ReadFile(filepath.Join(folder, ManifestName))
	if err != nil {
		return false
	}
	var m manifest
	return json.Unmarshal(data, &m) == nil && m.FormatVersion > 0 && m.Files != nil
}

func isTreeFolder(name string) bool {
	return name == KubernetesFolder || slices.Contains(TreeFolders(), name)
}

// isManifest reports whether a path of the tree is that of a manifest.
func isManifest(p string) bool {
	folder := manifestFolder(p)
	return folder != "" && p == folder+"/"+ManifestName
}

// withManifests adds the manifests of the files' folders. Those that were
// there before say what else a manifest names if only a part is written.
func withManifests(files []TreeFile, before map[string]manifest) ([]TreeFile, error) {
	manifests := map[string]manifest{}
	for _, f := range files {
		folder := manifestFolder(f.Path)
		if folder == "" {
			continue
		}
		m, ok := manifests[folder]
		if !ok {
			m = manifest{FormatVersion: manifestVersion, Files: map[string]manifestFile{}}
			for name, file := range before[folder].Files {
				if before[folder].FormatVersion != manifestVersion {
					file.Objects = nil
				}
				m.Files[name] = file
			}
			manifests[folder] = m
		}
		entry := manifestFile{Hash: HashOf(f.Data)}
		if len(f.Objects) > 0 {
			objects, err := json.Marshal(f.Objects)
			if err != nil {
				return nil, fmt.Errorf("encode manifest: %w", err)
			}
			entry.Objects = objects
		}
		m.Files[strings.TrimPrefix(f.Path, folder+"/")] = entry
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

// readManifests reads the manifests of some folders, of the environment and of
// its targets. What does not read as one is not monctl's: a folder of
// dashboards may hold such a file.
func readManifests(root *os.Root, folders []string) (map[string]manifest, error) {
	found := map[string]manifest{}
	candidates, err := manifestFolders(root, folders)
	if err != nil {
		return nil, err
	}
	for _, folder := range candidates {
		name := folder + "/" + ManifestName
		if err := notLinked(root, name); err != nil {
			return nil, err
		}
		data, err := root.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read manifest: %w", err)
		}
		var m manifest
		if json.Unmarshal(data, &m) == nil && (m.FormatVersion == 1 || m.FormatVersion == manifestVersion) {
			found[folder] = m
		}
	}
	return found, nil
}

// manifestFolders are where manifests may lie: some folders of the environment,
// and the same of its targets.
func manifestFolders(root *os.Root, folders []string) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("find manifests: %w", err)
	}
	candidates := slices.Clone(folders)
	for _, e := range entries {
		for _, folder := range folders {
			if e.IsDir() && !isTreeFolder(e.Name()) {
				candidates = append(candidates, e.Name()+"/"+folder)
			}
		}
	}
	return candidates, nil
}

// owned lists what manifests claim, with the hash of what was written there;
// the manifests themselves have none. A claim that leads out of its folder is
// not followed.
func owned(manifests map[string]manifest) map[string]Hash {
	claimed := map[string]Hash{}
	for folder, m := range manifests {
		claimed[folder+"/"+ManifestName] = Hash{}
		for p, f := range m.Files {
			if fileNameOK(p) {
				claimed[path.Join(folder, p)] = f.Hash
			}
		}
	}
	return claimed
}

package bundle

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// IsTree reports whether files are a rendered tree: whether one of its folders
// has a manifest.
func IsTree(files []TreeFile) bool {
	return slices.ContainsFunc(files, func(f TreeFile) bool {
		folder, rest, _ := strings.Cut(f.Path, "/")
		return isTreeFolder(folder) && rest == ManifestName
	})
}

// ReadTree is the inverse of Tree, for the tree of an environment without its
// tests and without what differs for targets. name says what a file is called
// in origins and diagnostics. What cannot be read becomes diagnostics.
func ReadTree(env string, files []TreeFile, name func(path string) string) (*Bundle, diag.List) {
	var objects []Object
	var diags diag.List
	for _, f := range files {
		ref, ok := treeRef(f.Path)
		if !ok {
			continue
		}
		if ref.Kind.IsRaw() {
			objects = append(objects, NewRawObject(ref, f.Data, NewOrigin(diag.Span{File: name(f.Path)}, nil)))
			continue
		}
		docs, problems := DecodeYAML(name(f.Path), f.Data)
		diags = append(diags, problems...)
		for _, d := range docs {
			if ref.Kind == Rules {
				objects = append(objects, Groups(ref.Space, d, "/groups", &diags)...)
			} else {
				objects = append(objects, readObject(ref, d, &diags)...)
			}
		}
	}
	b, duplicates := New(env, objects)
	return b, append(diags, duplicates...)
}

// Groups makes objects of the rule groups at a pointer of a document. Groups
// without a name are left out, since nothing could be known by it.
func Groups(namespace string, d Document, pointer string, diags *diag.List) []Object {
	var out []Object
	groups, _ := d.Value.Lookup(pointer)
	for i, g := range groups.Elem {
		if name := g.Str("name"); name != "" {
			at := pointer + "/" + strconv.Itoa(i)
			one := Document{Value: g, Origin: SubOrigin(d.Origin, at)}
			out = append(out, readObject(Ref{Kind: Rules, Space: namespace, Name: name}, one, diags)...)
		}
	}
	return out
}

func readObject(ref Ref, d Document, diags *diag.List) []Object {
	o, err := NewObject(ref, d.Value, d.Origin)
	if err != nil {
		diags.Errorf("source/read", d.Origin.At(""), "the value cannot be used: %s", err)
		return nil
	}
	return []Object{o}
}

// treeRef is the inverse of treePath; of a rule file, it is the reference
// without the group's name.
func treeRef(name string) (Ref, bool) {
	folder, rest, _ := strings.Cut(name, "/")
	base := strings.TrimSuffix(path.Base(rest), path.Ext(rest))
	switch {
	case rest == "" || rest == ManifestName:
		return Ref{}, false
	case name == treePath(Ref{Kind: Prometheus}):
		return Ref{Kind: Prometheus}, true
	case name == treePath(Ref{Kind: Alertmanager}):
		return Ref{Kind: Alertmanager}, true
	case folder == prometheusFolder && strings.HasPrefix(rest, "rules/"):
		space := strings.TrimSuffix(strings.TrimPrefix(rest, "rules/"), ".yaml")
		return Ref{Kind: Rules, Space: space}, strings.HasSuffix(rest, ".yaml")
	case folder == alertmanagerFolder && strings.HasPrefix(rest, "templates/"):
		return Ref{Kind: Template, Name: strings.TrimPrefix(rest, "templates/")}, true
	case folder == grafanaFolder:
		space := path.Dir(rest)
		if space == "." {
			space = ""
		}
		return Ref{Kind: Dashboard, Space: space, Name: base}, strings.HasSuffix(rest, ".json")
	case folder == prometheusFolder || folder == alertmanagerFolder:
		return Ref{Kind: File, Space: folder, Name: rest}, true
	default:
		return Ref{}, false
	}
}

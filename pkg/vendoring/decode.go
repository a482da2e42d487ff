package vendoring

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// decoded is a File with the places of its dependencies, in their order.
type decoded struct {
	*File
	spans []diag.Span
}

// decode reads a file. name is what diagnostics call it, dir the directory
// that local dependencies are relative to. Empty data is an empty file, as for
// jb. What is wrong is left out of the result.
func decode(name, dir string, data []byte) (*decoded, diag.List) {
	out := &decoded{File: &File{LegacyImports: true}}
	if len(data) == 0 {
		return out, nil
	}
	var diags diag.List
	root, at, err := parseJSON(name, data)
	if err != nil {
		diags.Errorf("vendor/file", at, "%s is no JSON: %v", path.Base(name), err)
		return out, diags
	}
	d := &decoder{dir: dir, out: out, diags: &diags, version: 0}
	d.file(root)
	return out, diags
}

type decoder struct {
	dir     string
	out     *decoded
	diags   *diag.List
	version int
}

func (d *decoder) file(root node) {
	if !d.object(root, "the file", "version", "dependencies", "legacyImports") {
		return
	}
	if n, ok := root.field("version"); ok {
		number, _ := n.value.(json.Number)
		switch v := number.String(); v {
		case "0", "1":
			d.version = int(v[0] - '0')
		default:
			d.diags.Errorf("vendor/file", n.span, "the version of the format is 1, not %s", describe(n)).Hint = "a later version needs a later monctl"
			return
		}
	}
	if n, ok := root.field("legacyImports"); ok && d.version == 1 {
		if value, ok := n.value.(bool); ok {
			d.out.LegacyImports = value
		} else {
			d.wrong(n, "legacyImports", "true or false")
		}
	}
	n, ok := root.field("dependencies")
	if !ok {
		return
	}
	list, ok := n.value.([]node)
	if !ok {
		d.wrong(n, "dependencies", "an array")
		return
	}
	for _, n := range list {
		d.dependency(n)
	}
}

func (d *decoder) dependency(n node) {
	if !d.object(n, "a dependency", "source", "version", "sum", "single", "name") {
		return
	}
	source, ok := n.field("source")
	if !ok {
		d.diags.Errorf("vendor/source", n.span, "the dependency has no source").Hint = `write "source": {"git": {"remote": …, "subdir": …}} or {"local": {"directory": …}}`
		return
	}
	dep, ok := d.source(source)
	if !ok {
		return
	}
	dep.Version, _ = d.text(n, "version")
	dep.Sum, _ = d.text(n, "sum")
	dep.LegacyName, _ = d.text(n, "name")
	if s, ok := n.field("single"); ok && d.version == 1 {
		if dep.Single, ok = s.value.(bool); !ok {
			d.wrong(s, "single", "true or false")
		}
	}
	if err := checkPath(dep.Path()); err != nil || strings.Contains("/"+dep.Name()+"/", "/../") {
		d.diags.Errorf("vendor/containment", source.span, "the package would be vendor/%s, which is not within vendor", dep.Name())
		return
	}
	if dep.LegacyName != "" && checkElement(dep.LegacyName) != nil {
		at, _ := n.field("name")
		d.diags.Errorf("vendor/containment", at.span, "%q cannot be the short name of a package", dep.LegacyName).Hint = "a short name is one element of a path"
		return
	}
	d.add(dep, source.span)
}

func (d *decoder) add(dep Dependency, span diag.Span) {
	if i := d.out.find(dep.Path()); i >= 0 {
		d.out.spans[i] = span
	} else {
		d.out.spans = append(d.out.spans, span)
	}
	d.out.set(dep)
}

func (d *decoder) source(n node) (Dependency, bool) {
	if !d.object(n, "a source", "git", "local") {
		return Dependency{}, false
	}
	git, isGit := n.field("git")
	dir, isLocal := n.field("local")
	switch {
	case isGit == isLocal:
		d.diags.Errorf("vendor/source", n.span, "a source is either git or local")
		return Dependency{}, false
	case isLocal:
		if !d.object(dir, "a local source", "directory") {
			return Dependency{}, false
		}
		name, ok := d.text(dir, "directory")
		if !ok || name == "" {
			d.diags.Errorf("vendor/source", dir.span, "the local source names no directory")
			return Dependency{}, false
		}
		return local(d.dir, name), true
	}
	if !d.object(git, "a git source", "remote", "subdir") {
		return Dependency{}, false
	}
	remote, _ := d.text(git, "remote")
	subdir, _ := d.text(git, "subdir")
	g, _, err := parseGit(remote)
	if err != nil {
		at, ok := git.field("remote")
		if !ok {
			at = git
		}
		d.diags.Errorf("vendor/source", at.span, "the remote %q is not understood: %v", remote, err).Hint = remoteHint
		return Dependency{}, false
	}
	g.Subdir = ""
	if subdir != "" {
		g.Subdir = "/" + strings.TrimPrefix(subdir, "/")
		if d.version == 0 {
			g.Subdir = path.Clean(g.Subdir)
		}
	}
	return Dependency{Git: &g}, true
}

const remoteHint = "a remote is https://host/owner/name.git, ssh://git@host/owner/name.git or file:///path/name.git"

// text returns a member that is a string.
func (d *decoder) text(n node, name string) (string, bool) {
	f, ok := n.field(name)
	if !ok {
		return "", false
	}
	s, ok := f.value.(string)
	if !ok {
		d.wrong(f, name, "a string")
	}
	return s, ok
}

// object checks that a value is an object, and warns of members that nobody
// reads.
func (d *decoder) object(n node, what string, known ...string) bool {
	members, ok := n.value.([]member)
	if !ok {
		d.diags.Errorf("vendor/file", n.span, "%s is an object, not %s", what, n.kind())
		return false
	}
	for _, m := range members {
		if !slices.Contains(known, m.name) {
			d.diags.Warnf("vendor/unknown-field", m.span, "%s has no field %q", what, m.name).Hint = diag.DidYouMean(m.name, known)
		}
	}
	return true
}

func (d *decoder) wrong(n node, name, want string) {
	d.diags.Errorf("vendor/file", n.span, "%s is %s, not %s", name, want, n.kind())
}

func describe(n node) string {
	if number, ok := n.value.(json.Number); ok {
		return number.String()
	}
	return n.kind()
}

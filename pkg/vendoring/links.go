package vendoring

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// links are the links that vendor is to have: those to local directories and,
// if the project wants them, short names for packages. As with jb, the package
// that is resolved first has the name, and what is not a link keeps it.
func (p *Project) links(packages []*chosen, legacy bool) (map[string]string, diag.List) {
	var diags diag.List
	links, owner := map[string]string{}, map[string]string{}
	for _, c := range packages {
		first, _, _ := strings.Cut(c.Path(), "/")
		owner[first] = c.Path()
		if c.Git == nil {
			links[c.Path()] = c.content.link
		}
	}
	if !legacy {
		return links, nil
	}
	for _, c := range packages {
		if c.Git == nil {
			continue
		}
		name := c.content.locked.LegacyName
		if name == "" {
			name = c.content.locked.defaultLegacyName()
		}
		by, taken := owner[name]
		if !taken && p.plainFile(name) {
			by, taken = "a file", true
		}
		if taken {
			diags.Warnf("vendor/legacy-name", c.span, "the short name %s is taken by %s; import %s by its full path", name, by, c.Path())
			continue
		}
		owner[name], links[name] = c.Path(), c.Path()
	}
	return links, diags
}

// plainFile reports whether vendor has a file of that name, which stays there.
func (p *Project) plainFile(name string) bool {
	info, err := os.Lstat(filepath.Join(p.home(), name))
	return err == nil && info.Mode().IsRegular() && !errors.Is(err, fs.ErrNotExist)
}

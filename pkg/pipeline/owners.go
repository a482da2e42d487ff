package pipeline

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/footprint"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/lint"
)

// owners are those that CODEOWNERS of the repository names.
type owners struct {
	*gitrepo.Owners
	// prefix leads from the repository's root to the project.
	prefix string
}

// readOwners looks for CODEOWNERS in the repository that a project is in.
func readOwners(disk *footprint.Log, dir string) *owners {
	root := dir
	for d := dir; ; d = filepath.Dir(d) {
		if slices.ContainsFunc([]string{".git", ".jj", ".hg"}, func(name string) bool { _, err := disk.Lstat(filepath.Join(d, name)); return err == nil }) {
			root = d
			break
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	o := &owners{}
	if rel, err := filepath.Rel(root, dir); err == nil {
		o.prefix = filepath.ToSlash(rel)
	}
	for _, name := range gitrepo.OwnersFiles() {
		if text, err := disk.ReadFile(filepath.Join(root, filepath.FromSlash(name))); err == nil {
			o.Owners = gitrepo.ParseOwners(string(text))
			break
		}
	}
	return o
}

func (o *owners) of(file string) string {
	if file == "" || path.IsAbs(file) {
		return ""
	}
	return strings.Join(o.Of(path.Join(o.prefix, file)), " ")
}

// NameOwners gives every finding its owner, as far as one is known. The nearest
// to the rule counts: a comment at it, one for its file, the nearest fragment
// of the project file that names one, the repository's CODEOWNERS.
func (p *Pass) NameOwners() {
	if len(p.Diags) == 0 {
		return
	}
	if p.owners == nil {
		p.owners = readOwners(p.disk, p.opts.Dir)
	}
	p.readComments()
	for i, d := range p.Diags {
		if d.Owner == "" {
			p.Diags[i].Owner = p.ownerOf(d)
		}
	}
}

func (p *Pass) ownerOf(d diag.Diagnostic) string {
	source := p.sourceOf(d)
	if owner := p.comments[source].ownerOf(d); owner != "" {
		return owner
	}
	if p.Project != nil {
		for _, f := range slices.Backward(p.Project.FragmentsOf(source)) {
			if f.Owner != "" {
				return f.Owner
			}
		}
	}
	if owner := p.owners.of(d.Span.File); owner != "" {
		return owner
	}
	return p.owners.of(source)
}

// KeepOwner drops the findings of others than an owner. What has to be mended
// before anything else can be judged stays if it is nobody's.
func (p *Pass) KeepOwner(name string) {
	p.NameOwners()
	p.Diags = slices.DeleteFunc(p.Diags, func(d diag.Diagnostic) bool {
		if d.Owner == "" {
			return d.Severity != diag.Error || lint.Exceptable(d)
		}
		return !slices.ContainsFunc(strings.Fields(d.Owner), func(o string) bool { return strings.TrimPrefix(o, "@") == strings.TrimPrefix(name, "@") })
	})
}

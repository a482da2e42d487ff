package lint

import (
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// alertRunbook finds alerts that do not say what to do, or that point at a
// runbook which is not there.
func alertRunbook(p *Pass) {
	kept := map[string]bool{} // prefixes of URLs whose files lie in the project
	for _, r := range p.alerts() {
		if base, file := p.runbookFile(r.Annotations["runbook_url"]); file != "" && p.exists(file) {
			kept[base] = true
		}
	}
	for _, r := range p.alerts() {
		runbook, ok := r.Annotations["runbook_url"]
		if !ok {
			p.Reportf(r.object, r.Pointer, "alert %q has no runbook_url", r.Alert).Hint = "say in annotations.runbook_url where it is written what to do"
			continue
		}
		if strings.Contains(runbook, "{{") {
			continue
		}
		at := r.Pointer + "/annotations/runbook_url"
		if u, err := url.Parse(runbook); err != nil || u.Scheme == "" || u.Host == "" {
			d := p.Reportf(r.object, at, "runbook_url %q is not a URL", runbook)
			d.Severity = diag.Warning
			d.Hint = `write it in full: "https://…"`
			continue
		}
		if base, file := p.runbookFile(runbook); file != "" && kept[base] && !p.exists(file) {
			d := p.Reportf(r.object, at, "the runbook of alert %q is not there: %s", r.Alert, file)
			d.Severity = diag.Warning
			d.Hint = "write it: other alerts have theirs beside it"
		}
	}
}

// runbookFile returns the file of the project that a URL seems to be about:
// the URL ends in its path, and its directory exists here. Base is what stands
// before it.
func (p *Pass) runbookFile(text string) (base, file string) {
	u, err := url.Parse(text)
	if p.opts.Project == nil || err != nil || strings.Contains(text, "{{") {
		return "", ""
	}
	rest := strings.Trim(u.Path, "/")
	for rest != "" {
		if dir := path.Dir(rest); dir != "." && path.Ext(rest) == ".md" {
			if info, err := fs.Stat(p.opts.Project, dir); err == nil && info.IsDir() {
				return u.Host + strings.TrimSuffix(u.Path, rest), rest
			}
		}
		_, rest, _ = strings.Cut(rest, "/")
	}
	return "", ""
}

func (p *Pass) exists(file string) bool {
	info, err := fs.Stat(p.opts.Project, file)
	return err == nil && !info.IsDir()
}

package lint

import (
	"path"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// prometheusTargets finds file discovery that reads files which the bundle
// does not bring along.
func prometheusTargets(p *Pass) {
	o, ok := p.bundle.Get(bundle.Ref{Kind: bundle.Prometheus})
	if !ok {
		return
	}
	v, err := o.Value()
	if err != nil {
		return
	}
	var files []string
	for _, f := range p.bundle.OfKind(bundle.File) {
		if f.Ref.Space == "prometheus" {
			files = append(files, f.Ref.Name)
		}
	}
	for i, job := range v.Array("scrape_configs") {
		for k, sd := range job.Array("file_sd_configs") {
			for n, pattern := range sd.Array("files") {
				if path.IsAbs(pattern.Text) || strings.Contains(pattern.Text, "..") || matchesAny(pattern.Text, files) {
					continue // somebody else's file, or one of ours
				}
				at := "/scrape_configs/" + strconv.Itoa(i) + "/file_sd_configs/" + strconv.Itoa(k) + "/files/" + strconv.Itoa(n)
				p.Reportf(o, at, "no file of the bundle matches %q, so job %q has no targets", pattern.Text, job.Str("job_name")).Hint = "files are taken from prometheus/targets/ and named relative to prometheus.yml: targets/…"
			}
		}
	}
}

func matchesAny(pattern string, files []string) bool {
	for _, f := range files {
		if ok, err := path.Match(path.Clean(pattern), f); ok && err == nil {
			return true
		}
	}
	return false
}

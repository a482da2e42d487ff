package lint

import "strings"

// recordName finds recording rules that look like scraped metrics.
func recordName(p *Pass) {
	for _, r := range p.rules {
		if r.Record != "" && !strings.Contains(r.Record, ":") {
			p.Reportf(r.object, r.Pointer+"/record", "recording rule %q is not named level:metric:operations", r.Record).Hint = `a colon tells recorded series from scraped ones, such as "job:http_requests:rate5m"`
		}
	}
}

package lint

import (
	"regexp"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// promqlRegexp finds regular expressions that are none.
func promqlRegexp(p *Pass) {
	for _, r := range p.rules {
		for _, s := range r.expr.Selectors() {
			for _, m := range s.Matchers {
				if m.Type != labels.MatchRegexp && m.Type != labels.MatchNotRegexp {
					continue
				}
				plain := "="
				if m.Type == labels.MatchNotRegexp {
					plain = "!="
				}
				switch {
				case m.Value != "" && regexp.QuoteMeta(m.Value) == m.Value:
					p.Reportf(r.object, r.Pointer+"/expr", "the matcher %s has no use for a regular expression", m).Hint =
						"write " + m.Name + plain + `"` + m.Value + `"`
				case strings.HasPrefix(m.Value, "^") || strings.HasSuffix(m.Value, "$") && !strings.HasSuffix(m.Value, `\$`):
					p.Reportf(r.object, r.Pointer+"/expr", "the matcher %s is anchored twice", m).Hint = "regular expressions of matchers always cover the whole value: leave ^ and $ out"
				}
			}
		}
	}
}

package lint

import "regexp"

var camelCase = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// alertName finds alerts that are not named in camel case, or as the project
// has agreed.
func alertName(p *Pass) {
	for _, r := range p.alerts() {
		switch {
		case p.opts.AlertName != nil:
			if !p.opts.AlertName.MatchString(r.Alert) {
				p.Reportf(r.object, r.Pointer+"/alert", "the name of alert %q does not match %s", r.Alert, p.opts.AlertName).Hint = "the project's checks.alertName says so"
			}
		case !camelCase.MatchString(r.Alert):
			p.Reportf(r.object, r.Pointer+"/alert", "alert %q is not named in camel case", r.Alert).Hint = `such as "HostDown": letters and digits only, so that it can stand in matchers, file names and links`
		}
	}
}

package lint

import (
	"context"
	"io/fs"
	"regexp"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/dashboard"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// Check is one opinion.
type Check struct {
	// Code is "family/name", the path of its page under docs/checks.
	Code string
	// Severity is what its findings have unless they or the project say
	// otherwise.
	Severity diag.Severity
	// Summary says in a few words what it finds.
	Summary string
	// Run reports through the pass.
	Run func(*Pass)
	// OptIn says that it runs only where a project asks for it, by giving it a
	// severity: it is a matter of taste, or is wrong too often.
	OptIn bool
}

// Options say how a project wants its checks.
type Options struct {
	// Severity maps codes to "error", "warning", "info" or "off".
	Severity map[string]string
	// OptIn are the codes of opt-in checks to run beside those that Severity
	// names.
	OptIn map[string]bool
	// Context is monitoring that is kept elsewhere: checks see it, and say
	// nothing about it. Its routing counts where the bundle has none.
	Context []*bundle.Bundle
	// Checks are the checks to run; nil means all.
	Checks []Check
	// Catalog says which metrics there are; nil means that this is not known.
	Catalog *catalog.Catalog
	// Open reads a source file by the name that spans have, so that findings
	// can point into expressions; nil means that they point at them.
	Open func(file string) ([]byte, error)
	// Project is the project's directory, in which runbooks may lie; nil means
	// that no file is looked for.
	Project fs.FS
	// Parsed holds expressions that have been parsed already; nil means none.
	Parsed *expr.Cache
	// Features are those of PromQL that are enabled where the bundle runs.
	Features expr.Features
	// Boards holds dashboards that have been read already; nil means none.
	Boards *dashboard.Cache
	Conventions
}

// Conventions are what a project has agreed on. Empty ones are no agreement.
type Conventions struct {
	// Severities are the values that an alert's label severity may have.
	Severities []string
	// AlertName and RecordName match the whole names of rules.
	AlertName, RecordName *regexp.Regexp
	// Retention is how far back Prometheus has data, where its configuration
	// does not say; zero means that it is not known.
	Retention time.Duration
	// ExternalAlerts are alerts that come from elsewhere, by the labels that
	// are known of them; "" is a label that they do not have.
	ExternalAlerts []map[string]string
	// DashboardLabels are those that every dashboard lets choose the values of,
	// and every query of it selects by; nil means job and instance.
	DashboardLabels []string
	// Aggregations say which labels the results of rules keep, and which they
	// drop; a nil Rule is every rule.
	Aggregations []Aggregation
}

// Aggregation is what the aggregations of some rules make of labels: an alias,
// so that the conventions of a project are those of the checks.
type Aggregation = struct {
	Rule       *regexp.Regexp
	Keep, Drop []string
}

// Run runs the checks over a bundle and returns their findings, sorted.
func Run(ctx context.Context, b *bundle.Bundle, opts Options) (diag.List, error) {
	checks := opts.Checks
	if checks == nil {
		checks = Checks()
	}
	view, err := newView(ctx, b, opts)
	if err != nil {
		return nil, err
	}
	var diags diag.List
	for _, c := range checks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if wanted := opts.Severity[c.Code]; wanted == off || c.OptIn && wanted == "" && !opts.OptIn[c.Code] {
			continue
		}
		c.Run(&Pass{view: view, check: c, diags: &diags})
	}
	return Apply(diags.WithEnv(b.Env()), opts.Severity).Sort(), nil
}

const off = "off"

// Apply gives findings the severities that a project wants, by code. Errors
// stay errors, since what a loader refuses cannot be wished away; findings
// that are off are dropped. Severities that are no such word change nothing.
func Apply(diags diag.List, severity map[string]string) diag.List {
	return ApplyBy(diags, func(d diag.Diagnostic) string { return severity[d.Code] })
}

// ApplyBy is Apply with severities that depend on more than the code.
func ApplyBy(diags diag.List, severity func(diag.Diagnostic) string) diag.List {
	out := make(diag.List, 0, len(diags))
	for _, d := range diags {
		if d.Severity != diag.Error {
			wanted := severity(d)
			if wanted == off {
				continue
			}
			if s, err := diag.ParseSeverity(wanted); err == nil {
				d.Severity = s
			}
		}
		out = append(out, d)
	}
	return out
}

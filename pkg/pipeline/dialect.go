package pipeline

import (
	"fmt"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/promconf"
)

// readDialects reads the dialects of the environments that the pass works on,
// and reports those that do not exist or that a target does not take.
func (p *Pass) readDialects() {
	p.dialects = map[string]promconf.Dialect{}
	for _, env := range p.envs {
		features := p.features(env)
		if p.opts.Dialect != nil {
			d := *p.opts.Dialect
			d.Features = features
			p.dialects[env.Name] = d
			continue
		}
		pointer := "/environments/" + env.Name + "/dialect"
		d, hint, err := promconf.ParseDialect(env.Dialect)
		if err != nil {
			e := p.Diags.Errorf("project/value", p.Project.At(pointer), "environment %s: %s", env.Name, err)
			e.Pointer, e.Hint = pointer, hint
			continue
		}
		d.Features = features
		p.dialects[env.Name] = d
		if target := serverTarget(env); target != "" && !d.IsPrometheus() {
			e := p.Diags.Errorf("project/value", p.Project.At(pointer), "the target %s of environment %s is a server, which takes no rules of dialect %s", target, env.Name, d)
			e.Pointer, e.Hint = pointer, "monctl's server is Prometheus; leave the dialect or the target out"
		}
	}
}

// features are those that an environment and the options enable; it reports
// those that there are not.
func (p *Pass) features(env project.Environment) expr.Features {
	f := p.opts.Features
	for i, name := range env.Features {
		if f.Enable(name) {
			continue
		}
		pointer := fmt.Sprintf("/environments/%s/features/%d", env.Name, i)
		e := p.Diags.Errorf("project/value", p.Project.At(pointer), "environment %s: PromQL has no feature %q", env.Name, name)
		e.Pointer, e.Hint = pointer, diag.DidYouMean(name, expr.FeatureNames())
		if e.Hint == "" {
			e.Hint = "there are: " + strings.Join(expr.FeatureNames(), ", ")
		}
	}
	return f
}

// Features are those of PromQL that some environment of the pass enables.
func (p *Pass) Features() expr.Features {
	var f expr.Features
	for _, d := range p.dialects {
		f = f.With(d.Features)
	}
	return f
}

// serverTarget is the first target of the kind server.
func serverTarget(env project.Environment) string {
	for _, t := range env.Targets {
		if t.Kind == "server" {
			return t.Name
		}
	}
	return ""
}

// checksFor are the checks that mean something in a dialect: nil for all. Those
// of PromQL would misunderstand a query of logs, which looks like PromQL.
func checksFor(d promconf.Dialect) []lint.Check {
	if d.IsPromQL() {
		return nil
	}
	var checks []lint.Check
	for _, c := range lint.Checks() {
		if !strings.HasPrefix(c.Code, "promql/") {
			checks = append(checks, c)
		}
	}
	return checks
}

// fileFields are the fields that rule files may have, by environment.
func (p *Pass) fileFields() map[string][]string {
	fields := map[string][]string{}
	for name, d := range p.dialects {
		fields[name] = d.FileFields()
	}
	return fields
}

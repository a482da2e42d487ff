package pipeline

import (
	"strings"

	"github.com/monctl/monctl/pkg/lint"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/promconf"
)

// readDialects reads the dialects of the environments that the pass works on,
// and reports those that do not exist or that a target does not take.
func (p *Pass) readDialects() {
	p.dialects = map[string]promconf.Dialect{}
	for _, env := range p.envs {
		if p.opts.Dialect != nil {
			p.dialects[env.Name] = *p.opts.Dialect
			continue
		}
		pointer := "/environments/" + env.Name + "/dialect"
		d, hint, err := promconf.ParseDialect(env.Dialect)
		if err != nil {
			e := p.Diags.Errorf("project/value", p.Project.At(pointer), "environment %s: %s", env.Name, err)
			e.Pointer, e.Hint = pointer, hint
			continue
		}
		p.dialects[env.Name] = d
		if target := serverTarget(env); target != "" && !d.IsPrometheus() {
			e := p.Diags.Errorf("project/value", p.Project.At(pointer), "the target %s of environment %s is a server, which takes no rules of dialect %s", target, env.Name, d)
			e.Pointer, e.Hint = pointer, "monctl's server is Prometheus; leave the dialect or the target out"
		}
	}
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

package pipeline

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/lint"
)

// comments are what pint's comments in a YAML source say.
type comments struct {
	exceptions []lint.Exception
	// owner is that of the file, owners are those of rules.
	owner  string
	owners []ruleOwner
}

type ruleOwner struct {
	parts []lint.Part
	owner string
}

// ownerOf returns the owner of what a finding is about, "" if no comment names
// one.
func (c *comments) ownerOf(d diag.Diagnostic) string {
	if c == nil {
		return ""
	}
	for _, o := range c.owners {
		if slices.ContainsFunc(o.parts, func(p lint.Part) bool { return p.Has(d) }) {
			return o.owner
		}
	}
	return c.owner
}

// commented returns the exceptions that comments make.
func (p *Pass) commented() []lint.Exception {
	p.readComments()
	var out []lint.Exception
	for _, source := range slices.Sorted(maps.Keys(p.comments)) {
		out = append(out, p.comments[source].exceptions...)
	}
	return out
}

// rulesAt are the rules of a source by the line on which they begin, in all
// environments.
type rulesAt map[int][]lint.Part

// readComments reads the comments of all YAML sources of rules, once.
func (p *Pass) readComments() {
	if p.comments != nil {
		return
	}
	p.comments = map[string]*comments{}
	found := map[string][]lint.PintComment{}
	rules := map[string]rulesAt{}
	for _, out := range p.Outputs {
		for _, o := range out.Bundle.OfKind(bundle.Rules) {
			if ext := path.Ext(o.Entry); ext != ".yaml" && ext != ".yml" {
				continue
			}
			if _, known := found[o.Entry]; !known {
				data, err := p.importer.Read(o.Entry)
				if err != nil {
					data = nil // it has been rendered: cannot happen
				}
				found[o.Entry] = lint.PintComments(string(data))
				rules[o.Entry] = rulesAt{}
			}
			if len(found[o.Entry]) > 0 {
				rules[o.Entry].add(out.Env.Name, o)
			}
		}
	}
	for source, list := range found {
		if len(list) == 0 {
			continue
		}
		data, err := p.importer.Read(source)
		if err != nil {
			continue
		}
		p.comments[source] = heed(source, strings.Split(string(data), "\n"), list, rules[source])
	}
}

func (at rulesAt) add(env string, o bundle.Object) {
	v, err := o.Value()
	if err != nil {
		return
	}
	for i := range v.Array("rules") {
		pointer := "/rules/" + strconv.Itoa(i)
		if s := o.Origin.At(pointer); s.File == o.Entry && s.Start.Line > 0 {
			at[s.Start.Line] = append(at[s.Start.Line], lint.Part{Env: env, Object: o.Ref.String(), Pointer: pointer})
		}
	}
}

// of returns the rule that a comment is about: the one that it stands in front
// of or, if there is something else, the one that it stands in.
func (at rulesAt) of(lines []string, line int) []lint.Part {
	for i := line; i < len(lines) && isComment(lines[line-1]); i++ { // lines[i] is the line behind i
		text := strings.TrimSpace(lines[i])
		if parts := at[i+1]; parts != nil {
			return parts
		}
		if text != "" && text != "-" && !strings.HasPrefix(text, "#") {
			break
		}
	}
	for ; line > 0; line-- {
		if parts := at[line]; parts != nil {
			return parts
		}
	}
	return nil
}

func isComment(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "#") }

// heed makes exceptions and owners of comments.
func heed(source string, lines []string, list []lint.PintComment, rules rulesAt) *comments {
	c := &comments{}
	inFile := func(name string) bool { return name == source }
	for _, one := range list {
		e := lint.Exception{Codes: one.Codes, Expires: one.Until, Foreign: true, Span: diag.Span{File: source, Start: diag.Position{Line: one.Line}}}
		switch one.Kind {
		case lint.PintFileOwner:
			c.owner = one.Owner
			continue
		case lint.PintRuleOwner:
			c.owners = append(c.owners, ruleOwner{rules.of(lines, one.Line), one.Owner})
			continue
		case lint.PintFileDisable:
			e.Source = inFile
		case lint.PintDisable:
			if e.Parts = rules.of(lines, one.Line); e.Parts == nil {
				continue
			}
		case lint.PintIgnore:
			e.Codes = []string{lint.AnyCode}
			e.Place = func(s diag.Span) bool {
				return s.File == source && s.Start.Line >= one.From && (one.To == 0 || s.Start.Line <= one.To)
			}
		}
		c.exceptions = append(c.exceptions, e)
	}
	return c
}

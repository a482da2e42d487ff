package ruletest

import (
	"errors"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promeval"
	"github.com/monctl/monctl/pkg/routing"
)

// Judge returns what is wrong with a suite as far as that can be known without
// running it: keys and values, series, expressions and matchers that do not
// parse with the features that are enabled. Rule files and configurations that it
// names are not looked at.
func Judge(in Suite, f expr.Features) diag.List {
	read := decodeSuite(in)
	s := &suite{Suite: in, decoded: read.file, diags: read.diags}
	if s.decoded == nil {
		return s.diags
	}
	s.warnDuplicateNames()
	for _, t := range s.decoded.tests {
		t.columns(&s.diags)
		for _, a := range t.alerts {
			if a.name == "" {
				s.diags.Errorf(codeValue, a.span, "%s", noAlertName)
			}
		}
		for _, e := range t.exprs {
			e.judge(&s.diags, f)
		}
		for _, one := range t.silences {
			for _, m := range one.matchers {
				if _, err := routing.ParseMatchers(m.value); err != nil {
					d := s.diags.Errorf(codeValue, m.span, "the matcher does not parse: %s", err)
					d.Hint = matcherHint
				}
			}
		}
	}
	return s.diags.Sort()
}

const (
	noAlertName = "an alert_rule_test needs an alertname"
	matcherHint = `matchers look like team="x" or job=~"a|b"`
)

// judge parses the expression as the engine will, and what it should yield.
func (e exprAssertion) judge(l *diag.List, f expr.Features) {
	if err := promeval.ParseQuery(e.expr.value, f); err != nil {
		l.Errorf(codePromQL, e.expr.span, "%q does not parse: %s", shorten(e.expr.value), err)
	}
	if _, err := e.samples(); err != nil {
		place := e.span
		if p, ok := errors.AsType[*sampleError](err); ok {
			place = p.span
		}
		l.Errorf(codeValue, place, "%s", err)
	}
}

// warnDuplicateNames warns about tests that cannot be told apart.
func (s *suite) warnDuplicateNames() {
	names := map[string]diag.Span{}
	for _, t := range s.decoded.tests {
		if first, ok := names[t.name]; ok && t.name != "" {
			d := s.diags.Warnf(codeDuplicateName, t.span, "two tests are called %q", t.name)
			d.Related = []diag.Related{{Message: "the other one", Span: first}}
		} else {
			names[t.name] = t.span
		}
	}
}

package lint

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/diag"
)

// Exception says which findings are not to be made. A finding is excepted if
// all of it matches.
type Exception struct {
	// Codes are codes, families of codes, "alert/*", or AnyCode.
	Codes []string
	// Object matches references, Rule the names of rules and the titles of
	// panels, Source the files that objects are rendered from; nil matches
	// everything.
	Object, Rule, Source func(string) bool
	// Place matches the places of findings; nil matches everything.
	Place func(diag.Span) bool
	// Parts, unless there are none, are the parts of objects that the exception
	// is for.
	Parts  []Part
	Reason string
	// Expires is the first instant at which it does not hold any more; zero for
	// never.
	Expires time.Time
	// Span and Pointer say where it stands.
	Span    diag.Span
	Pointer string
	// Foreign says that another program heeds the exception, too, which may
	// need it when this one does not.
	Foreign bool
}

// AnyCode stands for all codes.
const AnyCode = "*"

// Part is a part of an object in an environment, with all that is in it.
type Part struct{ Env, Object, Pointer string }

// Has reports whether a finding is about the part.
func (p Part) Has(d diag.Diagnostic) bool {
	return p.Object == d.Object && (d.Env == "" || p.Env == d.Env) &&
		(d.Pointer == p.Pointer || strings.HasPrefix(d.Pointer, p.Pointer+"/"))
}

// Subject is what a finding is about.
type Subject struct {
	// Rule is the name of the rule, or the title of the panel.
	Rule string
	// Source is the file that the object is rendered from.
	Source string
}

// ExceptOptions say how exceptions are applied.
type ExceptOptions struct {
	Now time.Time
	// Subject says what a finding is about.
	Subject func(diag.Diagnostic) Subject
	// Complete says that every finding was made that can be made, so that an
	// exception that nothing needs is unused.
	Complete bool
}

// Except takes away the findings that exceptions are for, and reports the
// exceptions that have expired or that nothing needs. What a loader refuses is
// never excepted.
func Except(diags diag.List, exceptions []Exception, opts ExceptOptions) diag.List {
	byCode := map[string][]int{}
	expired := make([]bool, len(exceptions))
	for i, e := range exceptions {
		expired[i] = !e.Expires.IsZero() && !opts.Now.Before(e.Expires)
		for _, c := range e.Codes {
			byCode[c] = append(byCode[c], i)
		}
	}
	used := make([]bool, len(exceptions))
	var out diag.List
	for _, d := range diags {
		excepted := false
		for _, code := range []string{d.Code, familyOf(d.Code), AnyCode} {
			for _, i := range byCode[code] {
				if Exceptable(d) && exceptions[i].covers(d, opts.Subject) {
					used[i] = true
					excepted = excepted || !expired[i]
				}
			}
		}
		if !excepted {
			out = append(out, d)
		}
	}
	for i, e := range exceptions {
		switch {
		case expired[i]:
			day := e.Expires.Add(-1).Format(time.DateOnly)
			d := out.Warnf("exception/expired", e.Span, "the exception of %s has expired on %s", strings.Join(e.Codes, ", "), day)
			d.Pointer, d.Hint = e.Pointer, "mend what it excepts, or give it another day"
			if !used[i] && opts.Complete {
				d.Hint = "take it away, as nothing needs it"
			}
		case !used[i] && opts.Complete && !e.Foreign:
			d := out.Warnf("exception/unused", e.Span, "the exception of %s excepts nothing", strings.Join(e.Codes, ", "))
			d.Pointer, d.Hint = e.Pointer, "take it away; if it was meant for something, compare its object and rule with those of the finding"
		}
	}
	return out
}

func familyOf(code string) string {
	family, _, _ := strings.Cut(code, "/")
	return family + "/*"
}

func (e Exception) covers(d diag.Diagnostic, subject func(diag.Diagnostic) Subject) bool {
	if e.Object != nil && !e.Object(d.Object) || e.Place != nil && !e.Place(d.Span) {
		return false
	}
	if len(e.Parts) > 0 && !slices.ContainsFunc(e.Parts, func(p Part) bool { return p.Has(d) }) {
		return false
	}
	if e.Rule == nil && e.Source == nil {
		return true
	}
	s := subject(d)
	return (e.Rule == nil || e.Rule(s.Rule)) && (e.Source == nil || e.Source(s.Source))
}

// policyViolation is the code of what is no check, and an opinion all the same.
const policyViolation = "policy/violation"

// Exceptable reports whether a finding may be excepted: all but what a loader,
// an evaluation or a test refuses, and what is said about exceptions.
func Exceptable(d diag.Diagnostic) bool {
	switch {
	case slices.Contains([]string{"exception/*", "baseline/*"}, familyOf(d.Code)):
		return false
	case d.Severity != diag.Error, d.Code == policyViolation:
		return true
	}
	return isCheck(d.Code)
}

func isCheck(code string) bool {
	return slices.ContainsFunc(Checks(), func(c Check) bool { return c.Code == code })
}

// CheckException says what is wrong with the code of an exception, "" if
// nothing is.
func CheckException(code string) (problem, hint string) {
	var names []string
	for _, c := range Codes() {
		possible := Exceptable(diag.Diagnostic{Code: c.Name, Severity: c.Severity})
		switch {
		case c.Name == code && possible, familyOf(c.Name) == code && possible:
			return "", ""
		case c.Name == code:
			return fmt.Sprintf("%s cannot be excepted", code), "it has to be mended"
		}
		if possible {
			names = append(names, c.Name, familyOf(c.Name))
		}
	}
	hint = diag.DidYouMean(code, names)
	if hint == "" {
		hint = "monctl explain lists the codes"
	}
	return fmt.Sprintf("there is no code %q", code), hint
}

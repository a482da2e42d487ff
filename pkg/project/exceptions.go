package project

import (
	"fmt"
	"strconv"
	"time"
)

// Exception says which findings are not to be made: those that all of it
// matches.
type Exception struct {
	// Code is that of the findings, or a family of codes, "alert/*".
	Code string
	// Object is a pattern of references, Rule one of the names of rules and of
	// the titles of panels.
	Object, Rule Pattern
	Reason       string
	// Expires is the first instant at which the exception does not hold any
	// more; zero for never.
	Expires time.Time
	// Pointer leads to the exception within the project file or the fragment.
	Pointer string
}

type rawException struct {
	Code    string  `json:"code"`
	Object  Pattern `json:"object"`
	Rule    Pattern `json:"rule"`
	Reason  string  `json:"reason"`
	Expires string  `json:"expires"`
}

// exceptions reads those of a project file or a fragment.
func exceptions(raw []rawException, report reportFunc) []Exception {
	var out []Exception
	for i, r := range raw {
		e := Exception{Code: r.Code, Object: r.Object, Rule: r.Rule, Reason: r.Reason, Pointer: "/checks/exceptions/" + strconv.Itoa(i)}
		for field, p := range map[string]Pattern{"/object": r.Object, "/rule": r.Rule} {
			if p.Text != "" && !p.IsSet() {
				_, err := ParsePattern(p.Text)
				report(e.Pointer+field, "", err)
			}
		}
		if r.Expires != "" {
			var err error
			if e.Expires, err = ParseExpiry(r.Expires); err != nil {
				report(e.Pointer+"/expires", "", err)
			}
		}
		out = append(out, e)
	}
	return out
}

// ParseExpiry reads the last day on which something holds, "2026-12-31", and
// returns the end of that day in UTC.
func ParseExpiry(day string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, fmt.Errorf("expires %q is no day: want for example 2026-12-31", day)
	}
	return t.AddDate(0, 0, 1), nil
}

package ruletest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promeval"
)

// BundlePattern stands under rule_files for the project's rendered rules.
const BundlePattern = "monctl:bundle"

const (
	codeRuleFile = "test/rule-file"
	codeRules    = "test/rules"
	codeNoMatch  = "test/no-match"
)

// RuleFile is a rule file as text.
type RuleFile struct {
	// Name is what findings call the file, and its identity: a file that two
	// patterns match is loaded once.
	Name string
	YAML []byte
	// Origin leads from the rules to the source they were rendered from; nil if
	// the user wrote the YAML.
	Origin bundle.Origin
}

// RuleFilesFunc returns the rule files that a pattern of a suite matches, in
// order, or none. An error becomes a finding at the pattern, and the suite's
// tests fail.
type RuleFilesFunc func(suite, pattern string) ([]RuleFile, error)

// ruleCache parses each rule file once in a run.
type ruleCache struct {
	options promeval.RuleOptions
	memory  *Memory
	mu      sync.Mutex
	files   map[string]func() parsedRules
}

type parsedRules struct {
	file  *promeval.RuleFile
	diags diag.List
}

func (c *ruleCache) parse(f RuleFile) parsedRules {
	key := f.Name + "\x00" + string(f.YAML)
	c.mu.Lock()
	parse, ok := c.files[key]
	if !ok {
		parse = c.memory.parse(fmt.Sprint(c.options)+key, sync.OnceValue(func() parsedRules {
			file, errs := promeval.ParseRules(f.Name, f.YAML, c.options)
			out := parsedRules{file: file}
			for _, err := range errs {
				ruleFileError(&out.diags, f, err)
			}
			return out
		}))
		c.files[key] = parse
	}
	c.mu.Unlock()
	return parse()
}

var (
	// errorPlace finds "line:column: " in an error of upstream's rulefmt.
	errorPlace = regexp.MustCompile(`\b(\d+):(\d+): `)
	errorLine  = regexp.MustCompile(`^line (\d+): `)
)

// ruleFileError reports an error that upstream's loader has found: at its place
// in the rule file if it says one, else at the part of the rule that it names.
func ruleFileError(l *diag.List, f RuleFile, err error) {
	for message := range strings.SplitSeq(strings.TrimPrefix(err.Error(), "yaml: unmarshal errors:\n"), "\n") {
		message = strings.TrimPrefix(strings.TrimSpace(message), "yaml: ")
		span := diag.Span{File: f.Name}
		if m := errorPlace.FindStringSubmatchIndex(message); m != nil {
			span.Start = diag.Position{Line: number(message[m[2]:m[3]]), Column: number(message[m[4]:m[5]])}
			message = message[:m[0]] + message[m[1]:]
		} else if m := errorLine.FindStringSubmatch(message); m != nil {
			span.Start.Line = number(m[1])
			message = message[len(m[0]):]
		} else if in, ok := errors.AsType[*rulefmt.Error](err); ok {
			span = ruleSpan(f, in, message)
		}
		l.Errorf(codeRules, span, "%s", message)
	}
}

// partOfRule finds the label or annotation in an error about a template.
var partOfRule = regexp.MustCompile(`: (label|annotation) ("(?:[^"\\]|\\.)*"): `)

// ruleSpan is where the part of a rule is written that an error is about.
func ruleSpan(f RuleFile, err *rulefmt.Error, message string) diag.Span {
	var file struct{ Groups []struct{ Name string } }
	if yaml.Unmarshal(f.YAML, &file) != nil {
		return diag.Span{File: f.Name}
	}
	group := slices.IndexFunc(file.Groups, func(g struct{ Name string }) bool { return g.Name == err.Group })
	if group < 0 || err.Rule < 1 {
		return diag.Span{File: f.Name}
	}
	pointer := fmt.Sprintf("/groups/%d/rules/%d", group, err.Rule-1) // Rule counts from 1
	if m := partOfRule.FindStringSubmatch(message); m != nil {
		if name, err := strconv.Unquote(m[2]); err == nil {
			pointer += "/" + m[1] + "s/" + escape(name)
		}
	}
	return places(f.Name, f.YAML, f.Origin)(pointer)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // More digits than any file has lines.
	}
	return n
}

// loadRules resolves and parses the rule files of a suite. It reports false if
// promtool would fail every test for them.
func (s *suite) loadRules(o Options, cache *ruleCache) ([]*promeval.RuleFile, bool) {
	var out []*promeval.RuleFile
	ok, seen := true, map[string]bool{}
	for _, p := range s.decoded.ruleFiles {
		files, err := s.match(o, p.value)
		if err != nil {
			s.diags.Errorf(codeRuleFile, p.span, "rule files %q: %s", p.value, err)
			ok = false
			continue
		}
		if len(files) == 0 {
			s.warnNoMatch(o, p)
		}
		for _, f := range files {
			if seen[f.Name] {
				continue
			}
			seen[f.Name] = true
			parsed := cache.parse(f)
			s.diags = append(s.diags, parsed.diags...)
			if parsed.file == nil {
				ok = false
				continue
			}
			out = append(out, parsed.file)
			s.files = append(s.files, f)
		}
	}
	return out, ok
}

func (s *suite) match(o Options, pattern string) ([]RuleFile, error) {
	switch {
	case pattern == BundlePattern:
		return o.Bundle, nil
	case o.RuleFiles == nil:
		return nil, errors.New("no rule files can be read here")
	default:
		return o.RuleFiles(s.File, pattern)
	}
}

func (s *suite) warnNoMatch(o Options, p text) {
	d := s.diags.Warnf(codeNoMatch, p.span, "no rule file matches %q", p.value)
	if p.value == BundlePattern {
		d.Summary = "the bundle has no rules"
		return
	}
	candidates := []string{BundlePattern}
	if o.RuleFileNames != nil {
		candidates = append(candidates, o.RuleFileNames(s.File, p.value)...)
	}
	slices.Sort(candidates)
	if d.Hint = diag.DidYouMean(p.value, candidates); d.Hint == "" {
		d.Hint = "the pattern is relative to the test file's directory; without rules every alert is silent"
	}
}

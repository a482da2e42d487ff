package render

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// BundleRuleFiles is what a test names in rule_files to get the rules of the
// environment.
const BundleRuleFiles = "monctl:bundle"

// Tree lays an environment out as files, with the tests in promtool's plain
// format: the environment's rule files by relative path, and without what
// promtool does not know. A test file that deviates from promtool is left out.
func (o *Output) Tree() ([]bundle.TreeFile, diag.List, error) {
	shared, err := o.Bundle.Tree()
	if err != nil {
		return nil, nil, err
	}
	var rules renderedRules
	for _, f := range shared {
		rules.add(f)
	}
	files := slices.Clone(shared)
	external := externalLabels(o.Bundle)
	var diags diag.List
	for _, t := range o.Tests {
		f, more, err := plainTest(t, o.Env.Name, rules, external)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, more...)
		if f != nil {
			files = append(files, *f)
		}
	}
	for _, t := range o.Targets {
		own, err := bundle.TargetTree(shared, t.Bundle, t.Target.Name)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, own...)
	}
	slices.SortFunc(files, func(a, b bundle.TreeFile) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	for i := 1; i < len(files); i++ {
		if files[i].Path == files[i-1].Path {
			diags.Errorf("source/duplicate", diag.Span{File: files[i].Path}, "two sources render to this file")
		}
	}
	return files, diags, nil
}

// renderedRules are the rule files of a tree, with the sources that they were
// rendered from.
type renderedRules []bundle.TreeFile

func (r *renderedRules) add(f bundle.TreeFile) {
	if path.Dir(f.Path) == path.Dir(bundle.RuleFileName("x")) {
		*r = append(*r, f)
	}
}

// named are the rule files that a test means, relative to its own place in the
// tree: for a pattern of sources what they render to. What is neither rendered
// nor the bundle stays as it is.
func (r renderedRules) named(test, pattern string) []bundle.Value {
	var out []bundle.Value
	for _, f := range r {
		is := pattern == BundleRuleFiles
		for _, o := range f.Objects {
			match, err := path.Match(path.Join(path.Dir(test), pattern), o.Entry)
			is = is || match && err == nil
		}
		if is {
			out = append(out, bundle.StringValue("../"+f.Path))
		}
	}
	if len(out) == 0 && pattern != BundleRuleFiles {
		out = append(out, bundle.StringValue(pattern))
	}
	return out
}

// RuleFile is one rule file of an environment, as the test runner wants it.
type RuleFile struct {
	Name string
	YAML []byte
	// Origin leads from the file's rules to their sources.
	Origin bundle.Origin
}

// RuleFiles returns the rules of an environment, a file a namespace. The memory
// may be nil.
func (o *Output) RuleFiles(memory *Memory) ([]RuleFile, error) {
	var out []RuleFile
	groups := o.Bundle.OfKind(bundle.Rules)
	for len(groups) > 0 {
		n := slices.IndexFunc(groups, func(g bundle.Object) bool { return g.Ref.Space != groups[0].Ref.Space })
		if n < 0 {
			n = len(groups)
		}
		name := bundle.RuleFileName(groups[0].Ref.Space)
		text, err := memory.ruleFile(name, groups[:n])
		if err != nil {
			return nil, err
		}
		out = append(out, RuleFile{Name: name, YAML: text, Origin: originOfGroups(name, groups[:n])})
		groups = groups[n:]
	}
	slices.SortFunc(out, func(a, b RuleFile) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// originOfGroups is the origin of a file with these rule groups.
func originOfGroups(file string, groups []bundle.Object) bundle.Origin {
	return bundle.OriginFunc(func(pointer string) diag.Span {
		rest, ok := strings.CutPrefix(pointer, "/groups/")
		index, rest, _ := strings.Cut(rest, "/")
		i, err := strconv.Atoi(index)
		if !ok || err != nil || i < 0 || i >= len(groups) || groups[i].Origin == nil {
			return diag.Span{File: file}
		}
		if rest != "" {
			rest = "/" + rest
		}
		return groups[i].Origin.At(rest)
	})
}

package schema

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/token"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/cuelang"
	"github.com/monctl/monctl/pkg/diag"
)

// The codes of policies.
const (
	codePolicy       = "policy/violation"
	codePolicySyntax = "policy/syntax"
	codePolicyKind   = "policy/unknown-kind"
)

// Policies are a project's own constraints on what its bundles hold, one for
// each kind of part. They are not safe for concurrent use.
type Policies struct {
	loader *cuelang.Loader
	// constraints are by the name of their kind: "#AlertingRule".
	constraints map[string]cue.Value
	// memory knows objects that keep to the policies; nil if nothing is known.
	memory *Memory
	files  []cuelang.File
	// key stands for the content of the files.
	key bundle.Hash
}

// LoadPolicies compiles policies. What is wrong with a file is reported, and
// the policies are nil then; they are nil, too, where there are no files.
func LoadPolicies(files []cuelang.File) (*Policies, diag.List) {
	if len(files) == 0 {
		return nil, nil
	}
	p := &Policies{files: files}
	diags := p.load()
	if p.constraints == nil {
		return nil, diags
	}
	return p, diags
}

// load compiles the files.
func (p *Policies) load() diag.List {
	p.loader = cuelang.NewLoader()
	v, diags := p.loader.Package(codePolicySyntax, p.files, PolicyKinds())
	if len(diags) > 0 {
		hintAtHidden(diags)
		return diags
	}
	p.constraints = map[string]cue.Value{}
	for _, kind := range PolicyKinds() {
		c := v.LookupPath(cue.MakePath(cue.Str(cuelang.OpenName(kind))))
		if !c.Exists() {
			continue
		}
		p.constraints[kind] = c
	}
	for _, f := range p.files {
		for _, a := range cuelang.Attributes(f) {
			if _, err := diag.ParseSeverity(strings.TrimSpace(a.Text)); a.Name == severityAttribute && err != nil {
				diags.Errorf(codePolicySyntax, a.Span, "%s", err)
			}
		}
	}
	return append(diags, unknownKinds(v)...)
}

var hiddenPackage = regexp.MustCompile(`(?:cannot call non-function |imported and not used: ")(\w+)`)

// hintAtHidden explains what CUE says where a field hides a package of its
// name, such as list in templating: list: list.MinItems(1).
func hintAtHidden(diags diag.List) {
	for i, d := range diags {
		if m := hiddenPackage.FindStringSubmatch(d.Summary); m != nil {
			diags[i].Hint = fmt.Sprintf("where a field is called %[1]s, the name does not mean the package: write the field in quotes, %[1]q", m[1])
		}
	}
}

const severityAttribute = "severity"

// severityOf reads the attribute @severity(warning) of a constraint, behind its
// field or within its braces.
func severityOf(c cue.Value) (s diag.Severity, given bool) {
	for _, a := range c.Attributes(cue.ValueAttr) {
		if a.Name() == severityAttribute {
			s, err := diag.ParseSeverity(strings.TrimSpace(a.Contents()))
			return s, err == nil
		}
	}
	return diag.Error, false
}

// unknownKinds finds definitions that were to constrain something. Others are
// a project's own helpers.
func unknownKinds(v cue.Value) diag.List {
	var diags diag.List
	fields, err := v.Fields(cue.Definitions(true))
	if err != nil {
		return nil
	}
	for fields.Next() {
		name := fields.Selector().String()
		if hint := diag.DidYouMean(name, PolicyKinds()); strings.HasPrefix(name, "#") && hint != "" {
			d := diags.Warnf(codePolicyKind, placeOf(fields.Value()), "nothing is held against %s", name)
			d.Hint = hint
		}
	}
	return diags
}

func placeOf(v cue.Value) diag.Span { return spanOf(v.Pos()) }

func spanOf(p token.Pos) diag.Span {
	return diag.Span{File: p.Filename(), Start: diag.Position{Line: p.Line(), Column: p.Column()}}
}

// Check returns how a bundle violates the policies, sorted.
func (p *Policies) Check(ctx context.Context, b *bundle.Bundle) (diag.List, error) {
	if p == nil {
		return nil, nil
	}
	var diags diag.List
	for _, o := range b.Objects() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		key := p.keyOf(o)
		if p.memory != nil && p.memory.has(key) {
			continue
		}
		found, err := p.object(o)
		if err != nil {
			return nil, err
		}
		diags = append(diags, found...)
		if p.memory != nil && len(found) == 0 {
			p.memory.put(key)
		}
	}
	return diags.WithEnv(b.Env()).Sort(), nil
}

// object returns how an object violates the policies.
func (p *Policies) object(o bundle.Object) (diag.List, error) {
	if p.constraints == nil {
		p.load() // there was nothing to say of the same files before
	}
	parts, err := partsOf(o)
	if err != nil {
		return nil, err
	}
	var diags diag.List
	for _, part := range parts {
		c, ok := p.constraints[part.kind]
		if !ok || part.value.Kind != bundle.Map { // what is none of its kind is refused as such
			continue
		}
		found, err := p.check(c, o, part)
		if err != nil {
			d := diags.Errorf(codePolicy, o.Origin.At(part.pointer), "%s", err)
			d.Object, d.Pointer = o.Ref.String(), part.pointer
			d.Related = []diag.Related{{Message: "the policy says", Span: placeOf(c)}}
		}
		diags = append(diags, found...)
	}
	return diags, nil
}

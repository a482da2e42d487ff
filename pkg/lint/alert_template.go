package lint

import (
	"maps"
	"slices"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// text is a label or an annotation of an alert, with its place.
type text struct {
	pointer, value string
}

// texts returns the labels or annotations of a rule in a fixed order.
func texts(r rule, field string, values map[string]string) []text {
	out := make([]text, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, text{r.Pointer + "/" + field + "/" + bundle.EscapeToken(key), values[key]})
	}
	return out
}

// alertTemplate finds templates that name a label which the expression does
// not leave, which would be rendered as nothing, and queries in templates that
// are no PromQL.
func alertTemplate(p *Pass) {
	for _, r := range p.alerts() {
		for _, t := range slices.Concat(texts(r, "annotations", r.Annotations), texts(r, "labels", r.Labels)) {
			used := p.template(t.value)
			for _, name := range used.labels {
				p.templateLabel(r, t, name)
			}
			for _, query := range used.queries {
				if err := p.disabled(query, nil); err != nil {
					d := p.Reportf(r.object, t.pointer, "the query in the template of %q is no PromQL: %v", r.Alert, err)
					d.Hint = "a template that fails is sent as an error message in the place of the text"
				}
			}
		}
	}
}

func (p *Pass) templateLabel(r rule, t text, name string) {
	all := r.expr.Analysis().Labels()
	known := all.Get(name)
	if known.Presence != expr.Lacks {
		p.templateBranch(r, t, name)
		return
	}
	d := p.Reportf(r.object, t.pointer, "the template names the label %q, which the expression of %q does not leave", name, r.Alert)
	_, own := r.labels()[name]
	switch {
	case own:
		d.Hint = "$labels are those of the expression's result; the rule's own labels are not among them"
	case diag.DidYouMean(name, all.Names()) != "":
		d.Hint = diag.DidYouMean(name, all.Names())
	default:
		d.Hint = "keep it: by (…, " + name + ")"
	}
	if known.By != nil && known.By != r.expr.Node {
		p.Cause(d, r, known.By, "it is dropped here")
	}
}

// templateBranch finds labels that one side of an "or" does not leave.
func (p *Pass) templateBranch(r rule, t text, name string) {
	for _, s := range r.expr.Analysis().Sources {
		known := s.Labels.Get(name)
		if s.Never || known.Presence != expr.Lacks {
			continue
		}
		d := p.Reportf(r.object, t.pointer, "the template names the label %q, which one side of the or of %q does not leave", name, r.Alert)
		d.Severity = diag.Info
		d.Hint = "make two alerts of it, each with its own text"
		p.Cause(d, r, s.Node, "results from here do not have it")
		return
	}
}

package verdict

import (
	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Errorf adds an error about a part of an object, placed in the source that
// the part came from.
func Errorf(diags *diag.List, o bundle.Object, code, pointer, format string, args ...any) *diag.Diagnostic {
	d := diags.Errorf(code, o.Origin.At(pointer), format, args...)
	d.Object, d.Pointer = o.Ref.String(), pointer
	return d
}

// Report adds the findings of a family: "rules" makes the codes
// "rules/unknown-field" and "rules/invalid".
func Report(diags *diag.List, o bundle.Object, family string, findings []Finding) {
	for _, f := range findings {
		if f.Kind == UnknownField {
			d := Errorf(diags, o, family+"/unknown-field", f.Pointer, "%s", f.Message)
			d.Span, d.Hint = bundle.NameAt(o.Origin, f.Pointer), f.Hint
			continue
		}
		Errorf(diags, o, family+"/invalid", f.Pointer, "%s", f.Message).Hint = f.Hint
	}
}

package jsonnet

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	"github.com/monctl/monctl/pkg/diag"
)

// Verify returns an engine that evaluates everything with a and b and fails
// on any difference. Its results are a's.
func Verify(a, b Engine) Engine { return verify{a, b} }

type verify struct{ a, b Engine }

// Evaluate implements Engine.
func (v verify) Evaluate(ctx context.Context, req Request) (*Result, diag.List, error) {
	result, diags, err := v.a.Evaluate(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	quiet := req
	quiet.Trace = nil
	other, otherDiags, err := v.b.Evaluate(ctx, quiet)
	if err != nil {
		return nil, nil, err
	}
	if d := difference(result, other, diags, otherDiags); d != "" {
		diags = append(diag.List{}, diags...)
		x := diags.Errorf("jsonnet/verify", diag.Span{File: req.File}, "the engines disagree: %s", d)
		x.Hint = "this is a bug of the engine; --engine upstream evaluates without it"
		return nil, diags, nil
	}
	return result, diags, nil
}

// difference describes how two outcomes differ, "" if they do not. Failures
// are compared by what went wrong and where.
func difference(a, b *Result, aDiags, bDiags diag.List) string {
	switch {
	case a == nil && b == nil:
		if slices.EqualFunc(aDiags, bDiags, sameFailure) {
			return ""
		}
		return "one reports " + aDiags.String() + ", the other " + bDiags.String()
	case a == nil:
		return "only the first fails: " + aDiags.String()
	case b == nil:
		return "only the second fails: " + bDiags.String()
	case bytes.Equal(a.JSON, b.JSON):
		return ""
	}
	return describe(a.JSON, b.JSON)
}

// sameFailure reports whether two findings say the same. Where upstream knows no
// place, the own engine may know one.
func sameFailure(a, b diag.Diagnostic) bool {
	placed := a.Span.Start.Line != 0 && b.Span.Start.Line != 0
	return a.Code == b.Code && a.Summary == b.Summary && a.Pointer == b.Pointer && (!placed || a.Span == b.Span)
}

// describe shows the first line that differs.
func describe(a, b []byte) string {
	aLines, bLines := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(aLines), len(bLines)) {
		if !bytes.Equal(aLines[i], bLines[i]) {
			return "line " + strconv.Itoa(i+1) + " is " + string(bytes.TrimSpace(aLines[i])) + " and " + string(bytes.TrimSpace(bLines[i]))
		}
	}
	return "one result is longer"
}

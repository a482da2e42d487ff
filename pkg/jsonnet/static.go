package jsonnet

import (
	"errors"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet/syntax"
)

// Static makes a diagnostic of an error that upstream's parser, formatter or
// linter found in a file without evaluating it; importer says what was read,
// and may be nil. Any other error is returned.
func Static(importer *Importer, file string, err error) (diag.List, error) {
	if importer == nil {
		importer = NewImporter("", nil, nil)
	}
	e := &evaluation{req: Request{File: file, Importer: importer}}
	if static, ok := errors.AsType[located](err); ok {
		return e.syntax(static.Loc(), strings.TrimSpace(strings.TrimPrefix(static.Error(), locationPrefix(static.Loc()))), nil), nil
	}
	if errors.Is(err, syntax.ErrTooDeep) {
		var diags diag.List
		diags.Errorf("jsonnet/syntax", diag.Span{File: file}, "%s", syntax.ErrTooDeep)
		return diags, nil
	}
	return nil, err
}

// Cause drops the operation and path from an error of reading a file.
func Cause(err error) error { return cause(err) }

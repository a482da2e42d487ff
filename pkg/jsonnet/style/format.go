package style

import (
	"errors"
	"fmt"

	"github.com/google/go-jsonnet/ast"
	"github.com/google/go-jsonnet/formatter"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/syntax"
)

// Quotes says how strings are quoted, in jsonnetfmt's letters.
type Quotes string

// The values of Quotes. Strings that contain a quote are written so that as
// little as possible has to be escaped.
const (
	DoubleQuotes Quotes = "d"
	SingleQuotes Quotes = "s"
	LeaveQuotes  Quotes = "l"
)

// Comments says how comments up to the end of the line begin, in jsonnetfmt's
// letters.
type Comments string

// The values of Comments. A line "#!" at the beginning is left alone.
const (
	HashComments  Comments = "h"
	SlashComments Comments = "s"
	LeaveComments Comments = "l"
)

// Options are jsonnetfmt's.
type Options struct {
	// Indent is how many spaces a level is indented by; 0 changes nothing.
	Indent int
	// MaxBlankLines is how many empty lines may follow each other; 0 changes
	// nothing.
	MaxBlankLines int
	Quotes        Quotes
	Comments      Comments
	// PrettyFieldNames writes {a: b.c} for {'a': b['c']}.
	PrettyFieldNames bool
	// PadArrays and PadObjects write [ 1 ] and { a: 1 } for [1] and {a: 1}.
	PadArrays, PadObjects bool
	// SortImports sorts blocks of locals that only import.
	SortImports bool
	// ImplicitPlus writes a { b: 1 } for a + { b: 1 }.
	ImplicitPlus bool
}

// Default returns jsonnetfmt's defaults.
func Default() Options {
	d := formatter.DefaultOptions()
	o := Options{
		Indent: d.Indent, MaxBlankLines: d.MaxBlankLines, PrettyFieldNames: d.PrettyFieldNames,
		PadArrays: d.PadArrays, PadObjects: d.PadObjects, SortImports: d.SortImports, ImplicitPlus: d.UseImplicitPlus,
	}
	for letter, style := range quoteStyles() {
		if style == d.StringStyle {
			o.Quotes = letter
		}
	}
	for letter, style := range commentStyles() {
		if style == d.CommentStyle {
			o.Comments = letter
		}
	}
	return o
}

func quoteStyles() map[Quotes]formatter.StringStyle {
	return map[Quotes]formatter.StringStyle{
		DoubleQuotes: formatter.StringStyleDouble, SingleQuotes: formatter.StringStyleSingle, LeaveQuotes: formatter.StringStyleLeave,
	}
}

func commentStyles() map[Comments]formatter.CommentStyle {
	return map[Comments]formatter.CommentStyle{
		HashComments: formatter.CommentStyleHash, SlashComments: formatter.CommentStyleSlash, LeaveComments: formatter.CommentStyleLeave,
	}
}

// upstream converts the options.
func (o Options) upstream() (formatter.Options, error) {
	u := formatter.DefaultOptions()
	quotes, ok := quoteStyles()[o.Quotes]
	if !ok {
		return u, fmt.Errorf("unknown string style %q", o.Quotes)
	}
	comments, ok := commentStyles()[o.Comments]
	if !ok {
		return u, fmt.Errorf("unknown comment style %q", o.Comments)
	}
	u.StringStyle, u.CommentStyle = quotes, comments
	u.Indent, u.MaxBlankLines = o.Indent, o.MaxBlankLines
	u.PrettyFieldNames, u.PadArrays, u.PadObjects = o.PrettyFieldNames, o.PadArrays, o.PadObjects
	u.SortImports, u.UseImplicitPlus = o.SortImports, o.ImplicitPlus
	return u, nil
}

// surelyShallow is the length of a text that cannot nest too deeply.
const surelyShallow = 4096

// Format lays out the text of a file, whose name is only for diagnostics. The
// error is for unknown options and faults of upstream's formatter.
func Format(file string, text []byte, o Options) (formatted []byte, diags diag.List, err error) {
	options, err := o.upstream()
	if err != nil {
		return nil, nil, err
	}
	if len(text) > surelyShallow {
		// Upstream would exhaust its stack, which nothing recovers.
		if _, err := syntax.Parse(ast.DiagnosticFileName(file), "", string(text)); errors.Is(err, syntax.ErrTooDeep) {
			diags, err := jsonnet.Static(nil, file, err)
			return nil, diags, err
		}
	}
	defer func() {
		if v := recover(); v != nil {
			formatted, diags, err = nil, nil, fmt.Errorf("format %s: go-jsonnet's formatter: %v", file, v)
		}
	}()
	out, err := formatter.Format(file, string(text), options)
	if err != nil {
		diags, err := jsonnet.Static(nil, file, err)
		if err != nil {
			return nil, nil, fmt.Errorf("format %s: %w", file, err)
		}
		return nil, diags, nil
	}
	return []byte(out), nil, nil
}

package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/jsonnet/style"
)

// styleFlags are jsonnetfmt's flags.
type styleFlags struct {
	options          style.Options
	quotes, comments string
}

func (s *styleFlags) add(cmd *cobra.Command) {
	s.options = style.Default()
	f := cmd.Flags()
	f.IntVarP(&s.options.Indent, "indent", "n", s.options.Indent, "how many spaces to indent by; 0 changes nothing")
	f.IntVar(&s.options.MaxBlankLines, "max-blank-lines", s.options.MaxBlankLines, "how many empty lines may follow each other; 0 changes nothing")
	f.StringVar(&s.quotes, "string-style", string(s.options.Quotes), "quotes of strings: d (double), s (single) or l (leave)")
	f.StringVar(&s.comments, "comment-style", string(s.options.Comments), "begin of comments: h (#), s (//) or l (leave)")
	complete(cmd, "string-style", func() []string { return []string{"d", "s", "l"} })
	complete(cmd, "comment-style", func() []string { return []string{"h", "s", "l"} })
	for _, b := range []struct {
		name  string
		value *bool
		usage string
	}{
		{"pretty-field-names", &s.options.PrettyFieldNames, "write {a: b.c} for {'a': b['c']}"},
		{"pad-arrays", &s.options.PadArrays, "write [ 1, 2 ] for [1, 2]"},
		{"pad-objects", &s.options.PadObjects, "write { a: 1 } for {a: 1}"},
		{"sort-imports", &s.options.SortImports, "sort imports"},
		{"use-implicit-plus", &s.options.ImplicitPlus, "leave out plus signs that are not needed"},
	} {
		f.VarPF(&onOff{value: b.value}, b.name, "", b.usage+"; --no-"+b.name+" does not").NoOptDefVal = "true"
		no := f.VarPF(&onOff{value: b.value, negated: true}, "no-"+b.name, "", "the opposite of --"+b.name)
		no.NoOptDefVal, no.Hidden = "true", true
	}
}

// check refuses values that jsonnetfmt refuses.
func (s *styleFlags) check() error {
	s.options.Quotes, s.options.Comments = style.Quotes(s.quotes), style.Comments(s.comments)
	switch {
	case s.options.Indent < 0:
		return usagef("--indent must not be negative")
	case s.options.MaxBlankLines < 0:
		return usagef("--max-blank-lines must not be negative")
	}
	switch s.options.Quotes {
	case style.DoubleQuotes, style.SingleQuotes, style.LeaveQuotes:
	default:
		return usagef("--string-style: unknown value %q: want d, s or l", s.quotes)
	}
	switch s.options.Comments {
	case style.HashComments, style.SlashComments, style.LeaveComments:
	default:
		return usagef("--comment-style: unknown value %q: want h, s or l", s.comments)
	}
	return nil
}

// onOff is one of two flags, --name and --no-name, for one value; the last on
// the command line counts.
type onOff struct {
	value   *bool
	negated bool
}

// String implements pflag.Value.
func (b *onOff) String() string {
	if b.value == nil { // pflag makes one to see what a zero value looks like
		return "false"
	}
	return strconv.FormatBool(*b.value != b.negated)
}

// Set implements pflag.Value.
func (b *onOff) Set(s string) error {
	v, err := strconv.ParseBool(s)
	if err == nil {
		*b.value = v != b.negated
	}
	return err
}

// Type implements pflag.Value.
func (b *onOff) Type() string { return "bool" }

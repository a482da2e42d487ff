package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// argFlags are the flags that give external variables or top-level arguments.
// Of two for one name the last on the command line wins, whatever its kind.
type argFlags struct{ given []argFlag }

// argFlag is one use of such a flag.
type argFlag struct {
	flag string
	kind argKind
	text string
}

type argKind struct{ code, file bool }

func (a *argFlags) add(f *pflag.FlagSet, prefix, short, what string) {
	for _, k := range []struct {
		name, short, usage string
		kind               argKind
	}{
		{"-str", short, "set the " + what + " to a string, `name=string`; a name alone takes it from the environment", argKind{}},
		{"-str-file", "", "set it to the content of a file, `name=file`", argKind{file: true}},
		{"-code", "", "set it to Jsonnet code, `name=code`; a name alone takes it from the environment", argKind{code: true}},
		{"-code-file", "", "set it to the Jsonnet code in a file, `name=file`", argKind{code: true, file: true}},
	} {
		f.VarP(&argValue{flags: a, flag: "--" + prefix + k.name, kind: k.kind}, prefix+k.name, k.short, k.usage)
	}
}

// argValue is one of the flags; all of them fill one list, in order.
type argValue struct {
	flags *argFlags
	flag  string
	kind  argKind
}

// String implements pflag.Value.
func (v *argValue) String() string { return "" }

// Set implements pflag.Value.
func (v *argValue) Set(text string) error {
	v.flags.given = append(v.flags.given, argFlag{v.flag, v.kind, text})
	return nil
}

// Type implements pflag.Value.
func (v *argValue) Type() string { return "stringArray" }

// values makes the arguments of a request. A file is read when its variable is
// asked for, and not before, as upstream has it.
func (a *argFlags) values(g *global) (map[string]jsonnet.Arg, error) {
	return a.valuesAt(g, func(file string) string { return file })
}

// overrides makes what stands in the place of the arguments of a project file.
// Files are relative to where the command works.
func (a *argFlags) overrides(g *global) (map[string]project.Arg, error) {
	values, err := a.valuesAt(g, func(file string) string {
		if filepath.IsAbs(file) {
			return file
		}
		return filepath.Join(g.workDir(), file)
	})
	out := map[string]project.Arg{}
	for name, v := range values {
		out[name] = project.Arg{Code: v.Code, Text: v.Text}
	}
	return out, err
}

// valuesAt makes the arguments; at says where a file of the command line lies.
func (a *argFlags) valuesAt(g *global, at func(file string) string) (map[string]jsonnet.Arg, error) {
	out := map[string]jsonnet.Arg{}
	for _, given := range a.given {
		name, value, ok := strings.Cut(given.text, "=")
		switch {
		case given.kind.file && !ok:
			return nil, usagef("%s %q: want name=file", given.flag, given.text)
		case !ok:
			if value, ok = g.sys.Getenv(name); !ok {
				return nil, usagef("%s %s: there is no environment variable of that name; write name=value", given.flag, name)
			}
		case given.kind.file:
			word := "importstr"
			if given.kind.code {
				word = "import"
			}
			value = word + " @'" + strings.ReplaceAll(filepath.ToSlash(at(value)), "'", "''") + "'"
		}
		out[name] = jsonnet.Arg{Code: given.kind.code || given.kind.file, Text: value}
	}
	return out, nil
}

// Command jsonnetdriver evaluates Jsonnet entries with go-jsonnet's public API
// and writes each one's JSON, as the jsonnet command does, with two
// differences: it takes several entries at once, evaluated one after the other
// in one virtual machine, and it knows the native functions that the sources
// of this repository call. The benchmark uses it as its peer for rendering,
// because the jsonnet command offers no way to add a native function.
//
// Given one entry it does the work of one run of the jsonnet command.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"
)

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// options is what the command line says.
type options struct {
	libraries list
	extStr    list
	extCode   list
	out       string
	entries   []string
}

func main() {
	var opts options
	flag.Var(&opts.libraries, "J", "directory to search for imports; the first one given is searched first")
	flag.Var(&opts.extStr, "ext-str", "external variable as key=text")
	flag.Var(&opts.extCode, "ext-code", "external variable as key=Jsonnet")
	flag.StringVar(&opts.out, "out", "", "directory for the results, one file an entry (default: standard output)")
	flag.Parse()
	opts.entries = flag.Args()
	if err := run(opts); err != nil {
		fmt.Fprintln(os.Stderr, "jsonnetdriver:", err)
		os.Exit(1)
	}
}

func run(opts options) error {
	vm := jsonnet.MakeVM()
	// go-jsonnet searches the last directory first.
	slices.Reverse(opts.libraries)
	vm.Importer(&jsonnet.FileImporter{JPaths: opts.libraries})
	vm.NativeFunction(secret())
	for _, pair := range opts.extStr {
		key, value, _ := strings.Cut(pair, "=")
		vm.ExtVar(key, value)
	}
	for _, pair := range opts.extCode {
		key, value, _ := strings.Cut(pair, "=")
		vm.ExtCode(key, value)
	}
	for _, entry := range opts.entries {
		result, err := vm.EvaluateFile(entry)
		if err != nil {
			return fmt.Errorf("evaluate %s: %w", entry, err)
		}
		if err := write(opts.out, entry, result); err != nil {
			return fmt.Errorf("write the result of %s: %w", entry, err)
		}
	}
	return nil
}

// secret is the native function by which this repository's sources name a
// secret: the whole scalar is a placeholder.
func secret() *jsonnet.NativeFunction {
	return &jsonnet.NativeFunction{
		Name:   "secret",
		Params: ast.Identifiers{"name"},
		Func: func(args []any) (any, error) {
			name, ok := args[0].(string)
			if !ok {
				return nil, fmt.Errorf("secret takes a name, got %T", args[0])
			}
			return "https://secret.invalid/" + name, nil
		},
	}
}

func write(dir, entry, result string) error {
	if dir == "" {
		_, err := os.Stdout.WriteString(result)
		return err
	}
	name := filepath.Join(dir, strings.TrimSuffix(entry, filepath.Ext(entry))+".json")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(result), 0o644)
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/jsonnet/output"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// upstreamCases reads what of upstream's test data is laid out below dir; what
// has to be written for it goes to scratch.
func upstreamCases(dir, scratch string) ([]golden, error) {
	var cases []golden
	for _, suite := range []struct {
		path string
		read func(dir, scratch string) ([]golden, error)
	}{
		{"go-jsonnet/testdata", goCases},
		{"jsonnet/test_suite", cppCases},
	} {
		from := filepath.Join(dir, filepath.FromSlash(suite.path))
		if _, err := os.Stat(from); err != nil {
			continue
		}
		more, err := suite.read(from, filepath.Join(scratch, filepath.FromSlash(suite.path)))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", from, err)
		}
		cases = append(cases, more...)
	}
	return cases, nil
}

// goCases reads go-jsonnet's test data. Its goldens call a program by its name
// without the ending, so it is laid out like that as well.
func goCases(dir, scratch string) ([]golden, error) {
	if err := os.CopyFS(scratch, os.DirFS(dir)); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonnet"))
	if err != nil {
		return nil, err
	}
	var cases []golden
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".jsonnet")
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(scratch, name), text, 0o600); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, name+".golden")
		c := golden{program: program{suite: "go-jsonnet", name: name, mode: output.Mode{
			Text: strings.HasSuffix(name, "_string_output"), NoNewline: strings.Contains(name, "_no_newline"),
		}}}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			c.mode.Files = true
		}
		if c.want, err = readGolden(path, c.mode); err != nil {
			return nil, err
		}
		root := filepath.Dir(scratch)
		c.request = func() jsonnet.Request {
			r := jsonnet.Request{File: "testdata/" + name, Importer: jsonnet.NewImporter(root, nil, nil), Natives: natives()}
			if strings.HasPrefix(name, "extvar_") && !strings.HasPrefix(name, "extvar_unknown") && !strings.HasPrefix(name, "extvar_not_a_string") {
				r.Ext = variables()
			}
			return r
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// variables are those that go-jsonnet's tests are given.
func variables() map[string]jsonnet.Arg {
	code := func(text string) jsonnet.Arg { return jsonnet.Arg{Code: true, Text: text} }
	return map[string]jsonnet.Arg{
		"stringVar": {Text: "2 + 2"}, "codeVar": code("3 + 3"), "errorVar": code("error 'xxx'"),
		"staticErrorVar": code(")"), "UndeclaredX": code("x"),
		"selfRecursiveVar":      code(`[42, std.extVar("selfRecursiveVar")[0] + 1]`),
		"mutuallyRecursiveVar1": code(`[42, std.extVar("mutuallyRecursiveVar2")[0] + 1]`),
		"mutuallyRecursiveVar2": code(`[42, std.extVar("mutuallyRecursiveVar1")[0] + 1]`),
	}
}

// natives are the functions that go-jsonnet's tests are given.
func natives() []jsonnet.Native {
	return []jsonnet.Native{
		{Name: "jsonToString", Params: []string{"x"}, Func: func(a []any) (any, error) {
			text, err := json.Marshal(a[0])
			return string(text), err
		}},
		{Name: "nativeError", Func: func([]any) (any, error) { return nil, errors.New("native function error") }},
		{Name: "nativePanic", Func: func([]any) (any, error) { panic("native function panic") }},
	}
}

// readGolden reads a golden file or, for several outputs, a directory of them.
func readGolden(path string, mode output.Mode) (outcome, error) {
	if !mode.Files {
		text, err := os.ReadFile(path)
		if err != nil {
			return outcome{}, err
		}
		return parseGolden(string(text)), nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{ok: true, files: map[string]string{}}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			return outcome{}, err
		}
		o.files[e.Name()] = string(text)
	}
	return o, nil
}

var (
	rule       = regexp.MustCompile(`(?m)^-{49}$`)
	frame      = regexp.MustCompile(`(?m)^\t([^\t<]+?|<[a-z-]+:\w+>):(?:(\d+):(\d+)(?:-\d+)?|\((\d+):(\d+)\)-\(\d+:\d+\))\t`)
	staticLine = regexp.MustCompile(`^([^ :<]+|<[a-z-]+:\w+>):(?:(\d+):(\d+)(?:-\d+)?|\((\d+):(\d+)\)-\(\d+:\d+\)) (.*)`)
)

// parseGolden takes message and place out of a golden file of a failure: a
// runtime error with its stack, or a syntax error with its line.
func parseGolden(text string) outcome {
	if rest, ok := strings.CutPrefix(text, "RUNTIME ERROR: "); ok {
		message := rest
		if at := rule.FindStringIndex(rest); at != nil {
			message = rest[:at[0]]
		}
		if m := staticLine.FindStringSubmatch(message); m != nil { // of an import
			return outcome{message: m[6], place: place(m)}
		}
		o := outcome{message: message}
		if m := frame.FindStringSubmatch(rest); m != nil {
			o.place = place(m)
		}
		return o
	}
	if m := staticLine.FindStringSubmatch(text); m != nil {
		return outcome{message: m[6], place: place(m)}
	}
	if rest, ok := strings.CutPrefix(text, "INTERNAL ERROR: "); ok {
		first, _, _ := strings.Cut(rest, "\n")
		return outcome{message: first}
	}
	return outcome{ok: true, files: map[string]string{"": text}}
}

func place(m []string) string { return fmt.Sprintf("%s:%s%s:%s%s", m[1], m[2], m[4], m[3], m[5]) }

// cppCases reads the suite of the C++ implementation. Its error messages are
// not go-jsonnet's, so that only the failure counts.
func cppCases(dir, scratch string) ([]golden, error) {
	if err := os.CopyFS(scratch, os.DirFS(dir)); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonnet"))
	if err != nil {
		return nil, err
	}
	var cases []golden
	for _, f := range files {
		file := filepath.Base(f)
		c := golden{program: program{suite: "jsonnet", name: strings.TrimSuffix(file, ".jsonnet")}}
		c.want = outcome{ok: true, files: map[string]string{"": "true\n"}}
		if text, err := os.ReadFile(f + ".golden"); err == nil {
			c.want.files[""] = strings.TrimRight(string(text), "\n") + "\n"
		}
		if strings.HasPrefix(file, "error.") {
			c.want, c.anyMessage = outcome{}, true
		}
		ext := map[string]jsonnet.Arg{"var1": {Text: "test"}, "var2": {Code: true, Text: "{x:1,y:2}"}}
		c.request = func() jsonnet.Request {
			r := jsonnet.Request{File: file, Importer: jsonnet.NewImporter(scratch, nil, nil)}
			if strings.HasPrefix(file, "tla.") {
				r.TLA = ext
			} else {
				r.Ext = ext
			}
			return r
		}
		cases = append(cases, c)
	}
	return cases, nil
}

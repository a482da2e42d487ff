package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Natives returns the functions that sources reach through std.native. Those
// with a name that Tanka knows, too, do what they do there, since public
// libraries call them; docs/jsonnet.md lists all.
func Natives() []jsonnet.Native {
	return slices.Concat(ownNatives(), tankaNatives(), foreignNatives())
}

// ownNatives are those that no other tool has.
func ownNatives() []jsonnet.Native {
	return []jsonnet.Native{
		{Name: "secret", Params: []string{"name"}, Func: func(a []any) (any, error) {
			name, ok := a[0].(string)
			if !ok {
				return nil, errors.New("secret: the name must be a string")
			}
			ref, err := bundle.ParseSecretRef(name)
			if err != nil {
				return nil, err
			}
			return ref.Placeholder(), nil
		}},
		promql("promqlFormat", func(e *expr.Expr) any { return e.Pretty() }),
		promql("promqlParse", func(e *expr.Expr) any { return e.Tree() }),
		text("durationSeconds", "duration", func(s string) (any, error) {
			d, err := expr.ParseDuration(s)
			if err != nil {
				return nil, fmt.Errorf("durationSeconds: %w", err)
			}
			return d.Seconds(), nil
		}),
	}
}

// tankaNatives are those of Tanka, version 0.32.0.
func tankaNatives() []jsonnet.Native {
	return []jsonnet.Native{
		text("parseJson", "json", func(s string) (any, error) {
			var v any
			if err := json.Unmarshal([]byte(s), &v); err != nil {
				return nil, fmt.Errorf("parseJson: %w", err)
			}
			return v, nil
		}),
		text("parseYaml", "yaml", parseYAML),
		text("escapeStringRegex", "str", func(s string) (any, error) { return regexp.QuoteMeta(s), nil }),
		text("sha256", "str", func(s string) (any, error) {
			sum := sha256.Sum256([]byte(s))
			return hex.EncodeToString(sum[:]), nil
		}),
		{Name: "manifestJsonFromJson", Params: []string{"json", "indent"}, Func: manifestJSON},
		text("manifestYamlFromJson", "json", manifestYAML),
		{Name: "regexMatch", Params: []string{"regex", "string"}, Func: func(a []any) (any, error) {
			re, s, err := regexArgs("regexMatch", a)
			if err != nil {
				return nil, err
			}
			return re.MatchString(s[0]), nil
		}},
		{Name: "regexSubst", Params: []string{"regex", "src", "repl"}, Func: func(a []any) (any, error) {
			re, s, err := regexArgs("regexSubst", a)
			if err != nil {
				return nil, err
			}
			return substitute(re, s[0], s[1])
		}},
	}
}

// substituteBytes is how long the result of regexSubst may be: the limits of an
// evaluation do not reach into natives.
const substituteBytes = 64 << 20

// substitute replaces every match, as ReplaceAllString does.
func substitute(re *regexp.Regexp, src, repl string) (string, error) {
	var out []byte
	last := 0
	for _, match := range re.FindAllStringSubmatchIndex(src, -1) {
		out = append(out, src[last:match[0]]...)
		out = re.ExpandString(out, repl, src, match)
		last = match[1]
		if len(out) > substituteBytes {
			return "", fmt.Errorf("regexSubst: the result is longer than %d MiB", substituteBytes>>20)
		}
	}
	return string(append(out, src[last:]...)), nil
}

// foreignNatives are functions of other tools that are not monctl's business.
// Without them a library that calls one would fail with a message about null.
func foreignNatives() []jsonnet.Native {
	var out []jsonnet.Native
	for _, f := range []struct{ name, params, reason string }{
		{"helmTemplate", "name chart conf", "monctl does not run Helm; render the chart beforehand and import the result with std.parseYaml(importstr '…')"},
		{"kustomizeBuild", "path conf", "monctl does not run Kustomize; build beforehand and import the result with std.parseYaml(importstr '…')"},
		{"parseHelmChart", "releaseName namespace chartData values capabilities", "monctl does not run Helm; render the chart beforehand and import the result with std.parseYaml(importstr '…')"},
		{"resolveImage", "image", "monctl asks no registry; write the image with its digest"},
		{"validateJSONSchema", "obj schema", "monctl has no JSON Schema; say with assert what has to hold"},
		{"manifestJson", "json indent", "this is a function of kubecfg; use std.manifestJsonEx(value, '  ')"},
		{"manifestYaml", "json", "this is a function of kubecfg; use std.manifestYamlDoc(value)"},
		{"promQLRemoveByLabels", "expr", "Tanka has it no longer; std.native('promqlParse') shows what an expression aggregates by"},
	} {
		out = append(out, jsonnet.Native{Name: f.name, Params: strings.Fields(f.params), Func: func([]any) (any, error) {
			return nil, fmt.Errorf("%s: %s", f.name, f.reason)
		}})
	}
	return out
}

// promql is a native function of one expression. An error shows the place in
// the expression below its first line.
func promql(name string, f func(*expr.Expr) any) jsonnet.Native {
	return text(name, "expr", func(s string) (any, error) {
		e, err := expr.Parse(s)
		if err == nil {
			return f(e), nil
		}
		syntax := expr.AsSyntaxError(s, err)
		if syntax == nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lines := []string{fmt.Sprintf("%s: %s", name, syntax), syntax.Excerpt()}
		if syntax.Hint != "" {
			lines = append(lines, syntax.Hint)
		}
		return nil, errors.New(strings.Join(lines, "\n"))
	})
}

// text is a native function of one string.
func text(name, param string, f func(string) (any, error)) jsonnet.Native {
	return jsonnet.Native{Name: name, Params: []string{param}, Func: func(a []any) (any, error) {
		s, ok := a[0].(string)
		if !ok {
			return nil, fmt.Errorf("%s: %s must be a string", name, param)
		}
		return f(s)
	}}
}

// parseYAML returns an array of all documents.
func parseYAML(s string) (any, error) {
	docs := []any{}
	d := yaml.NewDecoder(strings.NewReader(s))
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("parseYaml: %w", err)
		}
		// By way of JSON, so that numbers and keys are what Jsonnet knows.
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("parseYaml: %w", err)
		}
		var plain any
		if err := json.Unmarshal(text, &plain); err != nil {
			return nil, fmt.Errorf("parseYaml: %w", err)
		}
		docs = append(docs, plain)
	}
}

func manifestJSON(a []any) (any, error) {
	s, ok := a[0].(string)
	indent, okIndent := a[1].(float64)
	if !ok || !okIndent || indent < 0 || indent > 16 {
		return nil, errors.New("manifestJsonFromJson: want a string and an indentation from 0 to 16")
	}
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace([]byte(s)), "", strings.Repeat(" ", int(indent))); err != nil {
		return nil, fmt.Errorf("manifestJsonFromJson: %w", err)
	}
	b.WriteByte('\n')
	return b.String(), nil
}

func manifestYAML(s string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, fmt.Errorf("manifestYamlFromJson: %w", err)
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("manifestYamlFromJson: %w", err)
	}
	return string(out), nil
}

func regexArgs(name string, a []any) (*regexp.Regexp, []string, error) {
	var s []string
	for _, v := range a {
		text, ok := v.(string)
		if !ok {
			return nil, nil, fmt.Errorf("%s: the arguments must be strings", name)
		}
		s = append(s, text)
	}
	re, err := regexp.Compile(s[0])
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return re, s[1:], nil
}

package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// Natives returns the functions that sources reach through std.native. All but
// secret have the names and meaning that Tanka gave them, since public
// libraries call them.
func Natives() []jsonnet.Native {
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
		text("parseJson", "json", func(s string) (any, error) {
			var v any
			if err := json.Unmarshal([]byte(s), &v); err != nil {
				return nil, fmt.Errorf("parseJson: %w", err)
			}
			return v, nil
		}),
		text("parseYaml", "yaml", parseYAML),
		text("escapeStringRegex", "str", func(s string) (any, error) { return regexp.QuoteMeta(s), nil }),
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
			return re.ReplaceAllString(s[0], s[1]), nil
		}},
	}
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
	if err := json.Indent(&b, []byte(s), "", strings.Repeat(" ", int(indent))); err != nil {
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

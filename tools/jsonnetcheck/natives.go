package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/jsonnet"
)

// mixinNatives are the functions that public libraries expect; what counts is
// that every engine is given the same.
func mixinNatives() []jsonnet.Native {
	text := func(v any) (string, error) {
		if s, ok := v.(string); ok {
			return s, nil
		}
		return "", fmt.Errorf("want a string, got %T", v)
	}
	return []jsonnet.Native{
		{Name: "parseYaml", Params: []string{"yaml"}, Func: func(a []any) (any, error) { return parseYAML(a[0], text) }},
		{Name: "parseJson", Params: []string{"json"}, Func: func(a []any) (any, error) {
			s, err := text(a[0])
			if err != nil {
				return nil, err
			}
			var v any
			err = json.Unmarshal([]byte(s), &v)
			return v, err
		}},
		{Name: "manifestJsonFromJson", Params: []string{"json", "indent"}, Func: func(a []any) (any, error) {
			s, err := text(a[0])
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			err = json.Indent(&b, []byte(s), "", "  ")
			return b.String() + "\n", err
		}},
		{Name: "escapeStringRegex", Params: []string{"str"}, Func: func(a []any) (any, error) {
			s, err := text(a[0])
			return regexp.QuoteMeta(s), err
		}},
		{Name: "regexMatch", Params: []string{"regex", "string"}, Func: func(a []any) (any, error) {
			return regexp.MatchString(fmt.Sprint(a[0]), fmt.Sprint(a[1]))
		}},
		{Name: "regexSubst", Params: []string{"regex", "src", "repl"}, Func: func(a []any) (any, error) {
			re, err := regexp.Compile(fmt.Sprint(a[0]))
			if err != nil {
				return nil, err
			}
			return re.ReplaceAllString(fmt.Sprint(a[1]), fmt.Sprint(a[2])), nil
		}},
		{Name: "sha256", Params: []string{"str"}, Func: func(a []any) (any, error) {
			s, err := text(a[0])
			sum := sha256.Sum256([]byte(s))
			return hex.EncodeToString(sum[:]), err
		}},
	}
}

func parseYAML(v any, text func(any) (string, error)) (any, error) {
	s, err := text(v)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for d := yaml.NewDecoder(bytes.NewReader([]byte(s))); ; {
		var doc any
		if err := d.Decode(&doc); err != nil {
			if len(out) > 0 || s == "" {
				return out, nil
			}
			return nil, err
		}
		// Through JSON: a native's values are those of encoding/json.
		data, err := json.Marshal(doc)
		if err != nil {
			return nil, err
		}
		var plain any
		if err := json.Unmarshal(data, &plain); err != nil {
			return nil, err
		}
		out = append(out, plain)
	}
}

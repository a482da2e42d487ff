package verdict_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/verdict"
)

// config is what the loader of these tests decodes.
type config struct {
	Limit int     `yaml:"limit"`
	Jobs  []job   `yaml:"jobs"`
	Owner *person `yaml:"owner"`
}

type job struct {
	Name   string `yaml:"name"`
	URL    string `yaml:"url"`
	Every  string `yaml:"every"`
	person `yaml:",inline"`
}

type person struct {
	Mail string `yaml:"mail"`
}

// load stops at the first mistake, as upstream's loaders do, and crashes on an
// owner without a job.
func load(data []byte) error {
	var c config
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, j := range c.Jobs {
		switch {
		case j.Name == "":
			return errors.New("job without a name")
		case names[j.Name]:
			return fmt.Errorf("job %q is not unique", j.Name)
		case j.URL != "" && j.URL[:4] != "http":
			return errors.New("failed to parse: bad scheme")
		case j.Every == "0s":
			return errors.New("every must be positive")
		}
		names[j.Name] = true
	}
	if c.Owner != nil && c.Owner.Mail == "crash" {
		panic("nil pointer")
	}
	return nil
}

func TestJudge(t *testing.T) {
	loader := verdict.Loader{
		Load: load, Type: reflect.TypeFor[config](), Units: []string{"/jobs/*"},
		Fields: map[string][]string{"/jobs/*": {"dynamic_configs"}},
	}
	for _, tc := range []struct {
		name, yaml string
		want       []string
	}{
		{"fine", `{limit: 1, jobs: [{name: a, url: 'http://x', mail: m}]}`, nil},
		{"unknown fields", `{limt: 1, jobs: [{name: a, nam: b}, {name: b, mal: x}, {name: c, dynamic_config: x}]}`, []string{
			`1 /jobs/0/nam unknown field "nam" | did you mean "name"?`,
			`1 /jobs/1/mal unknown field "mal" | did you mean "mail"?`,
			`1 /jobs/2/dynamic_config unknown field "dynamic_config" | did you mean "dynamic_configs"?`,
			`1 /limt unknown field "limt" | did you mean "limit"?`,
		}},
		{"wrong types", `{limit: many, jobs: [{name: [a]}], owner: me}`, []string{
			`2 /jobs/0/name found an array, want a string`,
			`2 /limit found the string "many", want an integer`,
			`2 /owner found the string "me", want an object`,
		}},
		{"one mistake in each of several elements", `{jobs: [{name: a, url: ftp://a}, {name: b}, {url: http://c}, {name: d, every: 0s}, {name: b}]}`, []string{
			`0 /jobs/0/url parse: bad scheme`,
			`0 /jobs/2 job without a name`,
			`0 /jobs/3/every every must be positive`,
			`0 /jobs/4/name job "b" is not unique`,
		}},
		{"several mistakes in one element", `{jobs: [{name: a, url: ftp://a, mal: x, every: 0s}, {name: b, url: ftp://b}]}`, []string{
			`1 /jobs/0/mal unknown field "mal" | did you mean "mail"?`,
			`0 /jobs/0/url parse: bad scheme`,
			`0 /jobs/0/every every must be positive`,
			`0 /jobs/1/url parse: bad scheme`,
		}},
		{"what follows from a misspelt field is not told", `{jobs: [{nam: a}, {name: b, url: ftp://b}]}`, []string{
			`1 /jobs/0/nam unknown field "nam" | did you mean "name"?`,
			`0 /jobs/1/url parse: bad scheme`,
		}},
		{"unknown fields do not hide the rest", `{limt: 1, jobs: [{name: a, url: ftp://a}], owner: {mail: crash}}`, []string{
			`1 /limt unknown field "limt" | did you mean "limit"?`,
			`0 /jobs/0/url parse: bad scheme`,
			`0 /owner/mail the loader itself crashes on this (nil pointer)`,
		}},
		{"a loader that crashes", `{jobs: [{name: a}], owner: {mail: crash}}`, []string{
			`0 /owner/mail the loader itself crashes on this (nil pointer)`,
		}},
		{"no object at all", `[1]`, []string{`2  found an array, want an object`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			docs, diags := bundle.DecodeYAML("x.yaml", []byte(tc.yaml))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			findings, err := loader.Judge(t.Context(), docs[0].Value)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range findings {
				line := fmt.Sprintf("%d %s %s", f.Kind, f.Pointer, f.Message)
				if f.Hint != "" {
					line += " | " + f.Hint
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestJudgeSameWords has mistakes of the same words under several fields of one
// object, so that leaving out any one of them changes nothing.
func TestJudgeSameWords(t *testing.T) {
	type address struct {
		URL string `yaml:"url"`
	}
	type receiver struct {
		Chat []address `yaml:"chat"`
		Hook []address `yaml:"hook"`
		Mail []address `yaml:"mail"`
	}
	loader := verdict.Loader{Load: func(data []byte) error {
		var all []receiver
		if err := yaml.Unmarshal(data, &all); err != nil {
			return err
		}
		for _, r := range all {
			for _, a := range slices.Concat(r.Chat, r.Hook, r.Mail) {
				if a.URL == "" {
					return errors.New("an address is missing")
				}
			}
		}
		return nil
	}, Type: reflect.TypeFor[[]receiver](), Units: []string{"/*"}}
	docs, _ := bundle.DecodeYAML("x.yaml", []byte(`[{chat: [{}], hook: [{url: a}, {}], mail: [{url: ""}]}]`))
	findings, err := loader.Judge(t.Context(), docs[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, f.Pointer+" "+f.Message)
	}
	want := []string{"/0/chat/0 an address is missing", "/0/hook/1 an address is missing", "/0/mail/0 an address is missing"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestJudgeStandIns has a scalar that the loader refuses, and others that are
// judged by it: nothing is told that comes from what stood in for it.
func TestJudgeStandIns(t *testing.T) {
	type job struct {
		Every   string `yaml:"every"`
		Timeout string `yaml:"timeout"`
		Target  string `yaml:"target"`
	}
	loader := verdict.Loader{Load: func(data []byte) error {
		var j job
		if err := yaml.Unmarshal(data, &j); err != nil {
			return err
		}
		every, err := time.ParseDuration(j.Every)
		if err != nil {
			return err
		}
		if timeout, err := time.ParseDuration(j.Timeout); err != nil || timeout > every {
			return errors.New("the timeout is no duration up to every")
		}
		if strings.Contains(j.Target, " ") {
			return errors.New("a target has no spaces")
		}
		return nil
	}, Type: reflect.TypeFor[job]()}
	for yaml, want := range map[string][]string{
		`{every: 1 m, timeout: 5m, target: a}`:    {"/every"},
		`{every: 1 m, timeout: 30s, target: a}`:   {"/every"},
		`{every: 1 m, timeout: 30s, target: a b}`: {"/every", "/target"},
	} {
		docs, _ := bundle.DecodeYAML("x.yaml", []byte(yaml))
		findings, err := loader.Judge(t.Context(), docs[0].Value)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range findings {
			got = append(got, f.Pointer)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", yaml, diff)
		}
	}
}

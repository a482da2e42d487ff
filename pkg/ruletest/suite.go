package ruletest

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Suite is one test file, YAML or JSON.
type Suite struct {
	File string
	Data []byte
	// Origin leads from the data to the source it was rendered from; nil if the
	// user wrote the data itself.
	Origin bundle.Origin
}

// EnvironmentName is a name, or a pattern of names, that a suite asks for.
type EnvironmentName struct {
	Name string
	Span diag.Span
}

// Environments returns what the suite says in env: where it is to be run. None
// means everywhere. What is wrong with it, Run says.
func (s Suite) Environments() []EnvironmentName {
	if !bytes.Contains(s.Data, []byte("env")) {
		return nil
	}
	var doc yaml.Node
	if yaml.Unmarshal(s.Data, &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	d := &decoder{file: s.File, origin: s.Origin}
	var out []EnvironmentName
	d.entries(node{doc.Content[0], ""}, "a test file", func(key, value node) {
		if key.Value != "env" {
			return
		}
		for _, t := range d.textOrTexts(value, "env") {
			out = append(out, EnvironmentName{t.value, t.span})
		}
	})
	return out
}

// Pages reports whether the suite may ask what Alertmanager does with alerts,
// so that its verdict depends on both configurations of an environment. It
// looks at the text only.
func (s Suite) Pages() bool {
	for _, key := range []string{"route_test", "notification_test", "suppression_test"} {
		if bytes.Contains(s.Data, []byte(key)) {
			return true
		}
	}
	return false
}

// NeedsProject reports whether the suite may ask for something that a project
// renders: its rules or its Alertmanager configuration. It looks at the text
// only.
func (s Suite) NeedsProject() bool {
	return bytes.Contains(s.Data, []byte(BundlePattern)) || s.Pages() && !bytes.Contains(s.Data, []byte("alertmanager_file"))
}

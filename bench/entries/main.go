// Command entries prints which Jsonnet sources monctl evaluates for an
// environment of the project in the working directory, and with which external
// variables, as one JSON document. The benchmark lets its peer evaluate just
// these. It is a command of its own to keep the benchmark itself small: what
// the benchmark occupies is counted to every process it starts.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"

	"github.com/monctl/monctl/pkg/project"
)

// document is what is printed.
type document struct {
	Entries []string          `json:"entries"`
	JPath   []string          `json:"jpath"`
	ExtStr  map[string]string `json:"ext_str"`
	ExtCode map[string]string `json:"ext_code"`
}

func main() {
	env := flag.String("env", project.DefaultEnvironment, "environment")
	flag.Parse()
	doc, err := entries(".", *env)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(doc)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "entries:", err)
		os.Exit(1)
	}
}

func entries(dir, env string) (document, error) {
	doc := document{ExtStr: map[string]string{}, ExtCode: map[string]string{}}
	p, findings, err := project.Load(dir)
	if err != nil {
		return doc, fmt.Errorf("load the project: %w", err)
	}
	if p == nil {
		return doc, fmt.Errorf("load the project: %v", findings)
	}
	e, ok := p.Environment(env)
	if !ok {
		return doc, fmt.Errorf("the project has no environment %q", env)
	}
	sources, err := p.FindSources(os.DirFS(dir))
	if err != nil {
		return doc, fmt.Errorf("find the sources: %w", err)
	}
	for _, s := range sources {
		if path.Ext(s.Path) == ".jsonnet" {
			doc.Entries = append(doc.Entries, s.Path)
		}
	}
	for name, arg := range e.Ext {
		if arg.Code {
			doc.ExtCode[name] = arg.Text
		} else {
			doc.ExtStr[name] = arg.Text
		}
	}
	doc.JPath = p.Jsonnet.JPath
	return doc, nil
}

package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/glob"
)

// rawEnvironment is an environment as the schema has completed it.
type rawEnvironment struct {
	Inherit        string                     `json:"inherit"`
	Abstract       bool                       `json:"abstract"`
	Dialect        string                     `json:"dialect"`
	Features       []string                   `json:"features"`
	Ext            map[string]json.RawMessage `json:"ext"`
	TLA            map[string]json.RawMessage `json:"tla"`
	Labels         map[string]string          `json:"labels"`
	ExternalLabels map[string]string          `json:"externalLabels"`
	Include        []string                   `json:"include"`
	Exclude        []string                   `json:"exclude"`
	Targets        map[string]struct {
		Kind           string            `json:"kind"`
		URL            string            `json:"url"`
		ExternalLabels map[string]string `json:"externalLabels"`
		Select         []string          `json:"select"`
	} `json:"targets"`
}

// reportFunc takes a mistake that the schema cannot express; the pointer leads
// to it in the project file.
type reportFunc func(pointer, hint string, err error)

// environments completes the environments by what they inherit, and leaves out
// those that are abstract.
func environments(raw map[string]rawEnvironment, isFile func(name string) bool, report reportFunc) (envs []Environment, abstract []string) {
	own := map[string]Environment{}
	names := slices.Sorted(maps.Keys(raw))
	for _, name := range names {
		own[name] = raw[name].environment(name, isFile, report)
	}
	for _, name := range names {
		chain, ok := ancestry(raw, name, report)
		switch {
		case raw[name].Abstract:
			abstract = append(abstract, name)
		case ok:
			env := own[name]
			for _, parent := range chain[1:] {
				env = env.over(own[parent])
			}
			envs = append(envs, env)
		}
	}
	if len(raw) == 0 {
		envs = []Environment{{Name: DefaultEnvironment}}
	} else if len(abstract) == len(raw) {
		report("/environments", "add one that inherits from it", errors.New("all environments are abstract, so nothing would be rendered"))
	}
	return envs, abstract
}

// environment is what an environment says itself.
func (e rawEnvironment) environment(name string, isFile func(name string) bool, report reportFunc) Environment {
	at := "/environments/" + token(name)
	return Environment{
		Name: name, Dialect: e.Dialect, Features: e.Features, Labels: e.Labels, ExternalLabels: e.ExternalLabels,
		Ext: args(e.Ext, isFile, at+"/ext", report), TLA: args(e.TLA, isFile, at+"/tla", report),
		Include: e.Include, includeAt: at + "/include", Exclude: e.Exclude, excludeAt: at + "/exclude",
		Targets: e.targets(at+"/targets", report),
	}
}

// over returns an environment with what it takes from a parent.
func (e Environment) over(parent Environment) Environment {
	e.Ext, e.TLA = merged(parent.Ext, e.Ext), merged(parent.TLA, e.TLA)
	e.Labels, e.ExternalLabels = merged(parent.Labels, e.Labels), merged(parent.ExternalLabels, e.ExternalLabels)
	if e.Dialect == "" {
		e.Dialect = parent.Dialect
	}
	if e.Features == nil {
		e.Features = parent.Features
	}
	if e.Include == nil {
		e.Include, e.includeAt = parent.Include, parent.includeAt
	}
	if e.Exclude == nil {
		e.Exclude, e.excludeAt = parent.Exclude, parent.excludeAt
	}
	return e
}

func merged[V any](below, above map[string]V) map[string]V {
	out := maps.Clone(below)
	if out == nil {
		out = map[string]V{}
	}
	maps.Copy(out, above)
	return out
}

// ancestry lists an environment and those that it inherits from, nearest
// first.
func ancestry(raw map[string]rawEnvironment, name string, report reportFunc) ([]string, bool) {
	chain := []string{name}
	for at := name; raw[at].Inherit != ""; {
		parent, pointer := raw[at].Inherit, "/environments/"+token(at)+"/inherit"
		if _, ok := raw[parent]; !ok {
			if at == name { // else it is said there
				names := slices.Sorted(maps.Keys(raw))
				hint := diag.DidYouMean(parent, names)
				if hint == "" {
					hint = "there are: " + strings.Join(names, ", ")
				}
				report(pointer, hint, fmt.Errorf("there is no environment %q to inherit from", parent))
			}
			return nil, false
		}
		if slices.Contains(chain, parent) {
			if parent == name && name == slices.Min(chain) { // once for a cycle
				report(pointer, "", fmt.Errorf("environment %q inherits from itself: %s", name, strings.Join(append(chain, parent), " → ")))
			}
			return nil, false
		}
		chain = append(chain, parent)
		at = parent
	}
	return chain, true
}

func (e rawEnvironment) targets(pointer string, report reportFunc) []Target {
	var targets []Target
	for _, name := range slices.Sorted(maps.Keys(e.Targets)) {
		t := e.Targets[name]
		if isTreeFolder(name) {
			report(pointer+"/"+token(name), "give it another name", fmt.Errorf("target %q has the name of a folder that is rendered for all targets", name))
		}
		target := Target{Name: name, Kind: t.Kind, URL: t.URL, ExternalLabels: t.ExternalLabels}
		for i, line := range t.Select {
			s, err := parseSelection(line)
			if err != nil {
				report(pointer+"/"+token(name)+"/select/"+strconv.Itoa(i), "", err)
			}
			target.Select = append(target.Select, s)
		}
		targets = append(targets, target)
	}
	return targets
}

// isTreeFolder reports whether a name is that of a folder of the rendered tree,
// beside which the folders of targets stand.
func isTreeFolder(name string) bool {
	return slices.Contains([]string{"prometheus", "alertmanager", "grafana", "kubernetes", "tests"}, name)
}

// args reads external variables or top-level arguments: a string is that
// string, {code}, {file} and {codeFile} say where a value comes from, and
// everything else is code, since JSON is Jsonnet.
func args(in map[string]json.RawMessage, isFile func(name string) bool, pointer string, report reportFunc) map[string]Arg {
	out := map[string]Arg{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		a, field := arg(in[name])
		out[name] = a
		if a.File != "" && !isFile(a.File) {
			report(pointer+"/"+token(name)+"/"+field, "the path is relative to the project", fmt.Errorf("there is no file %q", a.File))
		}
	}
	return out
}

// arg returns also the field that names a file.
func arg(value json.RawMessage) (a Arg, field string) {
	var s string
	if len(value) > 0 && value[0] == '"' && json.Unmarshal(value, &s) == nil {
		return Arg{Text: s}, ""
	}
	var from map[string]string
	if len(value) > 0 && value[0] == '{' && json.Unmarshal(value, &from) == nil && len(from) == 1 {
		for field, text := range from {
			// The evaluation reads the file, with all others and only if it is
			// asked for.
			literal := "@'" + strings.ReplaceAll(text, "'", "''") + "'"
			switch field {
			case "code":
				return Arg{Code: true, Text: text}, ""
			case "file":
				return Arg{Code: true, Text: "importstr " + literal, File: text, IsText: true}, field
			case "codeFile":
				return Arg{Code: true, Text: "import " + literal, File: text}, field
			}
		}
	}
	return Arg{Code: true, Text: string(value)}, ""
}

// Renders reports whether a source, known by its path and by a mixin's name,
// is rendered for the environment.
func (e Environment) Renders(names ...string) bool {
	matches := func(patterns []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return n != "" && MatchesAny(patterns, n) })
	}
	return (e.Include == nil || matches(e.Include)) && !matches(e.Exclude)
}

// SourcePattern is one line of an environment's include or exclude.
type SourcePattern struct {
	Text string
	// Pointer leads to it within the project file.
	Pointer string
}

// SourcePatterns returns the lines of include and exclude.
func (e Environment) SourcePatterns() []SourcePattern {
	var out []SourcePattern
	for i, p := range e.Include {
		out = append(out, SourcePattern{p, e.includeAt + "/" + strconv.Itoa(i)})
	}
	for i, p := range e.Exclude {
		out = append(out, SourcePattern{p, e.excludeAt + "/" + strconv.Itoa(i)})
	}
	return out
}

// MatchesAny reports whether one of some patterns of paths matches all of a
// text: "*" within a folder, "**" across folders.
func MatchesAny(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		re, err := glob.Compile(p)
		return err == nil && re.MatchString(text)
	})
}

// Select returns the environments that some names or patterns choose, in the
// project's order; none choose all. Those that choose nothing are unknown.
func (p *Project) Select(patterns []string) (envs []Environment, unknown []string) {
	if len(patterns) == 0 {
		return p.Environments, nil
	}
	for _, e := range p.Environments {
		if MatchesAny(patterns, e.Name) {
			envs = append(envs, e)
		}
	}
	for _, pattern := range patterns {
		if !slices.ContainsFunc(envs, func(e Environment) bool { return MatchesAny([]string{pattern}, e.Name) }) {
			unknown = append(unknown, pattern)
		}
	}
	return envs, unknown
}

// token escapes a name for use in a JSON Pointer.
func token(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

package project

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DefaultCatalog is where the catalogue of metrics lies unless the project
// says otherwise. It may be missing there.
const DefaultCatalog = "metrics.yaml"

// DefaultEnvironment is the name of the one environment of a project that
// names none.
const DefaultEnvironment = "default"

// Project is a loaded project file.
type Project struct {
	// Dir is the project's directory.
	Dir string
	// File is the name of the project file within Dir, or "" if there is none.
	File         string
	Environments []Environment // sorted by name
	Jsonnet      Jsonnet
	Sources      Sources
	// Severity holds severities by code of a check, "off" among them.
	Severity map[string]string
}

// Environment is one place that the sources are rendered for.
type Environment struct {
	Name           string
	Ext, TLA       map[string]Arg
	ExternalLabels map[string]string
	Targets        []Target // sorted by name
}

// Arg is an external variable or a top-level argument.
type Arg struct {
	// Code says that Text is Jsonnet code and not the string itself.
	Code bool
	Text string
}

// Target is one receiver of an environment's bundle.
type Target struct {
	Name, Kind     string
	URL            string
	ExternalLabels map[string]string
	Select         []Selection
}

// Selection is one line of a target's select: it speaks about the objects of
// one kind.
type Selection struct {
	Kind    string
	Pattern *regexp.Regexp // anchored, on the reference without its kind
	Negate  bool
}

// Keeps reports whether the line lets an object with a reference pass.
func (s Selection) Keeps(kind, rest string) bool {
	return kind != s.Kind || s.Pattern.MatchString(rest) != s.Negate
}

// Jsonnet holds the settings of the evaluator.
type Jsonnet struct {
	JPath     []string
	MaxStack  int
	Timeout   time.Duration
	MaxMemory int64 // bytes
}

// Sources holds the patterns by which sources are found.
type Sources struct {
	Rules        []string `json:"rules"`
	Dashboards   []string `json:"dashboards"`
	Alertmanager string   `json:"alertmanager"`
	Templates    []string `json:"templates"`
	Prometheus   string   `json:"prometheus"`
	Files        []string `json:"files"`
	Tests        []string `json:"tests"`
	Catalog      string   `json:"catalog"`
	Mixins       []Mixin  `json:"mixins"`
}

// Mixin is a mixin used without a source of one's own.
type Mixin struct {
	Path   string          `json:"path"`
	Name   string          `json:"name"`
	Config json.RawMessage `json:"config"`
	Drop   []string        `json:"drop"`
}

// Environment returns the environment of a name.
func (p *Project) Environment(name string) (Environment, bool) {
	i := slices.IndexFunc(p.Environments, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return Environment{}, false
	}
	return p.Environments[i], true
}

// EnvironmentNames returns the names of all environments, sorted.
func (p *Project) EnvironmentNames() []string {
	var names []string
	for _, e := range p.Environments {
		names = append(names, e.Name)
	}
	return names
}

// raw is the project file as the schema has completed it.
type raw struct {
	Environments map[string]struct {
		Ext            map[string]json.RawMessage `json:"ext"`
		TLA            map[string]json.RawMessage `json:"tla"`
		ExternalLabels map[string]string          `json:"externalLabels"`
		Targets        map[string]struct {
			Kind           string            `json:"kind"`
			URL            string            `json:"url"`
			ExternalLabels map[string]string `json:"externalLabels"`
			Select         []string          `json:"select"`
		} `json:"targets"`
	} `json:"environments"`
	Jsonnet struct {
		JPath     []string `json:"jpath"`
		MaxStack  int      `json:"maxStack"`
		Timeout   string   `json:"timeout"`
		MaxMemory string   `json:"maxMemory"`
	} `json:"jsonnet"`
	Sources Sources `json:"sources"`
	Checks  struct {
		Severity map[string]string `json:"severity"`
	} `json:"checks"`
}

// problem is a mistake that the schema cannot express, at a path.
type problem struct {
	path    []string
	message string
}

func (r raw) project() (*Project, []problem) {
	var problems []problem
	report := func(path []string, err error) {
		if err != nil {
			problems = append(problems, problem{path, err.Error()})
		}
	}
	p := &Project{Sources: r.Sources, Severity: r.Checks.Severity}
	p.Jsonnet.JPath, p.Jsonnet.MaxStack = r.Jsonnet.JPath, r.Jsonnet.MaxStack
	var err error
	p.Jsonnet.Timeout, err = parseDuration(r.Jsonnet.Timeout)
	report([]string{"jsonnet", "timeout"}, err)
	p.Jsonnet.MaxMemory, err = parseSize(r.Jsonnet.MaxMemory)
	report([]string{"jsonnet", "maxMemory"}, err)
	for _, name := range slices.Sorted(maps.Keys(r.Environments)) {
		e := r.Environments[name]
		env := Environment{Name: name, Ext: args(e.Ext), TLA: args(e.TLA), ExternalLabels: e.ExternalLabels}
		for _, targetName := range slices.Sorted(maps.Keys(e.Targets)) {
			t := e.Targets[targetName]
			target := Target{Name: targetName, Kind: t.Kind, URL: t.URL, ExternalLabels: t.ExternalLabels}
			for i, line := range t.Select {
				s, err := parseSelection(line)
				report([]string{"environments", name, "targets", targetName, "select", strconv.Itoa(i)}, err)
				target.Select = append(target.Select, s)
			}
			env.Targets = append(env.Targets, target)
		}
		p.Environments = append(p.Environments, env)
	}
	if len(p.Environments) == 0 {
		p.Environments = []Environment{{Name: DefaultEnvironment}}
	}
	return p, problems
}

// args takes strings as strings and everything else as code; JSON is Jsonnet.
func args(in map[string]json.RawMessage) map[string]Arg {
	out := map[string]Arg{}
	for name, value := range in {
		var s string
		if json.Unmarshal(value, &s) == nil && len(value) > 0 && value[0] == '"' {
			out[name] = Arg{Text: s}
		} else {
			out[name] = Arg{Code: true, Text: string(value)}
		}
	}
	return out
}

func parseSelection(line string) (Selection, error) {
	kind, rest, _ := strings.Cut(line, "/")
	s := Selection{Kind: kind, Negate: strings.HasPrefix(rest, "!~")}
	expr := strings.TrimPrefix(strings.TrimPrefix(rest, "!~"), "=~")
	var err error
	s.Pattern, err = regexp.Compile("^(?:" + expr + ")$")
	if err != nil {
		return s, fmt.Errorf("select %q: %w", line, err)
	}
	return s, nil
}

// parseDuration accepts Go's units and days, weeks and years as Prometheus
// has them.
func parseDuration(text string) (time.Duration, error) {
	var total time.Duration
	units := map[string]time.Duration{
		"ns": time.Nanosecond, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute,
		"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
	}
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("duration %q: want for example 90s or 1m30s", text)
		}
		rest = rest[digits:]
		letters := len(rest) - len(strings.TrimLeft(rest, "nusmhdwy"))
		unit, ok := units[rest[:letters]]
		if !ok {
			return 0, fmt.Errorf("duration %q: unknown unit %q", text, rest[:letters])
		}
		total, rest = total+time.Duration(n)*unit, rest[letters:]
	}
	if total <= 0 {
		return 0, fmt.Errorf("duration %q must be longer than zero", text)
	}
	return total, nil
}

// parseSize accepts decimal (KB, MB, GB) and binary (KiB, MiB, GiB) units.
func parseSize(text string) (int64, error) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	n, err := strconv.ParseInt(text[:digits], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("size %q: want for example 512MiB", text)
	}
	units := map[string]int64{"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
	unit, ok := units[text[digits:]]
	if !ok {
		return 0, fmt.Errorf("size %q: unknown unit %q", text, text[digits:])
	}
	if n <= 0 || n > (1<<50)/unit {
		return 0, fmt.Errorf("size %q is out of range", text)
	}
	return n * unit, nil
}

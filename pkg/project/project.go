package project

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/monctl/monctl/pkg/diag"
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
	Environments []Environment // sorted by name, without abstract ones
	// Abstract are the names of the environments that are only inherited from.
	Abstract []string
	Jsonnet  Jsonnet
	Sources  Sources
	// Severity holds severities by code of a check, "off" among them.
	Severity map[string]string
	Checks   Checks
	Context  []Context
	// Policies are patterns of files with the project's own constraints.
	Policies []string
	// Exceptions are findings that are not to be made.
	Exceptions []Exception
	// Fragments are those of the project file in folders of sources, outer ones
	// first.
	Fragments []Fragment

	place func(pointer string) diag.Span
	sum   [sha256.Size]byte
}

// Sum is over all that the project was loaded from: two with the same one say
// the same, at the same places.
func (p *Project) Sum() [sha256.Size]byte { return p.sum }

// At returns where the project file sets the value at a JSON Pointer, or the
// nearest value around it.
func (p *Project) At(pointer string) diag.Span {
	if p.place == nil {
		return diag.Span{File: p.File}
	}
	return p.place(pointer)
}

// Context is monitoring that is kept elsewhere.
type Context struct {
	// Path is a folder, relative to the project or to the repository.
	Path string `json:"path"`
	// Git is the repository, "" for a folder; Rev is what it is read at.
	Git string `json:"git"`
	Rev string `json:"rev"`
	// Environments maps environments to folders within Path; nil if that is
	// not said.
	Environments map[string]string `json:"environments"`
	// Pointer leads to the context within the project file.
	Pointer string `json:"-"`
}

// Environment is one place that the sources are rendered for.
type Environment struct {
	Name     string
	Ext, TLA map[string]Arg
	// Dialect says which program reads the rules: "prometheus@2.53", "mimir".
	Dialect string
	// Features are those of PromQL that are enabled there, by Prometheus' names.
	Features       []string
	Labels         map[string]string // for choosing, never rendered
	ExternalLabels map[string]string
	// Include and Exclude are patterns of sources; Include is nil for all.
	Include, Exclude []string
	Targets          []Target // sorted by name

	includeAt, excludeAt string // pointers within the project file
}

// Arg is an external variable or a top-level argument.
type Arg struct {
	// Code says that Text is Jsonnet code and not the string itself.
	Code bool
	Text string
	// File is the file that Text imports, "" if it does not stem from one.
	File string
	// IsText says that the value is the text of the file.
	IsText bool
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

	Adjust []SourceAdjustment `json:"adjust"`
}

// Mixin is a mixin used without a source of one's own.
type Mixin struct {
	Path string `json:"path"`
	Name string `json:"name"`
	// Config is merged over the mixin's _config, Root over the mixin itself.
	Config json.RawMessage `json:"config"`
	Root   json.RawMessage `json:"root"`
	Adjustment
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
	Environments map[string]rawEnvironment `json:"environments"`
	Jsonnet      struct {
		JPath     []string `json:"jpath"`
		MaxStack  int      `json:"maxStack"`
		Timeout   string   `json:"timeout"`
		MaxMemory string   `json:"maxMemory"`
	} `json:"jsonnet"`
	Sources  Sources   `json:"sources"`
	Checks   rawChecks `json:"checks"`
	Context  []Context `json:"context"`
	Policies []string  `json:"policies"`
}

// project makes the project in a directory of what its file says.
func (r raw) project(isFile func(name string) bool, report reportFunc) *Project {
	p := &Project{Sources: r.Sources, Severity: r.Checks.Severity, Context: r.Context, Policies: r.Policies}
	p.Checks = r.Checks.checks(report)
	p.Jsonnet.JPath, p.Jsonnet.MaxStack = r.Jsonnet.JPath, r.Jsonnet.MaxStack
	var err error
	if p.Jsonnet.Timeout, err = parseDuration(r.Jsonnet.Timeout); err != nil {
		report("/jsonnet/timeout", "", err)
	}
	if p.Jsonnet.MaxMemory, err = ParseSize(r.Jsonnet.MaxMemory); err != nil {
		report("/jsonnet/maxMemory", "", err)
	}
	p.Exceptions = exceptions(r.Checks.Exceptions, report)
	p.Environments, p.Abstract = environments(r.Environments, isFile, report)
	for i := range p.Sources.Mixins {
		m := &p.Sources.Mixins[i]
		m.Pointer = "/sources/mixins/" + strconv.Itoa(i)
		m.check(report)
	}
	for i := range p.Sources.Adjust {
		a := &p.Sources.Adjust[i]
		a.Pointer = "/sources/adjust/" + strconv.Itoa(i)
		a.check(report)
	}
	for i := range p.Context {
		c := &p.Context[i]
		c.Pointer = "/context/" + strconv.Itoa(i)
		if len(c.Environments) == 0 {
			c.Environments = nil
		}
		c.check(report)
	}
	return p
}

// check looks for a context that means the project itself.
func (c *Context) check(report func(pointer, hint string, err error)) {
	switch {
	case c.Git != "":
	case c.Rev != "HEAD":
		report(c.Pointer+"/rev", "write git: and the repository beside it", fmt.Errorf("rev %q is of no repository", c.Rev))
	case path.Clean(c.Path) == ".":
		report(c.Pointer, "name another folder under path, or a repository under git", errors.New("the project is no context of its own"))
	}
}

func parseSelection(line string) (Selection, error) {
	kind, rest, _ := strings.Cut(line, "/")
	s := Selection{Kind: kind, Negate: strings.HasPrefix(rest, "!~")}
	expr := strings.TrimPrefix(strings.TrimPrefix(rest, "!~"), "=~")
	var err error
	s.Pattern, err = anchored(expr)
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

// ParseSize reads a number of bytes with a decimal (KB, MB, GB) or binary (KiB,
// MiB, GiB) unit.
func ParseSize(text string) (int64, error) {
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

package render

import (
	"path"
	"regexp"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/project"
)

// Plain is a file, or a text that the importer has been provided with, which
// is rendered without being a source of a project.
type Plain struct {
	// Path is relative to the project's directory, as the importer knows it.
	Path string
	// Name is what rule groups have as namespace if they bring none.
	Name string
	// Kind says what it holds; AnySource if its content says so.
	Kind project.SourceKind
	// Syntax is "jsonnet", "cue" or "yaml"; "" goes by the ending of Path and,
	// where that says nothing, by the content.
	Syntax string
	// Found says that nobody has named the file: it lies in a folder. If it
	// holds nothing that can be rendered, that is a warning.
	Found bool
	// Importer replaces that of the options, for a file with a library path of
	// its own.
	Importer *jsonnet.Importer
}

// plainJob is what only plain files have.
type plainJob struct {
	unsure      bool
	syntax      string
	ownImporter *jsonnet.Importer
}

// jobs makes jobs of the plain files or, without any, of all sources, which it
// returns, too.
func (o Options) jobs() ([]job, []project.Source, error) {
	var jobs []job
	for _, f := range o.Plain {
		kind := f.Kind
		if kind == "" {
			kind = AnySource
		}
		// The name stands for the path below a folder of sources; its ending
		// is cut off there.
		source := project.Source{Kind: kind, Path: f.Path, Below: f.Name + ".jsonnet"}
		jobs = append(jobs, job{source: source, plainJob: plainJob{f.Found, f.Syntax, f.Importer}})
	}
	if len(jobs) > 0 {
		return jobs, nil, nil
	}
	sources, err := o.Project.FindSources(o.FS)
	if err != nil {
		return nil, nil, err
	}
	jobs = packages(sources, o.Importer.Read)
	for i := range o.Project.Sources.Mixins {
		m := &o.Project.Sources.Mixins[i]
		jobs = append(jobs, job{mixin: m, source: MixinSource(*m)})
	}
	return jobs, sources, nil
}

// reportNothing reports a file without any document. Of a text that comes from
// another program it is an error: that program has failed, and what it made
// before is not to be taken away.
func (r *renderer) reportNothing() {
	d := r.out.diags.Warnf("source/shape", r.span(), "there is nothing in the file")
	if strings.HasPrefix(r.job.source.Path, "<") {
		d.Severity, d.Summary = diag.Error, "there is nothing to render"
	}
}

// importer finds what the source imports.
func (r *renderer) importer() *jsonnet.Importer {
	if r.job.ownImporter != nil {
		return r.job.ownImporter
	}
	return r.opts.Importer
}

// syntax is the ending of the language that the source is written in.
func (r *renderer) syntax() string {
	if r.job.syntax != "" {
		return "." + r.job.syntax
	}
	file := r.job.source.Path
	ext := path.Ext(file)
	if ext != "" || !strings.HasPrefix(path.Base(file), "<") {
		return ext
	}
	data, err := r.importer().Read(file)
	if err == nil && looksLikeJsonnet(data) {
		return ".jsonnet"
	}
	return ".yaml"
}

// yamlLine is what the first line of YAML in block style looks like, and no
// line of Jsonnet.
var yamlLine = regexp.MustCompile(`^(---|%YAML|- |-$|[A-Za-z_"'][^{}()\[\]=]*:(\s|$))`)

// looksLikeJsonnet tells Jsonnet from YAML: what parses as Jsonnet, as JSON
// does too, is Jsonnet. What parses as neither is what it begins like.
func looksLikeJsonnet(text []byte) bool {
	if jsonnet.Parses(text) {
		return true
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		return !yamlLine.MatchString(line)
	}
	return false
}

package cli

import (
	"path"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/promconf"
)

const validateFilesHelp = `With files as arguments, they are validated in the place of the project's
sources, and no project is needed: rules, configurations, dashboards, tests and
mixins in YAML, JSON, Jsonnet or CUE. What a file holds is seen from its content
or, where it is broken or empty, from its name; --kind says it. A folder stands
for what can be read in it, - is standard input. All of them are judged
together: routes by the alerts, dashboards by the recording rules. Of several
configurations of one kind, each is judged by itself. Files that a configuration
names are not opened.`

// readDialect reads the flag --dialect.
func (o *validateOptions) readDialect() (*promconf.Dialect, error) {
	if o.dialect == "" {
		return nil, nil //nolint:nilnil // no dialect but what the project says
	}
	d, hint, err := promconf.ParseDialect(o.dialect)
	if err != nil {
		return nil, &usageError{err: usagef("--dialect: %w", err), hint: hint}
	}
	return &d, nil
}

// withFiles adds the files that arguments name.
func (o *validateOptions) withFiles(opts pipeline.Options, args []string) (pipeline.Options, error) {
	opts, err := o.files.files(o.global, opts, args)
	if err != nil {
		return opts, err
	}
	if opts.Dialect, err = o.readDialect(); err != nil {
		return opts, err
	}
	opts.Judge = len(opts.Files) > 0
	opts.Files = distinct(opts.Files)
	return opts, nil
}

// distinct leaves out files that are named twice, and tells files of the same
// name apart by their folders: a group is unique within its file only.
func distinct(files []pipeline.File) []pipeline.File {
	seen := map[string]bool{}
	files = slices.DeleteFunc(files, func(f pipeline.File) bool {
		twice := seen[f.Path]
		seen[f.Path] = true
		return twice
	})
	count := map[string]int{}
	for _, f := range files {
		count[f.Name]++
	}
	for i, f := range files {
		if count[f.Name] > 1 && f.Text == nil {
			whole := strings.TrimLeft(path.Clean(f.Path), "./")
			files[i].Name = strings.ReplaceAll(whole, "/", ".")
		}
	}
	return files
}

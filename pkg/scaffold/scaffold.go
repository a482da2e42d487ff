package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
)

// templates holds a folder for each choice, and all/ for what every project has.
//
//go:embed all:templates
var templates embed.FS

// Format is the language that the sources are written in.
type Format string

// The formats.
const (
	Jsonnet Format = "jsonnet"
	YAML    Format = "yaml"
)

// Formats lists the formats.
func Formats() []Format { return []Format{Jsonnet, YAML} }

// CI is a system that checks changes.
type CI string

// The systems; NoCI makes no workflow.
const (
	GitHub CI = "github"
	GitLab CI = "gitlab"
	NoCI   CI = "none"
)

// Systems lists them.
func Systems() []CI { return []CI{GitHub, GitLab, NoCI} }

// Options are the choices.
type Options struct {
	Format Format
	CI     CI
	// Environments are the names of the environments; none means the one that
	// a project has anyhow.
	Environments []string
}

// File is a file of the new project.
type File struct {
	// Path is slash-separated and relative to the project.
	Path string
	Data []byte
}

// Files returns the files of a new project, sorted by path.
func Files(o Options) ([]File, error) {
	folders := []string{"all", string(o.Format)}
	if o.CI != NoCI {
		folders = append(folders, string(o.CI))
	}
	var files []File
	for _, folder := range folders {
		root, err := fs.Sub(templates, "templates/"+folder)
		if err != nil {
			return nil, fmt.Errorf("templates of %s: %w", folder, err)
		}
		err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fill(root, path, o)
			files = append(files, File{Path: strings.ReplaceAll(path, "dot-", "."), Data: data})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("templates of %s: %w", folder, err)
		}
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// fill fills a template in.
func fill(root fs.FS, path string, o Options) ([]byte, error) {
	text, err := fs.ReadFile(root, path)
	if err != nil {
		return nil, err
	}
	t, err := template.New(path).Delims("[[", "]]").Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	data := map[string]any{
		"Jsonnet": o.Format == Jsonnet, "Ext": string(o.Format), "CI": "", "Environments": o.Environments,
	}
	if o.CI != NoCI {
		data["CI"] = string(o.CI)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/render"
)

// formFlags say in which form a bundle is written.
type formFlags struct {
	format     string
	secrets    string
	secretsDir string
	promql     bool
	kubernetes kubernetesFlags
	outGiven   bool
}

// The values of --format.
const (
	formatPrometheus = "prometheus"
	formatKubernetes = "kubernetes"
	formatJSON       = "json"
	formatYAML       = "yaml"
)

func renderFormats() []string {
	return []string{formatPrometheus, formatKubernetes, formatJSON, formatYAML}
}

// The values of --secrets.
const (
	secretPlaceholders = "placeholder"
	secretFiles        = "file"
	secretKubernetes   = "kubernetes"
)

func secretModes() []string { return []string{secretPlaceholders, secretFiles, secretKubernetes} }

func (f *formFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", formatPrometheus, "`form` of what is written: "+strings.Join(renderFormats(), ", "))
	flags.StringVar(&f.secrets, "secrets", secretPlaceholders, "`how` secrets are written: "+strings.Join(secretModes(), ", "))
	flags.StringVar(&f.secretsDir, "secrets-dir", "secrets", "`folder` of the files that --secrets file names")
	flags.BoolVar(&f.promql, "format-promql", false, "lay out the expressions of rules as Prometheus' formatter does")
	complete(cmd, "format", renderFormats)
	complete(cmd, "secrets", secretModes)
	f.kubernetes.add(cmd)
}

// check checks what pflag cannot.
func (f *formFlags) check() error {
	if !slices.Contains(renderFormats(), f.format) {
		return &usageError{err: usagef("--format: unknown value %q: want %s", f.format, strings.Join(renderFormats(), ", ")), hint: diag.DidYouMean(f.format, renderFormats())}
	}
	if !slices.Contains(secretModes(), f.secrets) {
		return &usageError{err: usagef("--secrets: unknown value %q: want %s", f.secrets, strings.Join(secretModes(), ", ")), hint: diag.DidYouMean(f.secrets, secretModes())}
	}
	return f.kubernetes.check(f)
}

// isDocument reports whether all of an environment becomes one document.
func (f *formFlags) isDocument() bool { return f.format == formatJSON || f.format == formatYAML }

// folders are those of the tree that the form writes.
func (f *formFlags) folders() []string {
	if f.format == formatKubernetes {
		return []string{bundle.KubernetesFolder}
	}
	return bundle.TreeFolders()
}

// steps are what happens to every bundle before it is laid out.
func (f *formFlags) steps() []func(*bundle.Bundle) (*bundle.Bundle, diag.List, error) {
	var steps []func(*bundle.Bundle) (*bundle.Bundle, diag.List, error)
	if f.promql {
		steps = append(steps, render.FormatPromQL)
	}
	if f.secrets == secretFiles {
		steps = append(steps, func(b *bundle.Bundle) (*bundle.Bundle, diag.List, error) { return b.SecretFiles(f.secretsDir) })
	}
	return steps
}

// files lays out an environment.
func (f *formFlags) files(out *render.Output) ([]bundle.TreeFile, diag.List, error) {
	switch f.format {
	case formatKubernetes:
		return f.kubernetes.files(out)
	case formatJSON:
		data, err := render.JSON([]*render.Output{out})
		return []bundle.TreeFile{{Path: "bundle.json", Data: data}}, nil, err
	case formatYAML:
		data, err := render.YAML([]*render.Output{out})
		return []bundle.TreeFile{{Path: "bundle.yaml", Data: data}}, nil, err
	default:
		return out.Tree()
	}
}

// print writes all environments to standard output.
func (f *formFlags) print(w io.Writer, trees []tree) error {
	var outputs []*render.Output
	for _, t := range trees {
		outputs = append(outputs, t.output)
	}
	var text []byte
	var err error
	switch f.format {
	case formatJSON:
		text, err = render.JSON(outputs)
	case formatYAML:
		text, err = render.YAML(outputs)
	default:
		text = stream(trees)
	}
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("print what was rendered: %w", err)
	}
	return nil
}

// stream puts all files one after the other, each behind its name.
func stream(trees []tree) []byte {
	var b bytes.Buffer
	for _, t := range trees {
		for _, f := range t.files {
			fmt.Fprintf(&b, "--- # %s/%s\n", t.env, f.Path)
			b.Write(f.Data)
			if !bytes.HasSuffix(f.Data, []byte("\n")) {
				b.WriteByte('\n')
			}
		}
	}
	return b.Bytes()
}

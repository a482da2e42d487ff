package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set when a release is linked: -X …/pkg/cli.version=v1.2.3.
var version = "" //nolint:gochecknoglobals // the linker can set nothing else

// build says what this binary was made of.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// Embedded are the versions of what is compiled in.
	Embedded map[string]string `json:"embedded"`
}

func buildInfo() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Embedded: map[string]string{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	names := map[string]string{
		"github.com/prometheus/prometheus":   "prometheus",
		"github.com/prometheus/alertmanager": "alertmanager",
		"github.com/google/go-jsonnet":       "go-jsonnet",
		"cuelang.org/go":                     "cue",
	}
	for _, d := range info.Deps {
		if name, ok := names[d.Path]; ok {
			b.Embedded[name] = d.Version
		}
	}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "devel"
	}
	return b
}

func newVersion(g *global) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and the versions of what is embedded",
		Example: "  monctl version -o json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			b := buildInfo()
			if g.output == "json" {
				text, err := json.MarshalIndent(b, "", "  ")
				if err != nil {
					return fmt.Errorf("encode version: %w", err)
				}
				_, err = fmt.Fprintf(g.sys.Stdout, "%s\n", text)
				return err
			}
			if g.output != "text" {
				return usagef("version knows the formats text and json, not %q", g.output)
			}
			_, err := fmt.Fprintf(g.sys.Stdout, "monctl %s (%s, %s)\n", b.Version, b.Go, b.Platform)
			for _, name := range []string{"prometheus", "alertmanager", "go-jsonnet", "cue"} {
				if v := b.Embedded[name]; v != "" && err == nil {
					_, err = fmt.Fprintf(g.sys.Stdout, "  %-13s %s\n", name, v)
				}
			}
			return err
		},
	}
}

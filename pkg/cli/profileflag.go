package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/monctl/monctl/pkg/jsonnet/vm"
	"github.com/monctl/monctl/pkg/view"
)

// profileFlags are --profile and --profile-out of commands that evaluate
// Jsonnet.
type profileFlags struct {
	on      bool
	out     string
	profile *vm.Profile
}

func (p *profileFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&p.on, "profile", false, "report where Jsonnet spends time and memory, by function and by file")
	f.StringVar(&p.out, "profile-out", "", "`file` to write that to with its stacks, for go tool pprof")
}

// start returns what the evaluations are to fill, nil if nothing is profiled.
// The engine is the name given with --engine.
func (p *profileFlags) start(engine string) (*vm.Profile, error) {
	switch {
	case !p.on && p.out == "":
		return nil, nil
	case engine == "upstream":
		return nil, usagef("--profile needs an engine that can be profiled, own or verify, not upstream")
	}
	p.profile = vm.NewProfile()
	return p.profile, nil
}

// finish writes the file and returns the report's part, nil if none was
// asked for.
func (p *profileFlags) finish(g *global) (*view.Profile, error) {
	if p.profile == nil {
		return nil, nil
	}
	if p.out != "" {
		if err := p.write(g.path(p.out)); err != nil {
			return nil, fmt.Errorf("write the profile %s: %w", p.out, cause(err))
		}
	}
	if !p.on {
		return nil, nil
	}
	took, bytes := p.profile.Sum()
	return &view.Profile{
		Seconds: took.Seconds(), Bytes: bytes,
		Functions: profileLines(p.profile.Lines()), Files: profileLines(p.profile.Files()),
	}, nil
}

func (p *profileFlags) write(name string) error {
	var b bytes.Buffer
	if err := p.profile.WritePprof(&b, time.Now()); err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return replace(root, filepath.Base(name), b.Bytes())
}

func profileLines(lines []vm.ProfileLine) []view.ProfileLine {
	out := make([]view.ProfileLine, len(lines))
	for i, l := range lines {
		out[i] = view.ProfileLine{
			File: l.File, Function: l.Function, SelfSeconds: l.Self.Seconds(), TotalSeconds: l.Total.Seconds(),
			SelfBytes: l.SelfBytes, TotalBytes: l.TotalBytes,
		}
	}
	return out
}

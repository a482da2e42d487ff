package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/footprint"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/project"
	"github.com/monctl/monctl/pkg/view"
)

// The values of --cache.
const (
	cacheAuto   = "auto"
	cacheOff    = "off"
	cacheVerify = "verify"
)

func cacheModes() []string { return []string{cacheAuto, cacheOff, cacheVerify} }

// maxRendered is how many results are kept.
const maxRendered = 200

// rendered is the result of a rendering that found no fault, as it is kept: not
// what came out, which is in the tree, but what it was made of and how to tell
// whether the tree is still that.
type rendered struct {
	// Build is the program that made it; another one may render otherwise.
	Build string `json:"build"`
	// Sources are all that the result hangs on, beside the key that it is kept
	// by.
	Sources footprint.Footprint `json:"sources"`
	// Trees are what was rendered, by environment.
	Trees map[string]bundle.TreeSum `json:"trees"`
	// Report is what there was to say, without what became of the tree.
	Report view.Report `json:"report"`
}

// renderCache keeps results in the user's cache folder, a file each. A nil
// cache keeps nothing.
type renderCache struct {
	folder, name string
	build        string
	verify       bool
	// found is what is kept, if it was made of what there is now.
	found *rendered
}

// cacheFlag is --cache.
type cacheFlag struct{ mode string }

func (f *cacheFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.mode, "cache", cacheAuto, "`how` to use what is known of the rendering before, if nothing has changed since: "+strings.Join(cacheModes(), ", "))
	complete(cmd, "cache", cacheModes)
}

// withoutEffect are the flags that do not change what is rendered.
func withoutEffect() []string {
	return []string{"cache", "check", "color", "directory", "help", "output", "report", "workers"}
}

// open finds what is kept for a rendering: one of the project's sources, to a
// folder. Where there is no folder to keep it in, nothing is.
func (f *cacheFlag) open(opts pipeline.Options, flags *pflag.FlagSet, workDir string) (*renderCache, error) {
	if !slices.Contains(cacheModes(), f.mode) {
		return nil, &usageError{err: usagef("--cache: unknown value %q: want %s", f.mode, strings.Join(cacheModes(), ", ")), hint: diag.DidYouMean(f.mode, cacheModes())}
	}
	home, err := os.UserCacheDir()
	if f.mode == cacheOff || err != nil || len(opts.Files) > 0 || opts.Profile != nil || opts.Trace {
		return nil, nil
	}
	c := &renderCache{folder: filepath.Join(home, "monctl", "render"), verify: f.mode == cacheVerify}
	var ok bool
	if c.build, ok = buildIdentity(); !ok {
		return nil, nil
	}
	key := struct {
		Project, WorkDir string
		Flags            map[string]string
		Ext, TLA         map[string]project.Arg
	}{opts.Dir, workDir, map[string]string{}, opts.Ext, opts.TLA}
	flags.VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(withoutEffect(), f.Name) {
			key.Flags[f.Name] = f.Value.String()
		}
	})
	text, err := json.Marshal(key)
	if err != nil {
		return nil, fmt.Errorf("look for the rendering before: %w", err)
	}
	sum := sha256.Sum256(text)
	c.name = hex.EncodeToString(sum[:16]) + ".json"
	c.found = c.read()
	return c, nil
}

// read returns nil also for what is damaged.
func (c *renderCache) read() *rendered {
	text, err := os.ReadFile(filepath.Join(c.folder, c.name))
	if err != nil {
		return nil
	}
	var r rendered
	if json.Unmarshal(text, &r) != nil || r.Build != c.build || r.Sources.Len() == 0 || !r.Sources.Holds() {
		return nil
	}
	return &r
}

// unchanged returns the report of a rendering that would find every file of
// the tree as it ought to be, or false if that is not known.
func (c *renderCache) unchanged(root string, opts bundle.WriteOptions) (view.Report, int, bool) {
	if c == nil || c.verify || c.found == nil {
		return view.Report{}, 0, false
	}
	files := 0
	for env, sum := range c.found.Trees {
		if !sum.Holds(filepath.Join(root, env), opts) {
			return view.Report{}, 0, false
		}
		files += sum.Files()
	}
	return c.found.Report, files, true
}

// result makes what can be kept of a rendering, nil if nothing can.
func (c *renderCache) result(r view.Report, p *pipeline.Pass, trees []tree) (*rendered, error) {
	if c == nil {
		return nil, nil
	}
	sources, ok := p.Footprint()
	if !ok {
		return nil, nil
	}
	out := &rendered{Build: c.build, Sources: sources, Trees: map[string]bundle.TreeSum{}, Report: r}
	for _, t := range trees {
		if t.partial { // its manifests name what is there beside it
			return nil, nil
		}
		var err error
		if out.Trees[t.env], err = bundle.SumTree(t.files); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// check compares a result with what is kept, if that is to be verified.
func (c *renderCache) check(fresh *rendered) error {
	if c == nil || !c.verify || c.found == nil || fresh == nil || !c.found.Sources.Holds() {
		return nil
	}
	what := ""
	for env, sum := range fresh.Trees {
		if file := sum.Differs(c.found.Trees[env]); file != "" {
			what = env + "/" + file
		}
	}
	before, err := json.Marshal(c.found.Report)
	if err != nil {
		return fmt.Errorf("verify the cache: %w", err)
	}
	now, err := json.Marshal(fresh.Report)
	if err != nil {
		return fmt.Errorf("verify the cache: %w", err)
	}
	switch {
	case what == "" && len(fresh.Trees) != len(c.found.Trees):
		what = "the environments"
	case what == "" && !bytes.Equal(before, now):
		what = "the report"
	case what == "":
		return nil
	}
	return &hinted{
		fmt.Errorf("the cache is stale: of sources that have not changed, another result is kept than they render to (%s)", what),
		"this is a bug of monctl; --cache off renders without it",
	}
}

// keep writes a result as a whole or not at all. A cache that cannot be written
// is none, which is nobody's mistake.
func (c *renderCache) keep(r *rendered) {
	if c == nil || r == nil {
		return
	}
	text, err := json.Marshal(r)
	if err != nil || os.MkdirAll(c.folder, 0o700) != nil {
		return
	}
	root, err := os.OpenRoot(c.folder)
	if err != nil {
		return
	}
	defer func() { _ = root.Close() }()
	if replace(root, c.name, text) == nil {
		c.evict(root)
	}
}

// evict removes the oldest results of too many, and what crashes have left.
func (c *renderCache) evict(root *os.Root) {
	entries, err := os.ReadDir(c.folder)
	if err != nil || len(entries) <= maxRendered {
		return
	}
	age := func(e os.DirEntry) time.Time {
		info, err := e.Info()
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return age(a).Compare(age(b)) })
	for _, e := range entries[:len(entries)-maxRendered] {
		_ = root.Remove(e.Name())
	}
}

// identityBytes is how much of the program's file is looked at: its headers and
// the build ID, which the linker makes of the content.
const identityBytes = 64 << 10

// buildIdentity tells this program from any other, one that was built from
// edited sources in the same place included.
func buildIdentity() (string, bool) {
	name := "/proc/self/exe" // also of a program whose file has been replaced
	if _, err := os.Lstat(name); err != nil {
		if name, err = os.Executable(); err != nil {
			return "", false
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", false
	}
	sum := sha256.New()
	if _, err := io.CopyN(sum, f, min(identityBytes, info.Size())); err != nil {
		return "", false
	}
	fmt.Fprintf(sum, "%d %d %s\n", info.Size(), info.ModTime().UnixNano(), version)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprint(sum, info)
	}
	return hex.EncodeToString(sum.Sum(nil)), true
}

package cli

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/vendoring"
	"github.com/monctl/monctl/pkg/view"
)

// vendorOptions are those of the verb vendor and its sub-verbs.
type vendorOptions struct {
	*global
	home      string
	cache     string
	mirrors   []string
	offline   bool
	firstWins bool
	workers   int

	single bool
	legacy string
}

func newVendor(g *global) *cobra.Command {
	o := &vendorOptions{global: g}
	cmd := &cobra.Command{
		Use:   "vendor",
		Short: "Install the Jsonnet libraries that jsonnetfile.json asks for",
		Long: `Vendor does what jsonnet-bundler (jb) does, with its files: jsonnetfile.json
says what the project depends on, jsonnetfile.lock.json what that came to, and
the folder vendor/ has it.

Libraries come from Git repositories over https, ssh or file://, or are local
folders. No git program is needed. Credentials are those of MONCTL_GIT_TOKEN_<HOST>
(MONCTL_GIT_TOKEN_GIT_EXAMPLE_COM for git.example.com; MONCTL_GIT_USER_<HOST> if
the host asks for a user) or of netrc; for ssh those of the agent or of the keys
in ~/.ssh. A run that fails changes nothing.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	f := cmd.PersistentFlags()
	f.StringVar(&o.home, "vendor-dir", "vendor", "`folder` of the packages, relative to jsonnetfile.json")
	cmd.AddCommand(o.initCommand(), o.addCommand(), o.updateCommand(), o.installCommand(), o.checkCommand(), o.listCommand(), o.whyCommand())
	return cmd
}

// fetchFlags are those of sub-verbs that read repositories.
func (o *vendorOptions) fetchFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.cache, "cache-dir", "", "`folder` that keeps what was fetched (default monctl/vendor in the user's cache)")
	f.StringArrayVar(&o.mirrors, "mirror", nil, "read repositories whose URL begins with a prefix from elsewhere, `prefix=replacement`")
	f.BoolVar(&o.offline, "offline", false, "use nothing but the cache and file:// repositories")
	f.BoolVar(&o.firstWins, "first-wins", false, "of several required versions of a package take the first, as jb does")
	f.IntVar(&o.workers, "workers", 8, "how many repositories to read at a time")
}

func (o *vendorOptions) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a jsonnetfile.json without dependencies",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			diags, err := vendoring.Init(o.workDir())
			if err != nil {
				return err
			}
			return o.report("vendor init", o.workDir(), diags, nil)
		},
	}
}

func (o *vendorOptions) addCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add REPOSITORY[/FOLDER][@VERSION]|FOLDER...",
		Short: "Add dependencies and install everything",
		Long: `Add puts dependencies into jsonnetfile.json and installs. A version is a branch,
a tag or a commit; without one it is the repository's default branch. What is a
dependency already gets the given version.`,
		Example: `  monctl vendor add github.com/kubernetes-monitoring/kubernetes-mixin@master
  monctl vendor add https://git.example.com/team/libs.git/alerts@v1.2.0
  monctl vendor add ../shared`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs what to add", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.legacy != "" && len(args) > 1 {
				return usagef("--legacy-name needs one dependency, got %d", len(args))
			}
			var req vendoring.Request
			for _, uri := range args {
				req.Add = append(req.Add, vendoring.Addition{URI: uri, Single: o.single, LegacyName: o.legacy})
			}
			return o.install(cmd.Context(), "vendor add", req)
		},
	}
	o.fetchFlags(cmd)
	cmd.Flags().BoolVar(&o.single, "single", false, "do not install what the dependency depends on")
	cmd.Flags().StringVar(&o.legacy, "legacy-name", "", "short `name` of the link to it")
	return cmd
}

func (o *vendorOptions) updateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "update [PACKAGE...]",
		Short: "Lock the newest commits of what jsonnetfile.json asks for",
		Long: `Update looks up anew what the required branches and tags are, of the packages
that are named or of all, and installs that.`,
		Example:           "  monctl vendor update kubernetes-mixin",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: o.completePackages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.install(cmd.Context(), "vendor update", vendoring.Request{Update: args, All: len(args) == 0})
		},
	}
	o.fetchFlags(cmd)
	return cmd
}

func (o *vendorOptions) installCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Make vendor/ what the lock file says",
		Long: `Install fetches what is locked and not in vendor/ as it was locked, locks what
is not locked yet, and removes what nothing requires.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.install(cmd.Context(), "vendor install", vendoring.Request{})
		},
	}
	o.fetchFlags(cmd)
	return cmd
}

func (o *vendorOptions) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Compare jsonnetfile.json, the lock file and vendor/, without network",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, dir, diags, err := o.load(nil)
			if err != nil {
				return err
			}
			if p == nil {
				return o.report("vendor check", dir, diags, nil)
			}
			found, err := p.Check(cmd.Context())
			if err != nil {
				return err
			}
			return o.report("vendor check", dir, append(diags, found...), nil)
		},
	}
}

// load finds and reads the project. The directory is that of jsonnetfile.json,
// or where one would be expected.
func (o *vendorOptions) load(repos vendoring.Repositories) (*vendoring.Project, string, diag.List, error) {
	dir, err := o.vendorDir()
	if err != nil {
		return nil, dir, nil, err
	}
	if !filepath.IsLocal(o.home) || filepath.Clean(o.home) == "." {
		return nil, dir, nil, usagef("--vendor-dir %q is not a folder within the project", o.home)
	}
	if o.workers < 0 {
		return nil, dir, nil, usagef("--workers must not be negative")
	}
	p, diags, err := vendoring.Load(vendoring.Options{Dir: dir, Home: filepath.ToSlash(filepath.Clean(o.home)), Repos: repos, Workers: o.workers, FirstWins: o.firstWins})
	return p, dir, diags, err
}

// vendorDir looks for jsonnetfile.json from the working directory upwards, to
// the top of the repository.
func (o *vendorOptions) vendorDir() (string, error) {
	if info, err := os.Stat(o.workDir()); err != nil || !info.IsDir() {
		return "", usagef("there is no folder %q to work in", o.dir)
	}
	for d := o.workDir(); ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, vendoring.FileName)); err == nil {
			return d, nil
		}
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil || d == filepath.Dir(d) {
			return o.workDir(), nil
		}
	}
}

func (o *vendorOptions) install(ctx context.Context, command string, req vendoring.Request) error {
	repos, err := o.repositories()
	if err != nil {
		return err
	}
	p, dir, diags, err := o.load(repos)
	if err != nil {
		return err
	}
	if p == nil {
		return o.report(command, dir, diags, nil)
	}
	result, found, err := p.Install(ctx, req)
	if err != nil {
		return err
	}
	return o.report(command, dir, append(diags, found...), result)
}

// report prints findings and changes, and says how the command ends.
func (o *vendorOptions) report(command, dir string, diags diag.List, result *vendoring.Result) error {
	r := view.Report{Command: command, Version: buildInfo().Version, Diagnostics: view.Findings(diags)}
	if result != nil {
		r.Changes = &view.Changes{Path: o.home, Files: []view.Change{}, Unchanged: result.Unchanged}
		for _, c := range result.Changes {
			r.Changes.Files = append(r.Changes.Files, view.Change{Path: path.Join(filepath.ToSlash(o.home), c.Path), Action: c.Action, Diff: versions(c)})
		}
	}
	limit, err := diag.ParseSeverity(o.failOn)
	if err != nil {
		return err
	}
	if diags.Any(limit) {
		r.ExitCode = exitFindings
	}
	for _, d := range diags {
		switch d.Code {
		case "vendor/auth":
			r.ExitCode = exitAuth
		case "vendor/fetch":
			r.ExitCode = max(r.ExitCode&^exitFindings, exitFailure)
		}
	}
	open := func(name string) ([]byte, error) {
		if !fs.ValidPath(name) {
			return nil, fs.ErrInvalid
		}
		return os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	}
	if err := o.print(o.sys.Stdout, o.sys.StdoutTerminal, r, open); err != nil {
		return err
	}
	if r.ExitCode != exitOK {
		return codeError(r.ExitCode)
	}
	return nil
}

// versions says which commits a package had and has.
func versions(c vendoring.PackageChange) string {
	var lines []string
	if c.From != "" && c.From != c.To {
		lines = append(lines, "- "+c.From)
	}
	if c.To != "" && c.From != c.To {
		lines = append(lines, "+ "+c.To)
	}
	return strings.Join(lines, "\n")
}

// repositories makes the client that the flags and the environment describe.
func (o *vendorOptions) repositories() (*gitrepo.Client, error) {
	opts := gitrepo.Options{Offline: o.offline, Cache: o.cache}
	if opts.Cache == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, &hinted{fmt.Errorf("find the user's cache folder: %w", err), "name one with --cache-dir"}
		}
		opts.Cache = filepath.Join(cache, "monctl", "vendor")
	}
	opts.Cache = o.path(opts.Cache)
	for _, m := range o.mirrors {
		from, to, ok := strings.Cut(m, "=")
		if !ok || from == "" || to == "" {
			return nil, usagef("--mirror %q: want prefix=replacement", m)
		}
		if u, err := url.Parse(to); err == nil && u.User != nil && u.Scheme != "ssh" {
			return nil, usagef("--mirror: credentials do not belong in a URL: set MONCTL_GIT_TOKEN_%s, or write them into netrc", environmentName(u.Hostname()))
		}
		if filepath.IsAbs(to) {
			to = "file://" + filepath.ToSlash(to)
		}
		opts.Rewrites = append(opts.Rewrites, gitrepo.Rewrite{From: from, To: to})
	}
	login, err := o.logins()
	if err != nil {
		return nil, err
	}
	opts.Login, opts.SSH = login, o.ssh()
	return gitrepo.New(opts), nil
}

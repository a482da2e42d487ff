package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/schema"
	"github.com/monctl/monctl/pkg/secret"
	"github.com/monctl/monctl/pkg/server"
	"github.com/monctl/monctl/pkg/server/auth"
	"github.com/monctl/monctl/pkg/view"
)

// serverFlags are the flags of commands that run the bundled server.
type serverFlags struct {
	listen, data, externalURL string
	secretsDir                string
	retention                 string
	logLevel, logFormat       string
	allowOpen                 bool
	features                  featureFlag
}

func (f *serverFlags) add(cmd *cobra.Command, logLevel, enable string) {
	fl := cmd.Flags()
	fl.StringVar(&f.listen, "listen", "127.0.0.1:9090", "`address` to listen on; port 0 takes a free one")
	fl.StringVar(&f.data, "data", ".monctl", "`folder` of the server's state, relative to the project")
	fl.StringVar(&f.externalURL, "external-url", "", "`URL` at which people reach the server, for links in notifications (default http://ADDRESS)")
	fl.StringVar(&f.secretsDir, "secrets-dir", "", "`folder` with a file for each secret; looked at after MONCTL_SECRET_… variables")
	fl.StringVar(&f.retention, "retention", "15d", "how long samples are kept, a `duration` such as 30d")
	fl.StringVar(&f.logLevel, "log-level", logLevel, "least `level` of log lines on standard error: debug, info, warn or error")
	fl.StringVar(&f.logFormat, "log-format", "text", "`format` of log lines: text or json")
	f.features.add(cmd, enable)
	fl.BoolVar(&f.allowOpen, "allow-unauthenticated", false, "allow to listen where others can reach it, although nobody has to authenticate")
	complete(cmd, "log-level", func() []string { return []string{"debug", "info", "warn", "error"} })
	complete(cmd, "log-format", func() []string { return []string{"text", "json"} })
}

// bind opens the listener before anything else, so that an address in use
// costs nothing.
func (f *serverFlags) bind(ctx context.Context) (net.Listener, error) {
	if err := auth.CheckListen(f.listen, auth.ListenOptions{AllowOpen: f.allowOpen}); err != nil {
		usage := &usageError{err: err}
		if exposed := (*auth.ExposedError)(nil); errors.As(err, &exposed) {
			usage.err = errors.New(err.Error()) // a mistake in the call, no finding
			usage.hint = "listen on a loopback address such as 127.0.0.1:9090 behind a proxy that authenticates, or pass --allow-unauthenticated"
		}
		return nil, usage
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, &hinted{fmt.Errorf("listen on %s: the address is in use", f.listen), "is another monctl or Prometheus running? Choose another address with --listen, port 0 for any"}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", f.listen, err)
	}
	return l, nil
}

// options makes the options of a server that listens on l.
func (f *serverFlags) options(g *global, dir string, l net.Listener) (server.Options, error) {
	data := f.data
	if !filepath.IsAbs(data) {
		data = filepath.Join(dir, data)
	}
	if info, err := os.Stat(data); err == nil && !info.IsDir() {
		return server.Options{}, &hinted{fmt.Errorf("the data folder %s is a file", data), "choose another folder with --data"}
	}
	o := server.Options{DataDir: data, Version: buildInfo().Version, Commit: buildInfo().Revision, AllowOpen: f.allowOpen}
	var err error
	if o.Features, err = f.features.read(); err != nil {
		return o, err
	}
	o.Validate = judge(schema.NewMemory(nil), o.Features)
	if o.Logger, err = f.logger(g); err != nil {
		return o, err
	}
	retention, err := model.ParseDuration(f.retention)
	if err != nil {
		return o, usagef("--retention: %w", err)
	}
	o.Retention = time.Duration(retention)
	o.ExternalURL = &url.URL{Scheme: "http", Host: l.Addr().String()}
	if f.externalURL != "" {
		if o.ExternalURL, err = url.Parse(f.externalURL); err != nil || o.ExternalURL.Host == "" {
			return o, usagef("--external-url %q: want a URL such as https://monitoring.example.org", f.externalURL)
		}
	}
	providers := []secret.Provider{secret.Environment(g.sys.Getenv)}
	if f.secretsDir != "" {
		root := g.path(f.secretsDir)
		if _, err := os.ReadDir(root); err != nil {
			return o, fmt.Errorf("read --secrets-dir %s: %w", f.secretsDir, cause(err))
		}
		providers = append(providers, secret.Directory(os.DirFS(root)))
	}
	o.Secrets = secret.Chain(providers...)
	return o, nil
}

// judge is what a server checks before it runs a bundle. Opinions are for the
// people who write it.
func judge(m *schema.Memory, f expr.Features) func(context.Context, *bundle.Bundle) diag.List {
	return func(ctx context.Context, b *bundle.Bundle) diag.List {
		diags, err := m.ValidateFor(ctx, b, promconf.Dialect{Features: f})
		if err != nil {
			diags.Errorf("server/validate", diag.Span{}, "%s", err)
		}
		return diags
	}
}

func (f *serverFlags) logger(g *global) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return nil, usagef("--log-level: unknown level %q: want debug, info, warn or error", f.logLevel)
	}
	o := &slog.HandlerOptions{Level: level}
	switch f.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(g.sys.Stderr, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(g.sys.Stderr, o)), nil
	default:
		return nil, usagef("--log-format: unknown format %q: want text or json", f.logFormat)
	}
}

// serveOptions are those of the verb serve.
type serveOptions struct {
	*global
	server   serverFlags
	holdBack bool
}

func newServe(g *global) *cobra.Command {
	o := &serveOptions{global: g}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the bundled server",
		Long: `Serve runs Prometheus, Alertmanager and the dashboards' store in one process
and on one port: Prometheus' API under /api/v1, Alertmanager's under /api/v2,
monctl's own under /api/monctl/v1, a page at /. What it monitors is deployed to
it: 'monctl deploy --to http://127.0.0.1:9090'. After a restart it goes on with
the revision that was active.

Secrets come from the environment (MONCTL_SECRET_SLACK_URL for slack/url) or
from --secrets-dir. SIGHUP, or a POST to /-/reload, reads them again.`,
		Example: `  monctl serve --data /var/lib/monctl --secrets-dir /run/secrets`,
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.server.add(cmd, "info", "enable `features` of PromQL, by the names that Prometheus gives them, comma-separated")
	cmd.Flags().BoolVar(&o.holdBack, "hold-back-unresolved", false, "hold back notifications that need a secret without a value, instead of refusing the revision")
	return cmd
}

func (o *serveOptions) run(ctx context.Context) error {
	l, err := o.server.bind(ctx)
	if err != nil {
		return o.explain("serve", err)
	}
	defer l.Close()
	opts, err := o.server.options(o.global, o.workDir(), l)
	if err != nil {
		return err
	}
	opts.HoldBack = o.holdBack
	s, err := server.Open(ctx, opts)
	if err != nil {
		return o.explain("serve", err)
	}
	o.say("serving http://%s, state in %s", l.Addr(), opts.DataDir)
	reloads, stop := o.sys.Reload(ctx)
	defer stop()
	go func() {
		for range reloads {
			if err := s.Reload(ctx); err != nil {
				opts.Logger.ErrorContext(ctx, "reload", "err", err)
			}
		}
	}()
	return errors.Join(s.Serve(ctx, l), shutDown(ctx, s, opts))
}

// shutDown closes a server within its time.
func shutDown(ctx context.Context, s *server.Server, opts server.Options) error {
	limit := opts.ShutdownTimeout
	if limit == 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return s.Close(ctx)
}

// say tells the person something on standard error.
func (g *global) say(format string, args ...any) {
	fmt.Fprintf(g.sys.Stderr, format+"\n", args...)
}

// explain prints the report of an error that is a finding, and returns how the
// command ends; other errors it returns as they are.
func (g *global) explain(command string, err error) error {
	var found interface{ Diagnostic() diag.Diagnostic }
	diags, isRejected := rejectedBy(err)
	if !isRejected {
		if !errors.As(err, &found) {
			return err
		}
		diags = diag.List{found.Diagnostic()}
	}
	code := exitCodeOf(err)
	if !isRejected {
		code = exitFailure
	}
	r := view.Report{Command: command, Version: buildInfo().Version, Diagnostics: view.Findings(diags), ExitCode: code}
	open := func(string) ([]byte, error) { return nil, errors.New("no sources") }
	if err := g.print(g.sys.Stderr, g.sys.StderrTerminal, r, open); err != nil {
		return err
	}
	return codeError(code)
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/catalog"
	"github.com/monctl/monctl/pkg/view"
)

// snapshotOptions are those of metrics snapshot.
type snapshotOptions struct {
	*global
	client       clientFlags
	from, out    string
	match        []string
	targetLabels []string
	recorded     string
	lookback     time.Duration
	limit        int
	replace      bool
	noLabels     bool
	check        bool
}

func newMetricsSnapshot(g *global) *cobra.Command {
	o := &snapshotOptions{global: g}
	cmd := &cobra.Command{
		Use:   "snapshot --from URL|FILE",
		Short: "Write the catalogue from what a server or a target has",
		Long: `Snapshot asks a server with Prometheus' HTTP API – Prometheus, monctl serve,
Mimir, Thanos, VictoriaMetrics – which metrics it has, with their types, labels
and help texts, and adds them to the catalogue. A URL that ends in /metrics is
scraped instead; a file, or - for standard input, holds what a target exposes.

What the catalogue has already stays: take snapshots of several servers one
after the other, or begin anew with --replace. Metrics that recording rules of
the server make are entered as recorded: they count as long as a rule of the
project makes them.`,
		Example: `  monctl metrics snapshot --from http://localhost:9090
  monctl metrics snapshot --from https://mimir.example.org/prometheus --tenant team-a
  monctl metrics snapshot --from http://localhost:9100/metrics
  monctl metrics snapshot --from http://localhost:9090 --match '{job="node"}' --check`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "`URL` of a server, or of a target's /metrics, or a file of what a target exposes")
	f.StringVar(&o.out, "out", "", "the catalogue's `path` (default that of the project, metrics.yaml)")
	f.StringArrayVar(&o.match, "match", nil, "take metrics with series that this `selector` selects; may be repeated")
	f.StringSliceVar(&o.targetLabels, "target-label", []string{"instance", "job"}, "`names` of labels that scraping adds, where a target is asked and not a server")
	f.StringVar(&o.recorded, "recorded", string(catalog.Mark), "what becomes of metrics that recording rules make: mark, drop or keep")
	f.DurationVar(&o.lookback, "lookback", time.Hour, "how far back series count; 0 is up to the server")
	f.IntVar(&o.limit, "limit", 50_000, "refuse a server with more `names` of series; 0 is no limit")
	f.BoolVar(&o.replace, "replace", false, "write the catalogue anew instead of adding to it")
	f.BoolVar(&o.noLabels, "no-labels", false, "leave the labels unknown, which saves a request a metric")
	f.BoolVar(&o.check, "check", false, "write nothing; exit 16 if the catalogue would change")
	o.client.add(cmd)
	complete(cmd, "recorded", func() []string { return []string{"mark", "drop", "keep"} })
	return cmd
}

func (o *snapshotOptions) run(ctx context.Context) error {
	if o.from == "" {
		return &usageError{err: errors.New("--from is missing"), hint: "--from http://localhost:9090"}
	}
	if !slices.Contains([]string{"mark", "drop", "keep"}, o.recorded) {
		return usagef("--recorded: unknown value %q: want mark, drop or keep", o.recorded)
	}
	f, err := o.catalogFile(o.out)
	if err != nil {
		return err
	}
	old, before, err := f.read()
	if err != nil {
		return err
	}
	r := newReport("metrics snapshot", f.pass)
	if f.pass.Diags.HasErrors() {
		return o.finish(r, f.pass, exitFindings)
	}
	found, err := o.snapshot(ctx)
	if err != nil {
		return o.explain(err)
	}
	result := old.Merge(found)
	if o.replace {
		result = found
	}
	r.Metrics = &view.Metrics{Path: f.name, Check: o.check, Total: result.Len(), Changed: catalogChanges(old, result)}
	data := result.Encode()
	switch {
	case o.check && len(r.Metrics.Changed) > 0:
		return o.finish(r, f.pass, exitChanges)
	case !o.check && string(data) != string(before):
		if err := f.write(data); err != nil {
			return err
		}
	}
	return o.finish(r, f.pass, exitOK)
}

// explain says what can be done about a server's refusal.
func (o *snapshotOptions) explain(err error) error {
	if _, ok := errors.AsType[*catalog.SelectorError](err); ok {
		return usagef("--match: %w", err)
	}
	err = fmt.Errorf("take a snapshot of %s: %w", redacted(o.from), err)
	if _, ok := errors.AsType[*catalog.TimeoutError](err); ok {
		return &hinted{err, "give it more time with --timeout, or ask for less with --match or a shorter --lookback"}
	}
	if _, ok := errors.AsType[*catalog.LimitError](err); ok {
		return &hinted{err, "take some of them with --match, or more with --limit"}
	}
	if _, port, _ := net.SplitHostPort(o.from); port != "" && strings.Trim(port, "0123456789") == "" && errors.Is(err, fs.ErrNotExist) {
		return &hinted{err, "if it is a server, say so: --from http://" + o.from}
	}
	status, ok := errors.AsType[*catalog.StatusError](err)
	switch {
	case !ok:
		return err
	case status.Code == http.StatusUnauthorized || status.Code == http.StatusForbidden:
		return &hinted{err, "give credentials: --bearer-token-file, --user with --password-file, or --header"}
	case status.Code == http.StatusNotFound:
		return &hinted{err, "is this the base of Prometheus' HTTP API? Mimir's ends in /prometheus"}
	default:
		return err
	}
}

// redacted is an address without password.
func redacted(from string) string {
	if u, err := url.Parse(from); err == nil && u.User != nil {
		return u.Redacted()
	}
	return from
}

func (o *snapshotOptions) snapshot(ctx context.Context) (*catalog.Catalog, error) {
	if !strings.HasPrefix(o.from, "http://") && !strings.HasPrefix(o.from, "https://") {
		return o.fromFile()
	}
	client, err := o.client.client(o.global, o.from)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(client.URL.Path, "/metrics") {
		return client.Scrape(ctx, o.targetLabels)
	}
	opts := catalog.SnapshotOptions{Match: o.match, Limit: o.limit, NoLabels: o.noLabels, Recorded: catalog.Recorded(o.recorded)}
	if o.lookback > 0 {
		opts.To = time.Now()
		opts.From = opts.To.Add(-o.lookback)
	}
	if o.sys.StderrTerminal {
		opts.Progress = o.progress
		defer fmt.Fprint(o.sys.Stderr, "\r\x1b[K")
	}
	return client.Snapshot(ctx, opts)
}

// progress says on a terminal how far the requests are.
func (o *snapshotOptions) progress(done, total int) {
	if done%50 == 0 || done == total {
		fmt.Fprintf(o.sys.Stderr, "\r\x1b[Klabels of %d of %d metrics", done, total)
	}
}

func (o *snapshotOptions) fromFile() (*catalog.Catalog, error) {
	var text []byte
	var err error
	if o.from == "-" {
		text, err = io.ReadAll(o.sys.Stdin)
	} else {
		text, err = os.ReadFile(o.path(o.from))
	}
	if err != nil {
		return nil, cause(err)
	}
	return catalog.FromExposition(text, "", o.targetLabels)
}

// catalogChanges says how two catalogues differ.
func catalogChanges(old, now *catalog.Catalog) []view.MetricChange {
	var out []view.MetricChange
	for _, m := range now.Metrics() {
		before, ok := old.Get(m.Name)
		if !ok {
			out = append(out, view.MetricChange{Name: m.Name, Action: "add"})
			continue
		}
		var fields []string
		for _, f := range []struct {
			name   string
			differ bool
		}{
			{"type", before.Type != m.Type},
			{"labels", !slices.Equal(before.Labels, m.Labels) || (before.Labels == nil) != (m.Labels == nil)},
			{"help", before.Help != m.Help},
			{"recorded", before.Recorded != m.Recorded},
		} {
			if f.differ {
				fields = append(fields, f.name)
			}
		}
		if fields != nil {
			out = append(out, view.MetricChange{Name: m.Name, Action: "update", Fields: fields})
		}
	}
	for _, m := range old.Metrics() {
		if _, ok := now.Get(m.Name); !ok {
			out = append(out, view.MetricChange{Name: m.Name, Action: "remove"})
		}
	}
	slices.SortStableFunc(out, func(a, b view.MetricChange) int { return strings.Compare(a.Name, b.Name) })
	return out
}

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/pipeline"
	"github.com/monctl/monctl/pkg/view"
)

// routesTestOptions are those of routes test.
type routesTestOptions struct {
	*global
	routeFlags
	expect []string
	batch  string
}

func newRoutesTest(g *global) *cobra.Command {
	o := &routesTestOptions{global: g}
	cmd := &cobra.Command{
		Use:   "test [LABEL=VALUE...]",
		Short: "Say which receivers an alert with some labels is sent to",
		Long: `Test prints the receivers that an alert is sent to, in order and separated by
commas, as 'amtool config routes test' does. The labels are all that the alert
has, as Alertmanager receives it. With --expect, other receivers are a finding.

With --batch, it does so for every label set of a file: a YAML or JSON list, a
YAML stream, or JSON lines. An entry is a map of labels or, to say which
receivers are expected,

    {labels: {alertname: HostDown, severity: critical}, receivers: [pager]}`,
		Example: `  monctl routes test alertname=HostDown severity=critical
  monctl routes test --config alertmanager.yml team=db -o json
  monctl routes test --expect pager,chat alertname=HostDown severity=critical
  monctl routes test --batch routes.yaml`,
		Args:              cobra.ArbitraryArgs,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: o.completeLabels,
	}
	o.routeFlags.add(g, cmd)
	cmd.Flags().StringSliceVar(&o.expect, "expect", nil, "fail unless these are the `receivers`, comma-separated and in order")
	cmd.Flags().StringVar(&o.batch, "batch", "", "test the label sets of this `file`, - for standard input")
	_ = cmd.RegisterFlagCompletionFunc("expect", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return o.receiverNames(cmd.Context(), g), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (o *routesTestOptions) completeLabels(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return o.completeAlerts(o.global)(cmd, []string{""}, typed)
}

// labelSet is one alert to be tested.
type labelSet struct {
	labels   map[string]string
	expected []string // nil: nothing is expected
	span     diag.Span
}

func (o *routesTestOptions) run(ctx context.Context, args []string) error {
	defer o.hurry()()
	if o.batch != "" && (len(args) > 0 || len(o.expect) > 0) {
		return usagef("--batch takes labels and receivers from the file: leave out the arguments and --expect")
	}
	if o.batch == "-" && o.config == "-" {
		return usagef("--batch - and --config -: there is one standard input")
	}
	var sets []labelSet
	var batch []byte
	var problems diag.List
	if o.batch != "" {
		var err error
		if batch, sets, problems, err = o.readBatch(); err != nil {
			return err
		}
	} else {
		a, err := parseAlert(args)
		switch {
		case err != nil:
			return err
		case a.name != "":
			return &usageError{err: fmt.Errorf("%q is no label", a.name), hint: "write name=value; monctl routes explain " + a.name + " takes an alert's name"}
		}
		sets = []labelSet{{labels: a.labels, expected: o.expect}}
	}
	p, all, err := o.load(ctx, o.global)
	if err != nil {
		return err
	}
	for _, name := range o.expect {
		if err := knownReceiver(all, name); err != nil && len(all) > 0 {
			return err
		}
	}
	p.Diags = append(p.Diags, problems...)
	return o.report(p, all, sets, batch)
}

func (o *routesTestOptions) report(p *pipeline.Pass, all []envRouting, sets []labelSet, batch []byte) error {
	var tests []view.RouteTest
	for _, s := range sets {
		for _, r := range all {
			test, d := s.test(r)
			tests = append(tests, test)
			if d != nil {
				d.Env = r.env
				p.Diags = append(p.Diags, *d)
			}
		}
	}
	r := newReport("routes test", p)
	r.RouteTests = tests
	if o.batch == "" && len(tests) > 0 && !slices.ContainsFunc(tests, func(t view.RouteTest) bool { return !slices.Equal(t.Receivers, tests[0].Receivers) }) {
		r.Receivers = tests[0].Receivers
	}
	code := exitOK
	if o.failed(p) {
		code = exitFindings
	}
	return o.finishWith(r, p, code, o.batchName(), batch)
}

// finishWith is finish with a file that the pass has not read.
func (g *global) finishWith(r view.Report, p *pipeline.Pass, code int, name string, content []byte) error {
	if code == exitFindings && p.UnknownEnvironment() {
		code = exitUsage
	}
	r.ExitCode = code
	open := func(file string) ([]byte, error) {
		if file == name && content != nil {
			return content, nil
		}
		return p.Open(file)
	}
	if err := g.print(g.sys.Stdout, g.sys.StdoutTerminal, r, open); err != nil {
		return err
	}
	if code != exitOK {
		return codeError(code)
	}
	return nil
}

// test sends an alert through a tree.
func (s labelSet) test(r envRouting) (view.RouteTest, *diag.Diagnostic) {
	out := view.RouteTest{Environment: r.env, Labels: s.labels, Receivers: r.config.Tree.Receivers(s.labels), Expected: s.expected}
	if s.expected == nil {
		return out, nil
	}
	out.Result = "passed"
	if slices.Equal(out.Receivers, s.expected) {
		return out, nil
	}
	out.Result = "failed"
	d := &diag.Diagnostic{
		Code: "test/receivers", Severity: diag.Error, Span: s.span,
		Summary: fmt.Sprintf("the alert goes to %s, expected %s", listed(out.Receivers), listed(s.expected)),
		Hint:    "monctl routes explain shows why",
	}
	for _, name := range s.expected {
		if known := r.config.Receivers(); !slices.Contains(known, name) {
			d.Hint = fmt.Sprintf("there is no receiver %q", name)
			if near := diag.DidYouMean(name, known); near != "" {
				d.Hint += "; " + near
			}
		}
	}
	return out, d
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

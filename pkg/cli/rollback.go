package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/view"
)

// rollbackOptions are those of the verb rollback.
type rollbackOptions struct {
	*global
	change   changeFlags
	to       string
	list     bool
	revision string
}

func newRollback(g *global) *cobra.Command {
	o := &rollbackOptions{global: g}
	cmd := &cobra.Command{
		Use:   "rollback [REVISION]",
		Short: "Have a server run an earlier revision again",
		Long: `Rollback has a server run a revision that it has stored: the one that was active
before, or the one that is named, by as many digits as tell it from the others.
The sources are not needed.`,
		Example: `  monctl rollback --to http://127.0.0.1:9090
  monctl rollback 37f6058c --to http://127.0.0.1:9090 -m "pages all night"
  monctl rollback --list --to http://127.0.0.1:9090`,
		Args: maxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.revision = args[0]
			}
			return o.run(cmd.Context())
		},
	}
	o.change.add(cmd)
	cmd.Flags().StringVar(&o.to, "to", "http://127.0.0.1:9090", "`URL` of the server")
	cmd.Flags().BoolVar(&o.list, "list", false, "change nothing, list what ran when")
	return cmd
}

func (o *rollbackOptions) run(ctx context.Context) error {
	client, err := api.NewClient(serverURL(o.to), api.ClientOptions{})
	if err != nil {
		return &usageError{err: err}
	}
	history, err := client.Revisions(ctx)
	if err != nil {
		return err
	}
	if o.list {
		return o.print(history)
	}
	if len(history.Activations) == 0 {
		return &hinted{errors.New("the server has no active revision"), "deploy one first"}
	}
	active := history.Activations[0].Revision
	id := o.revision
	if id == "" {
		for _, a := range history.Activations {
			if a.Revision != active {
				id = a.Revision.String()
				break
			}
		}
	}
	if id == "" {
		return &hinted{errors.New("the server has run no other revision"), "see monctl rollback --list"}
	}
	result, err := client.Activate(ctx, id, api.Change{Author: o.change.change(o.global).Author, Message: o.change.message, Base: &active})
	if err != nil {
		return err
	}
	r := view.Report{Command: "rollback", Version: buildInfo().Version, Deploys: []view.Deploy{{
		Target: o.to, URL: o.to, Environment: result.Activation.Environment,
		Revision: result.Activation.Revision.String(), Previous: active.String(),
	}}}
	return o.global.print(o.sys.Stdout, o.sys.StdoutTerminal, r, func(string) ([]byte, error) { return nil, errors.New("no sources") })
}

// print lists activations, newest first.
func (o *rollbackOptions) print(history api.Revisions) error {
	if o.output == "json" {
		return printJSON(o.sys.Stdout, history)
	}
	for i, a := range history.Activations {
		mark := " "
		if i == 0 {
			mark = "*"
		}
		by := a.By
		if by == "" {
			by = "unknown"
		}
		if _, err := fmt.Fprintf(o.sys.Stdout, "%s %s  %s  %-8s  %s  %s  %s\n", mark, a.Revision.Short(),
			a.Time.Format("2006-01-02 15:04:05Z07:00"), a.Reason, a.Environment, plainText(by), plainText(a.Message)); err != nil {
			return fmt.Errorf("print revisions: %w", err)
		}
	}
	return nil
}

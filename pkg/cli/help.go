package cli

import "github.com/spf13/cobra"

// helpTopics are pages of help that are no command: monctl help exit-codes.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{
			Use:   "exit-codes",
			Short: "What the exit codes mean",
			Long: `Exit codes:

    0  everything is well
    1  failure: input or output, a deployment, an error of monctl itself
    2  the command was called wrongly
    3  findings at or above --fail-on, failed tests, sources that do not evaluate
    4  authentication failed
   16  changes, for render --check and fmt --test
  130  interrupted`,
		},
		{
			Use:   "environment",
			Short: "Environment variables",
			Long: `Every flag can be set by an environment variable: MONCTL_ and the flag's name
in capitals, with _ for -. MONCTL_FAIL_ON=warning stands for --fail-on warning.
A flag on the command line wins.

  NO_COLOR              switches colours off, unless --color always is given
  MONCTL_SECRET_<NAME>  the value of a secret: MONCTL_SECRET_SLACK_URL is that of
                        std.native('secret')('slack/url')`,
		},
	}
}

// Command monctl renders, validates, tests, deploys and serves a team's
// monitoring.
package main

import (
	"os"

	"github.com/monctl/monctl/pkg/cli"
)

func main() { os.Exit(cli.Main(cli.Process())) }

// Command monctl renders, validates, tests, deploys and serves a team's
// monitoring.
package main

import (
	"os"
	_ "time/tzdata" // time intervals name zones, also where no zone files are installed

	"github.com/monctl/monctl/pkg/cli"
	"github.com/monctl/monctl/pkg/startup"
)

func main() {
	startup.End()
	os.Exit(cli.Main(cli.Process()))
}

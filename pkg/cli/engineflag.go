package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
)

// engineFlag chooses what evaluates Jsonnet.
type engineFlag struct{ name string }

// engineNames are the values of --engine.
func engineNames() []string { return []string{"own", "upstream", "verify"} }

// defaultEngine is what evaluates unless --engine says otherwise.
const defaultEngine = "own"

func (f *engineFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "engine", defaultEngine, "what evaluates Jsonnet: "+strings.Join(engineNames(), ", "))
	complete(cmd, "engine", engineNames)
}

func (f *engineFlag) engine() (jsonnet.Engine, error) {
	switch f.name {
	case "upstream":
		return jsonnet.Upstream(), nil
	case "", "own": // none where no flag was added
		return jsonnet.NewSession(), nil
	case "verify":
		return jsonnet.Verify(jsonnet.Own(), jsonnet.Upstream()), nil
	default:
		return nil, &usageError{err: usagef("--engine: unknown value %q: want %s", f.name, strings.Join(engineNames(), ", ")), hint: diag.DidYouMean(f.name, engineNames())}
	}
}

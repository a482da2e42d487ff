package cli

import (
	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/render"
)

type kubernetesFlags struct{}

func (f *kubernetesFlags) add(*cobra.Command)     {}
func (f *kubernetesFlags) check(*formFlags) error { return nil }
func (f *kubernetesFlags) files(out *render.Output) ([]bundle.TreeFile, diag.List, error) {
	return nil, nil, nil
}

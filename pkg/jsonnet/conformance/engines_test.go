package conformance_test

import "github.com/monctl/monctl/pkg/jsonnet"

// engines are all that must agree.
func engines() map[string]jsonnet.Engine {
	return map[string]jsonnet.Engine{"upstream": jsonnet.Upstream(), "own": jsonnet.Own()}
}

package jsonnet

import "github.com/monctl/monctl/pkg/jsonnet/vm"

// Profile collects where evaluations spend time and memory.
type Profile = vm.Profile

package main

import "github.com/monctl/monctl/pkg/jsonnet"

// engineNames lists the engines, the reference first.
func engineNames() []string { return []string{"upstream"} }

func engineOf(name string) (jsonnet.Engine, bool) {
	switch name {
	case "upstream":
		return jsonnet.Upstream(), true
	default:
		return nil, false
	}
}

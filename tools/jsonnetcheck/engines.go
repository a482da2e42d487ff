package main

import "github.com/monctl/monctl/pkg/jsonnet"

// engineNames lists the engines, the reference first.
func engineNames() []string { return []string{"upstream", "own"} }

func engineOf(name string) (jsonnet.Engine, bool) {
	switch name {
	case "upstream":
		return jsonnet.Upstream(), true
	case "own":
		return jsonnet.Own(), true
	default:
		return nil, false
	}
}

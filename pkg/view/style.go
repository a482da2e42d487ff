package view

import "github.com/monctl/monctl/pkg/diag"

// style is a sequence that selects a terminal's graphic rendition.
type style string

const (
	bold   style = "\x1b[1m"
	dim    style = "\x1b[2m"
	red    style = "\x1b[1;31m"
	green  style = "\x1b[32m"
	yellow style = "\x1b[1;33m"
	blue   style = "\x1b[1;34m"
	cyan   style = "\x1b[1;36m"
	reset        = "\x1b[0m"
)

func severityStyle(s diag.Severity) style {
	switch s {
	case diag.Error:
		return red
	case diag.Warning:
		return yellow
	case diag.Info:
		return cyan
	default:
		return bold
	}
}

func actionStyle(action string) (sign string, s style) {
	switch action {
	case "add":
		return "+", green
	case "remove":
		return "-", red
	default:
		return "~", yellow
	}
}

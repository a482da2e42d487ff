package promeval

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/monctl/monctl/pkg/expr"
)

// queryParser parses what the engine evaluates. Promtool enables features for
// rule files, and leaves out the engine of its unit tests, which refuses what
// was loaded; here they hold for both.
func queryParser(f expr.Features) parser.Parser {
	return parser.NewParser(parser.Options{
		EnableExperimentalFunctions:  f.ExperimentalFunctions,
		ExperimentalDurationExpr:     f.DurationExpressions,
		EnableExtendedRangeSelectors: f.ExtendedRangeSelectors,
		EnableBinopFillModifiers:     f.BinopFillModifiers,
	})
}

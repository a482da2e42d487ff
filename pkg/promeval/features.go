package promeval

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// Features are parts of PromQL that are off unless somebody asks for them.
//
// Promtool enables them for rule files, and leaves out the engine of its unit
// tests, which refuses what was loaded; here they hold for both.
type Features struct {
	ExperimentalFunctions  bool
	DurationExpressions    bool
	ExtendedRangeSelectors bool
	BinopFillModifiers     bool
	DelayedNameRemoval     bool
}

// featureFlags are the features by the names that Prometheus gives them.
func (f *Features) featureFlags() map[string]*bool {
	return map[string]*bool{
		"promql-experimental-functions":   &f.ExperimentalFunctions,
		"promql-duration-expr":            &f.DurationExpressions,
		"promql-extended-range-selectors": &f.ExtendedRangeSelectors,
		"promql-binop-fill-modifiers":     &f.BinopFillModifiers,
		"promql-delayed-name-removal":     &f.DelayedNameRemoval,
	}
}

// FeatureNames returns the names that Enable takes, sorted.
func FeatureNames() []string {
	var names []string
	for name := range new(Features).featureFlags() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Enable turns a feature on, by Prometheus' name of it. It reports false if
// there is none of that name.
func (f *Features) Enable(name string) bool {
	flag, ok := f.featureFlags()[name]
	if ok {
		*flag = true
	}
	return ok
}

// AllFeatures returns the features with all of them on.
func AllFeatures() Features {
	var f Features
	for _, flag := range f.featureFlags() {
		*flag = true
	}
	return f
}

// RuleParser returns the parser that promtool loads rule files, and reads
// expected samples, with. Duration expressions always load.
func (f Features) RuleParser() parser.Parser {
	o := f.options()
	o.ExperimentalDurationExpr = true
	return parser.NewParser(o)
}

// queryParser parses what the engine evaluates.
func (f Features) queryParser() parser.Parser { return parser.NewParser(f.options()) }

func (f Features) options() parser.Options {
	return parser.Options{
		EnableExperimentalFunctions:  f.ExperimentalFunctions,
		ExperimentalDurationExpr:     f.DurationExpressions,
		EnableExtendedRangeSelectors: f.ExtendedRangeSelectors,
		EnableBinopFillModifiers:     f.BinopFillModifiers,
	}
}

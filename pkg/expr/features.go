package expr

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// Features are parts of PromQL that are off unless somebody asks for them.
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
func FeatureNames() []string { return AllFeatures().Names() }

// Names returns the names of the features that are on, sorted.
func (f Features) Names() []string {
	var names []string
	for name, on := range f.featureFlags() {
		if *on {
			names = append(names, name)
		}
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

// With returns the features that are on in either.
func (f Features) With(other Features) Features {
	for _, name := range other.Names() {
		f.Enable(name)
	}
	return f
}

// AllFeatures returns the features with all of them on.
func AllFeatures() Features {
	var f Features
	for _, flag := range f.featureFlags() {
		*flag = true
	}
	return f
}

// Parser returns the parser of cmd/prometheus at 3.15 with these features,
// which is that of promtool, too. Expressions as durations need no feature any
// more. It may be used concurrently.
func (f Features) Parser() parser.Parser {
	return parser.NewParser(parser.Options{
		EnableExperimentalFunctions:  f.ExperimentalFunctions,
		ExperimentalDurationExpr:     true,
		EnableExtendedRangeSelectors: f.ExtendedRangeSelectors,
		EnableBinopFillModifiers:     f.BinopFillModifiers,
	})
}

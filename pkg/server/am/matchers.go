package am

import (
	"log/slog"
	"sync"

	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"
)

// initMatchers guards upstream's package variables: they are written without a
// lock, so they must be written once and before anybody parses.
var initMatchers sync.Once

// UseUTF8Matchers makes Alertmanager's packages parse matchers and label names
// as the upstream server does by default: UTF-8 first, classic where only that
// succeeds, and classic wins where the two disagree. Without it the packages
// take the classic syntax alone.
//
// The choice is upstream's, for the whole process (matcher/compat), and not
// safe against concurrent parsing. Open makes it; a program that parses
// matchers earlier or beside a server has to call this first. Later calls do
// nothing.
func UseUTF8Matchers(log *slog.Logger) {
	initMatchers.Do(func() {
		// Somebody else may have made the choice already; then writing it
		// again could only race with those who parse.
		if compat.IsValidLabelName(model.LabelName("a.b")) {
			return
		}
		compat.InitFromFlags(log, featurecontrol.NoopFlags{})
	})
}

package routing

import (
	"log/slog"
	"sync"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"

	"github.com/monctl/monctl/pkg/verdict"
)

// useServerMatchers sets what upstream keeps in package variables
// (matcher/compat/parse.go): until InitFromFlags is called, matchers are read
// in the classic syntax, which neither the server nor amtool does. It is set
// once and not at all where the server has done so, because setting it races
// with every reader.
var useServerMatchers = sync.OnceFunc(func() {
	if compat.IsValidLabelName("a.b") {
		return
	}
	compat.InitFromFlags(slog.New(slog.DiscardHandler), featurecontrol.NoopFlags{})
})

// LoadConfig is Alertmanager's loader, with matchers read as its server does.
// Relative file names stay relative. Secrets in the result print as <secret>,
// so it is for judging and running, never for writing. A panic of the loader
// is an error: 0.34.2 has one for update_message without api_url
// (config/notifiers.go, SlackConfig.UnmarshalYAML).
func LoadConfig(yaml []byte) (cfg *config.Config, err error) {
	defer verdict.Recover(&err)
	useServerMatchers()
	return config.Load(string(yaml))
}

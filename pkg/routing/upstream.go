package routing

import (
	"log/slog"
	"sync"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"
)

// useServerMatchers sets what upstream keeps in package variables
// (matcher/compat/parse.go): until InitFromFlags is called, matchers are read
// in the classic syntax, which neither the server nor amtool does. It is set
// once, because setting it races with every reader.
var useServerMatchers = sync.OnceFunc(func() {
	compat.InitFromFlags(slog.New(slog.DiscardHandler), featurecontrol.NoopFlags{})
})

// LoadConfig is Alertmanager's loader, with matchers read as its server does.
// Relative file names stay relative. Secrets in the result print as <secret>,
// so it is for judging and running, never for writing.
func LoadConfig(yaml []byte) (*config.Config, error) {
	useServerMatchers()
	return config.Load(string(yaml))
}

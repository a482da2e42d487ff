package am

import (
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options configure a Server. Dir and Registerer are required.
type Options struct {
	// Dir holds the snapshots of silences and notification log. It is made if
	// it does not exist, and must not be shared with another process.
	Dir string
	// Registerer takes upstream's metrics and monctl_notifications_total. All
	// of them are unregistered by Close.
	Registerer prometheus.Registerer
	// Logger is for the operator of the server. Nil discards.
	Logger *slog.Logger
	// ExternalURL is where people reach the server; templates link to it.
	ExternalURL *url.URL

	// Retention is how long expired silences and entries of the notification
	// log are kept. Default 120 h.
	Retention time.Duration
	// StartDelay is how long after Open the first notification may be sent, so
	// that sources of inhibition can arrive first. Default none.
	StartDelay time.Duration
	// DrainTimeout is how long a Commit or Close waits for attempts under way.
	// Default 5 s.
	DrainTimeout time.Duration
	// History is how many attempts are kept. Default 200.
	History int

	// Version is what the API calls Alertmanager's version. Default that of
	// the module that is linked in, if the binary tells.
	Version string

	// MoveCorruptAside renames a snapshot that cannot be read to
	// <name>.corrupt-<unix time> and starts without it. Otherwise Open fails
	// with a *CorruptStateError and leaves the file alone.
	MoveCorruptAside bool
	// WriteFailed is called for every failed write of a snapshot; the write is
	// tried again. It must not block.
	WriteFailed func(file string, err error)
}

// Upstream's defaults of the flags of the same meaning.
const (
	defaultRetention    = 120 * time.Hour
	maintenanceInterval = 15 * time.Minute
	alertGCInterval     = 30 * time.Minute
	groupGCInterval     = 30 * time.Second
)

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("alertmanager: no state directory given")
	}
	if o.Registerer == nil {
		return o, errors.New("alertmanager: no metrics registerer given")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.ExternalURL == nil {
		o.ExternalURL = &url.URL{Scheme: "http", Host: "127.0.0.1:9090"}
	}
	if o.Retention <= 0 {
		o.Retention = defaultRetention
	}
	if o.DrainTimeout <= 0 {
		o.DrainTimeout = 5 * time.Second
	}
	if o.History <= 0 {
		o.History = 200
	}
	if o.Version == "" {
		o.Version = moduleVersion()
	}
	if o.WriteFailed == nil {
		o.WriteFailed = func(string, error) {}
	}
	return o, nil
}

// Input is a configuration to prepare.
type Input struct {
	// Config is alertmanager.yml with its secrets resolved. Empty means the
	// configuration that notifies nobody.
	Config []byte
	// File names Config in diagnostics. Default "alertmanager.yml".
	File string
	// Dir is what relative paths of credential files are relative to. Empty
	// leaves them relative to the working directory.
	Dir string
	// Templates holds the template files by name, with or without the
	// directory "templates/". Those that match a pattern of the
	// configuration's `templates` are loaded, as upstream loads files.
	Templates map[string][]byte
	// Unresolved names the secrets that have no value.
	Unresolved []string
}

// Alert is an alert as a rule or another sender states it.
type Alert struct {
	Labels      map[string]string
	Annotations map[string]string
	// StartsAt is when it began to fire; zero means now.
	StartsAt time.Time
	// EndsAt is when it is over unless it is stated again; zero means after
	// the configuration's resolve_timeout.
	EndsAt       time.Time
	GeneratorURL string
}

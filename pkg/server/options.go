package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
	"github.com/monctl/monctl/pkg/secret"
	"github.com/monctl/monctl/pkg/server/auth"
)

// Options configure a Server. DataDir is required.
type Options struct {
	// DataDir is the absolute directory of all state. It is made if there is
	// none.
	DataDir string
	// Version and Commit are of the program.
	Version, Commit string
	// ExternalURL is where people reach the server; alerts link to it. Default
	// http://127.0.0.1:9090.
	ExternalURL *url.URL
	// Secrets knows the values of secrets; nil knows none.
	Secrets secret.Provider
	// HoldBack holds back what uses a secret without a value, instead of
	// refusing the bundle.
	HoldBack bool
	// Validate finds what is wrong with a bundle before it runs for the first
	// time; nil leaves that to the engines.
	Validate func(context.Context, *bundle.Bundle) diag.List
	// Logger is for the operator; nil discards.
	Logger *slog.Logger
	// Now is the clock of what the server records; nil means time.Now.
	Now func() time.Time
	// Auth says who sends requests; nil means auth.Anonymous.
	Auth auth.Authenticator
	// AllowOpen allows Serve to listen where others can reach it although
	// nobody has to authenticate.
	AllowOpen bool

	// Features are the parts of PromQL that are enabled beside those that always
	// are.
	Features expr.Features
	// Retention is how long samples are kept; zero means 15 days.
	Retention time.Duration
	// KeepRevisions is how many revisions are kept; zero means 100.
	KeepRevisions int
	// EagerScrape scrapes a target as soon as it is found, for development.
	EagerScrape bool
	// ShutdownTimeout bounds how long Serve and Close wait for requests,
	// notifications and evaluations under way; zero means 10 seconds.
	ShutdownTimeout time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.DataDir == "" {
		return o, errors.New("open server: no data directory given")
	}
	if !filepath.IsAbs(o.DataDir) {
		return o, fmt.Errorf("open server: data directory %q is not absolute", o.DataDir)
	}
	if o.ExternalURL == nil {
		o.ExternalURL = &url.URL{Scheme: "http", Host: "127.0.0.1:9090"}
	}
	if o.Secrets == nil {
		o.Secrets = secret.Chain()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ShutdownTimeout <= 0 {
		o.ShutdownTimeout = 10 * time.Second
	}
	return o, nil
}

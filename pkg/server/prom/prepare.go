package prom

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"

	"github.com/monctl/monctl/pkg/diag"
)

const (
	codeConfig   = "prometheus/config"
	configObject = "prometheus"
)

// Input is a revision.
type Input struct {
	// Config is the prometheus.yml, with secrets resolved. Findings point to
	// where in it they are if it is in block style, a field a line.
	Config []byte
	// Dir is the absolute directory that relative file names in Config are
	// relative to. It should be the same for all revisions, because scrape
	// pools that name a file restart when its name changes.
	Dir string
	// Groups are all rule groups, in any order.
	Groups []RuleGroup
}

// Prepared is a revision that was found to be valid. Commit or Discard it.
type Prepared struct {
	server *Server
	cfg    *config.Config
	specs  []*groupSpec
	spent  bool // guarded by server.switching
}

// Prepare parses and validates a revision and builds what can be built. It
// changes nothing that runs. With findings that are errors there is no
// Prepared. Findings about the configuration have the object "prometheus",
// those about rules "rules/<namespace>/<group>"; they have no spans.
func (s *Server) Prepare(ctx context.Context, in Input) (*Prepared, diag.List, error) {
	running, err := s.runningDiscoveries()
	if err != nil {
		return nil, nil, err
	}
	cfg, list := loadConfig(in, s.opts.Logger)
	if cfg == nil {
		// The rules may be wrong as well; one round trip should tell all.
		_, found := parseGroups(s.opts.Features.Parser(), in.Groups, newRuleEnv(&config.DefaultConfig), nil)
		return nil, append(list, found...), ctx.Err()
	}
	if err := withRetention(cfg, s.opts); err != nil {
		return nil, list, err
	}
	checked, err := checkConfig(ctx, cfg, running)
	if err != nil {
		return nil, list, err
	}
	list = append(list, checked...)
	specs, found := parseGroups(s.opts.Features.Parser(), in.Groups, newRuleEnv(cfg), s.scheduler.known())
	list = append(list, found...)
	if err := ctx.Err(); err != nil || list.HasErrors() {
		return nil, list, err
	}
	return &Prepared{server: s, cfg: cfg, specs: specs}, list, nil
}

// runningDiscoveries returns the discoverers that are there. They are kept if
// a revision has the same, so they need no probing.
func (s *Server) runningDiscoveries() ([]*discovery.Provider, error) {
	s.switching.Lock()
	defer s.switching.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	return slices.Concat(s.targets.Providers(), s.managers.Providers()), nil
}

// loadConfig is config.LoadFile for bytes; the configuration is nil if it does
// not load.
func loadConfig(in Input, logger *slog.Logger) (*config.Config, diag.List) {
	cfg, err := config.Load(string(in.Config), logger)
	if err != nil {
		return nil, configFindings(in.Config, err)
	}
	cfg.SetDirectory(in.Dir)
	return cfg, configRemarks(cfg)
}

// configRemarks warns about what the server accepts but does not do.
func configRemarks(cfg *config.Config) diag.List {
	var list diag.List
	remark := func(pointer, format string, args ...any) *diag.Diagnostic {
		d := list.Warnf(codeConfig, diag.Span{}, format, args...)
		d.Object, d.Pointer = configObject, pointer
		return d
	}
	if cfg.TracingConfig.Endpoint != "" {
		remark("/tracing", "the bundled server does not trace")
	}
	if cfg.Runtime != config.DefaultRuntimeConfig {
		remark("/runtime", "the bundled server ignores the runtime section")
	}
	if cfg.StorageConfig.TSDBConfig.ChunkEncoding.Floats == config.FloatChunkEncodingXOR2 {
		remark("/storage/tsdb/chunk_encoding/floats", "other readers of Prometheus' blocks do not understand %s chunks",
			config.FloatChunkEncodingXOR2).Hint = "leave it out: xor is the default"
	}
	return list
}

// checker collects findings about a configuration.
type checker struct {
	list    diag.List
	running []*discovery.Provider
	metrics *discovery.SDMetrics
}

func (c *checker) errorf(pointer, format string, args ...any) {
	d := c.list.Errorf(codeConfig, diag.Span{}, format, args...)
	d.Object, d.Pointer = configObject, pointer
}

// discoveries probes every discoverer that does not run already.
func (c *checker) discoveries(ctx context.Context, pointer, set string, configs discovery.Configs) {
	for _, sd := range configs {
		if runs(c.running, sd) {
			continue
		}
		if err := probe(ctx, sd, set, c.metrics); err != nil {
			c.errorf(pointer, "%s discovery of %q: %v", sd.Name(), set, err)
		}
	}
}

func pointerf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

package am

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/monctl/monctl/pkg/diag"
)

// emptyConfig groups and inhibits nothing and notifies nobody.
const emptyConfig = "route: {receiver: none}\nreceivers: [{name: none}]\n"

// Prepared is a generation that waits to become the active one.
type Prepared struct {
	server *Server
	next   *generation
	used   atomic.Bool
}

// ErrUsed is returned by Commit if the preparation was committed or discarded.
var ErrUsed = errors.New("alertmanager: this preparation was committed or discarded before")

// Prepare loads the configuration and builds all that it asks for. Nothing
// that runs is touched. What is wrong with the configuration is in the list; if
// that has errors, there is no Prepared. An error means a bug.
func (s *Server) Prepare(ctx context.Context, in Input) (*Prepared, diag.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	next, list, err := s.build(in)
	if err != nil {
		return nil, list, fmt.Errorf("prepare alertmanager: %w", err)
	}
	if list.HasErrors() {
		return nil, list, nil
	}
	return &Prepared{server: s, next: next}, list, nil
}

// Discard drops what was prepared. It may be called after Commit and does
// nothing then.
func (p *Prepared) Discard() { p.used.Store(true) }

func (s *Server) build(in Input) (*generation, diag.List, error) {
	if len(bytes.TrimSpace(in.Config)) == 0 {
		in.Config = []byte(emptyConfig)
	}
	src := newSource(in.File, in.Config)
	var conf *config.Config
	// Upstream dereferences nil for some lists with null in them.
	err := recovered(func() (err error) {
		conf, err = config.Load(string(in.Config))
		return err
	})
	if err != nil {
		return nil, src.verdict(err), nil
	}
	list := s.remarks(src, conf)
	tmpl, found, err := loadTemplates(conf.Templates, in.Templates)
	list = append(list, found...)
	if err != nil {
		return nil, list, err
	}
	tmpl.ExternalURL = s.opts.ExternalURL

	g := &generation{
		id:        identity(in),
		source:    in.Config,
		conf:      conf,
		tmpl:      tmpl.Template,
		routes:    dispatch.NewRoute(conf.Route, nil),
		receivers: map[string][]notify.Integration{},
		intervals: timeinterval.NewIntervener(intervals(conf)),
		conns:     newConnections(),
		stopped:   make(chan struct{}),
	}
	active := map[string]bool{}
	g.routes.Walk(func(r *dispatch.Route) { active[r.RouteOpts.Receiver] = true })
	checkRouteLabels(src, conf.Route, "/route", tmpl, &list)
	setDirectory(conf, in.Dir)
	for i, rcv := range conf.Receivers {
		b := builder{src: src, tmpl: tmpl, unresolved: in.Unresolved, conns: g.conns, history: s.history, log: s.opts.Logger}
		integrations := b.receiver(i, rcv, &list)
		if active[rcv.Name] {
			g.receivers[rcv.Name] = integrations
		}
	}
	return g, list, nil
}

func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the loader of Alertmanager failed: %v", r)
		}
	}()
	return f()
}

// identity tells inputs apart that could act differently.
func identity(in Input) [sha256.Size]byte {
	h := sha256.New()
	field := func(b []byte) {
		fmt.Fprintf(h, "%d:", len(b))
		h.Write(b)
	}
	field(in.Config)
	field([]byte(in.Dir))
	for _, name := range slices.Sorted(maps.Keys(in.Templates)) {
		field([]byte(name))
		field(in.Templates[name])
	}
	for _, name := range slices.Sorted(slices.Values(in.Unresolved)) {
		field([]byte(name))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func intervals(conf *config.Config) map[string][]timeinterval.TimeInterval {
	out := map[string][]timeinterval.TimeInterval{}
	for _, ti := range conf.MuteTimeIntervals {
		out[ti.Name] = ti.TimeIntervals
	}
	for _, ti := range conf.TimeIntervals {
		out[ti.Name] = ti.TimeIntervals
	}
	return out
}

// remarks warns of what upstream would do otherwise or merely logs.
func (s *Server) remarks(src *source, conf *config.Config) diag.List {
	var list diag.List
	warn := func(pointer, format string, args ...any) {
		d := list.Warnf(codeConfig, diag.Span{File: src.file}, format, args...)
		d.Object, d.Pointer = "alertmanager", pointer
		if p, ok := src.find(0, func(p place) bool { return p.pointer == pointer }); ok {
			src.at(d, p)
		}
	}
	if conf.TracingConfig.Endpoint != "" {
		warn("/tracing", "tracing is not done by this server")
	}
	if e := conf.EventRecorder; len(e.FileOutputs)+len(e.WebhookOutputs)+len(e.KafkaOutputs) > 0 {
		warn("/event_recorder", "events are not recorded by this server")
	}
	longest := dispatch.NewRoute(conf.Route, nil).RouteOpts.RepeatInterval
	dispatch.NewRoute(conf.Route, nil).Walk(func(r *dispatch.Route) { longest = max(longest, r.RouteOpts.RepeatInterval) })
	if longest > s.opts.Retention {
		warn("", "a repeat_interval of %v is longer than the notification log is kept, %v: it will be repeated sooner", longest, s.opts.Retention)
	}
	return list
}

func checkRouteLabels(src *source, r *config.Route, pointer string, tmpl *templates, list *diag.List) {
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		src.inline(list, tmpl, scalar{text: string(r.Labels[name])}, pointer+"/labels/"+escapePointer(string(name)))
	}
	for i, child := range r.Routes {
		checkRouteLabels(src, child, pointer+"/routes/"+strconv.Itoa(i), tmpl, list)
	}
}

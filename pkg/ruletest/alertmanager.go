package ruletest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/promconf"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

const codeAlertmanagerFile = "test/alertmanager-file"

// alertmanagerURL is what templates see as Alertmanager's own address: a test
// does not say it.
const alertmanagerURL = "http://alertmanager.invalid"

// AlertmanagerFile is an Alertmanager configuration as text.
type AlertmanagerFile struct {
	// Name is what findings call it.
	Name string
	YAML []byte
	// Templates are the template files that it names.
	Templates []bundle.Object
	// Origin leads to the source it was rendered from; nil if the user wrote
	// the YAML.
	Origin bundle.Origin
}

// AlertmanagerFileFunc returns the configuration that a suite names in
// alertmanager_file. An error becomes a finding there.
type AlertmanagerFileFunc func(suite, name string) (AlertmanagerFile, error)

// paging is what stands between the rules and the receivers. It is immutable.
type paging struct {
	file AlertmanagerFile
	// sum is over all that it is made of.
	sum [sha256.Size]byte
	// base has the configuration.
	base      simulate.Options
	tree      *routing.Tree
	receivers []string
	external  map[string]string
	relabel   *promconf.Relabeling
	// renderer makes what integrations get; made when it is asked for.
	renderer func() (*simulate.Renderer, diag.List)
}

// pagingLoader loads what suites page through, the rendered configuration once.
type pagingLoader struct {
	options  Options
	rendered func() (*paging, error)
}

func newPagingLoader(o Options) *pagingLoader {
	return &pagingLoader{options: o, rendered: sync.OnceValues(func() (*paging, error) { return renderedPaging(o.Environment) })}
}

func renderedPaging(b *bundle.Bundle) (*paging, error) {
	if b == nil {
		return nil, errors.New("there is no Alertmanager configuration to test")
	}
	o, ok := b.Get(bundle.Ref{Kind: bundle.Alertmanager})
	if !ok {
		return nil, errors.New("there is no Alertmanager configuration to test: the project renders none")
	}
	return newPaging(AlertmanagerFile{Name: o.Ref.String(), YAML: o.Body.Bytes(), Templates: b.OfKind(bundle.Template), Origin: o.Origin}, b)
}

// newPaging loads a configuration; b, if it is not nil, says with its
// Prometheus configuration what becomes of alerts before.
func newPaging(file AlertmanagerFile, b *bundle.Bundle) (*paging, error) {
	cfg, err := routing.LoadConfig(file.YAML)
	if err != nil {
		return nil, fmt.Errorf("%s is refused by Alertmanager: %w", file.Name, err)
	}
	p := &paging{file: file, sum: file.sum(b), base: simulate.Options{Config: cfg}, tree: routing.NewTree(cfg)}
	p.renderer = sync.OnceValues(func() (*simulate.Renderer, diag.List) {
		return simulate.NewRenderer(cfg, file.Templates, alertmanagerURL)
	})
	for _, r := range cfg.Receivers {
		p.receivers = append(p.receivers, r.Name)
	}
	var settings promconf.Settings
	if b != nil {
		settings = promconf.ReadSettings(b)
	}
	p.external = settings.External
	if p.relabel, err = promconf.NewRelabeling(settings.Relabel); err != nil {
		return nil, fmt.Errorf("alert_relabel_configs of the Prometheus configuration: %w", err)
	}
	return p, nil
}

// load returns what a suite pages through.
func (l *pagingLoader) load(s *suite) (*paging, error) {
	name := s.decoded.alertmanager.value
	switch {
	case name == "":
		return l.rendered()
	case l.options.AlertmanagerFile == nil:
		return nil, errors.New("no files can be read here")
	}
	file, err := l.options.AlertmanagerFile(s.File, name)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be used: %w", name, err)
	}
	return newPaging(file, l.options.Environment)
}

// loadPaging loads what the suite's tests page through, if any does.
func (s *suite) loadPaging(l *pagingLoader) {
	var first *diag.Span
	for i, t := range s.decoded.tests {
		if at := t.pages(); at != nil && s.reports[i].Result != Skipped && first == nil {
			first = at
		}
	}
	if first == nil {
		return
	}
	p, err := l.load(s)
	if err == nil {
		s.paging = p
		if s.decoded.alertmanager.value != "" { // else validating the project says so
			_, broken := p.renderer()
			s.diags = append(s.diags, broken...)
		}
		return
	}
	span := *first
	if s.decoded.alertmanager.value != "" {
		span = s.decoded.alertmanager.span
	}
	e := s.diags.Errorf(codeAlertmanagerFile, span, "%s", strings.TrimSpace(err.Error()))
	if s.decoded.alertmanager.value == "" {
		e.Hint = "name one beside rule_files: alertmanager_file: alertmanager.yml"
	}
}

// pages returns the place of the first assertion that needs Alertmanager's
// configuration, or nil.
func (t *test) pages() *diag.Span {
	switch {
	case len(t.routes) > 0:
		return &t.routes[0].span
	case len(t.notifications) > 0:
		return &t.notifications[0].span
	case len(t.suppressions) > 0:
		return &t.suppressions[0].span
	}
	return nil
}

package am

import (
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/notify"

	"github.com/monctl/monctl/pkg/diag"
)

// builder builds receivers.
type builder struct {
	src        *source
	tmpl       *templates
	unresolved []string
	conns      *connections
	history    *history
	log        *slog.Logger
}

// receiver builds the integrations of a receiver and puts a notifier before
// each.
func (b *builder) receiver(index int, rcv config.Receiver, list *diag.List) []notify.Integration {
	pointer := "/receivers/" + strconv.Itoa(index)
	configs := integrationConfigs(rcv)
	texts := map[string][][]scalar{}
	for _, name := range slices.Sorted(maps.Keys(configs)) {
		for i, c := range configs[name] {
			found := scalars(c)
			texts[name] = append(texts[name], found)
			for _, text := range found {
				b.src.inline(list, b.tmpl, text, pointer+"/"+name+"_configs/"+strconv.Itoa(i))
			}
		}
	}
	b.keepHeadersHome(pointer, configs, list)
	var built []notify.Integration
	err := recovered(func() (err error) {
		built, err = receiver.BuildReceiverIntegrations(rcv, b.tmpl.Template, b.log, commoncfg.WithDialContextFunc(b.conns.dial))
		return err
	})
	if err != nil {
		d := b.src.errorf(list, codeConfig, "receiver %q: %s", rcv.Name, err)
		d.Pointer = pointer
		if p, ok := b.src.find(0, func(p place) bool { return !p.key && p.pointer == pointer+"/name" }); ok {
			d.Span = b.src.span(p)
		}
		return nil
	}
	out := make([]notify.Integration, len(built))
	for i, inner := range built {
		of := texts[inner.Name()][inner.Index()]
		n := &notifier{
			inner:    inner,
			receiver: rcv.Name,
			held:     missingSecret(of, b.unresolved),
			redact:   redactor(of),
			history:  b.history,
		}
		out[i] = n.wrap()
	}
	return out
}

// inline reports what is wrong with a template that stands in the
// configuration somewhere below the pointer.
func (s *source) inline(list *diag.List, tmpl *templates, text scalar, below string) {
	if text.verbatim {
		return
	}
	v := tmpl.checkInline(text.text)
	if v.problem == "" {
		return
	}
	d := s.errorf(list, codeTemplate, "%s", v.problem)
	d.Hint, d.Pointer = v.hint, below
	// A text that is inherited or a default stands elsewhere, or nowhere.
	if p, ok := s.find(0, func(p place) bool { return !p.key && p.text == text.text && strings.HasPrefix(p.pointer, below) }); ok {
		s.at(d, p)
	}
}

// keepHeadersHome stops integrations with headers of their own from following
// redirects. prometheus/common keeps Authorization and cookies from other hosts,
// but sends http_headers, which are as secret, wherever a redirect leads.
func (b *builder) keepHeadersHome(pointer string, configs map[string][]reflect.Value, list *diag.List) {
	for _, name := range slices.Sorted(maps.Keys(configs)) {
		for i, c := range configs[name] {
			h := httpConfig(c)
			if h == nil || !h.FollowRedirects || h.HTTPHeaders == nil || len(h.HTTPHeaders.Headers) == 0 {
				continue
			}
			h.FollowRedirects = false
			d := list.Infof(codeConfig, diag.Span{File: b.src.file}, "redirects are not followed, since http_headers would go to other hosts too")
			d.Object, d.Pointer = "alertmanager", pointer+"/"+name+"_configs/"+strconv.Itoa(i)
			d.Hint = "say follow_redirects: false to agree"
		}
	}
}

// setDirectory makes the paths of credential files relative to dir, as the
// unexported resolveFilepaths of upstream's config.LoadFile does.
func setDirectory(conf *config.Config, dir string) {
	if dir == "" {
		return
	}
	conf.Global.HTTPConfig.SetDirectory(dir)
	for _, rcv := range conf.Receivers {
		for _, configs := range integrationConfigs(rcv) {
			for _, c := range configs {
				if h := httpConfig(c); h != nil {
					h.SetDirectory(dir)
				}
			}
		}
	}
}

func httpConfig(integration reflect.Value) *commoncfg.HTTPClientConfig {
	if integration.Kind() != reflect.Pointer || integration.IsNil() {
		return nil
	}
	field := integration.Elem().FieldByName("HTTPConfig")
	if !field.IsValid() {
		return nil
	}
	h, _ := reflect.TypeAssert[*commoncfg.HTTPClientConfig](field)
	return h
}

package convert

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// alertmanager offers the builders of alertmanager.libsonnet: matchers,
// routes from the leaves to the root, integrations, receivers, inhibitions and
// intervals, and then the whole.
func (c *converter) alertmanager() {
	root := at{"", c.value}
	c.library("am", "alertmanager.libsonnet", c.integrationDefaults(root.sub("receivers")))
	o := &offered{c: c}
	c.routes(o, root.sub("route"), true)
	receivers := root.sub("receivers").elems()
	for _, r := range receivers {
		o.offer(r.pointer, r.value, func() (expr, bool) { return c.receiver(r) })
	}
	for _, i := range root.sub("inhibit_rules").elems() {
		o.offer(i.pointer, i.value, func() (expr, bool) { return c.inhibition(i) })
	}
	intervals := root.sub("time_intervals").elems()
	for _, i := range intervals {
		for _, p := range i.sub("time_intervals").elems() {
			o.offer(p.pointer, p.value, func() (expr, bool) { return c.period(p) })
		}
	}
	o.settle()
	for _, i := range intervals {
		o.offer(i.pointer, i.value, func() (expr, bool) {
			rest := c.fields(i.pointer, i.value, "name", "time_intervals")
			periods := i.sub("time_intervals")
			return with(calls("am.interval", c.text(i.value.Str("name")), c.expr(periods.pointer, periods.value)), rest), periods.value.Kind == bundle.Array
		})
	}
	o.settle()
	o.offer("", c.value, func() (expr, bool) {
		spec := []string{"route", "receivers"}
		for _, key := range []string{"inhibit_rules", "time_intervals", "templates", "global"} {
			if v, ok := c.value.Get(key); ok && (len(v.Elem) > 0 || key == "templates") {
				spec = append(spec, key)
			}
		}
		known := c.fields("", c.value, without(c.value, spec...)...)
		if !c.value.Has("templates") {
			known = append(known, item{key: "templates", value: name("null")})
		}
		return with(calls("am.config", expr{form: object, items: known}), c.fields("", c.value, spec...)), true
	})
	o.settle()
}

// builders are the integrations that the library has a function for, with the
// fields that it knows.
var builders = map[string][]string{
	"slack":     {"channel", "api_url", "title", "text", "title_link", "color", "actions", "send_resolved"},
	"webhook":   {"url", "max_alerts", "timeout", "http_config", "send_resolved"},
	"email":     {"to", "from", "smarthost", "hello", "auth_username", "auth_password", "require_tls", "headers", "html", "text", "send_resolved"},
	"pagerduty": {"routing_key", "severity", "description", "client", "client_url", "class", "component", "group", "details", "send_resolved"},
}

// integrationDefaults takes back the library's defaults of those kinds of
// integrations that do not say whether they send resolved alerts.
func (c *converter) integrationDefaults(receivers at) []item {
	var kinds []string
	for _, r := range receivers.value.Elem {
		for i, key := range r.Keys {
			kind, ok := strings.CutSuffix(key, "_configs")
			silent := func(v bundle.Value) bool { return !v.Has("send_resolved") }
			if ok && builders[kind] != nil && !contains(kinds, kind) && slices.ContainsFunc(r.Elem[i].Elem, silent) {
				kinds = append(kinds, kind)
			}
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	slices.Sort(kinds)
	e := expr{form: object}
	for _, k := range kinds {
		e.items = append(e.items, item{key: k, value: expr{form: object}})
	}
	return []item{{key: "defaults+", value: e, notes: notes{head: []string{"Alertmanager's own defaults, as before."}}}}
}

// routes offers the routes of a tree, children first.
func (c *converter) routes(o *offered, r at, isRoot bool) {
	for _, child := range r.sub("routes").elems() {
		c.routes(o, child, false)
	}
	o.settle()
	o.offer(r.pointer, r.value, func() (expr, bool) {
		receiver := name("null")
		if r.value.Has("receiver") {
			receiver = c.text(r.value.Str("receiver"))
		}
		if isRoot {
			args := []expr{receiver}
			if more := c.fields(r.pointer, r.value, "receiver"); len(more) > 0 {
				args = append(args, expr{form: object, items: more})
			}
			return calls("am.route.root", args...), true
		}
		matchers := r.sub("matchers")
		if matchers.value.Kind != bundle.Array {
			return expr{}, false
		}
		args := []expr{c.matchers(matchers.value, true)}
		options := []string{"group_by", "group_wait", "group_interval", "repeat_interval", "mute_time_intervals", "active_time_intervals", "continue", "routes"}
		more := c.fields(r.pointer, r.value, without(r.value, options...)...)
		if r.value.Has("receiver") || len(more) > 0 {
			args = append(args, receiver)
		}
		if len(more) > 0 {
			args = append(args, expr{form: object, items: more})
		}
		return with(calls("am.route.match", args...), c.fields(r.pointer, r.value, append(options, "receiver", "matchers")...)), true
	})
}

var matcher = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"$`)

// matchers writes a list of matchers: as an object if that is asked for and all
// are of equality and sorted, with am.matcher where they are written as it
// writes them, else as they are.
func (c *converter) matchers(v bundle.Value, asObject bool) expr {
	list, fields := expr{form: array}, expr{form: object}
	last := ""
	for _, e := range v.Elem {
		m := matcher.FindStringSubmatch(e.Text)
		value := ""
		if m != nil {
			var err error
			if value, err = strconv.Unquote(`"` + m[3] + `"`); err != nil {
				m = nil
			}
		}
		if m == nil || e.Kind != bundle.String {
			list.items = append(list.items, item{value: c.expr("", e)})
			asObject = false
			continue
		}
		args := []expr{name(quote(m[1])), name(quote(value))}
		if m[2] != "=" {
			args = append(args, name(quote(m[2])))
		}
		list.items = append(list.items, item{value: calls("am.matcher", args...)})
		fields.items = append(fields.items, item{key: fieldName(m[1]), value: name(quote(value))})
		asObject = asObject && m[2] == "=" && m[1] > last
		last = m[1]
	}
	if asObject && len(fields.items) > 0 {
		return fields
	}
	return list
}

func (c *converter) receiver(r at) (expr, bool) {
	list := expr{form: array}
	var rest []item
	for i, key := range r.value.Keys {
		kind, isList := strings.CutSuffix(key, "_configs")
		configs := at{r.pointer + "/" + key, r.value.Elem[i]}
		switch {
		case key == "name":
		case isList && configs.value.Kind == bundle.Array && len(configs.value.Elem) > 0:
			for _, config := range configs.elems() {
				e := c.integration(kind, config)
				list.items = append(list.items, c.item("", config.pointer, e))
			}
		default:
			rest = append(rest, c.field(r.pointer, r.value, key))
		}
	}
	args := []expr{c.text(r.value.Str("name"))}
	if len(list.items) > 0 {
		args = append(args, list)
	}
	return with(calls("am.receiver", args...), rest), true
}

func (c *converter) integration(kind string, config at) expr {
	known, builds := builders[kind]
	if !builds {
		return calls("am.integration", name(quote(kind)), c.expr(config.pointer, config.value))
	}
	spec := c.fields(config.pointer, config.value, without(config.value, known...)...)
	if extra := c.fields(config.pointer, config.value, known...); len(extra) > 0 {
		spec = append(spec, item{key: "extra", value: expr{form: object, items: extra}})
	}
	required := map[string]string{"slack": "channel", "webhook": "url", "email": "to", "pagerduty": "routing_key"}[kind]
	if v, ok := config.value.Get("send_resolved"); !config.value.Has(required) || ok && v.Kind != bundle.Bool {
		return calls("am.integration", name(quote(kind)), c.expr(config.pointer, config.value))
	}
	return calls("am."+kind, expr{form: object, items: spec})
}

func (c *converter) inhibition(i at) (expr, bool) {
	spec := expr{form: object}
	for _, side := range []string{"source", "target"} {
		matchers := i.sub(side + "_matchers")
		if matchers.value.Kind != bundle.Array {
			return expr{}, false
		}
		spec.items = append(spec.items, c.item(side, matchers.pointer, c.matchers(matchers.value, false)))
	}
	if equal := i.sub("equal"); len(equal.value.Elem) > 0 {
		spec.items = append(spec.items, c.item("equal", equal.pointer, c.expr(equal.pointer, equal.value)))
	}
	return with(calls("am.inhibit", spec), c.fields(i.pointer, i.value, "source_matchers", "target_matchers", "equal")), true
}

// period is am.period(…), in which times are pairs.
func (c *converter) period(p at) (expr, bool) {
	spec := expr{form: object}
	for _, key := range p.value.Keys {
		value := p.sub(key)
		if key != "times" {
			spec.items = append(spec.items, c.field(p.pointer, p.value, key))
			continue
		}
		times := expr{form: array}
		for _, t := range value.value.Elem {
			pair := expr{form: array, items: []item{{value: c.text(t.Str("start_time"))}, {value: c.text(t.Str("end_time"))}}}
			times.items = append(times.items, item{value: pair})
		}
		spec.items = append(spec.items, c.item(key, value.pointer, times))
	}
	return calls("am.period", spec), true
}

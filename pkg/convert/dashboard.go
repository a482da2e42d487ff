package convert

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// serverFields reports, or leaves out, what Grafana's database counts.
func (c *converter) serverFields() {
	if c.kind != bundle.Dashboard {
		return
	}
	for _, key := range []string{"id", "version", "iteration"} {
		v, ok := c.value.Get(key)
		if !ok || v.Kind == bundle.Null {
			continue
		}
		if c.opts.DropServerFields {
			i := slices.Index(c.value.Keys, key)
			c.value.Keys, c.value.Elem = slices.Delete(slices.Clone(c.value.Keys), i, i+1), slices.Delete(slices.Clone(c.value.Elem), i, i+1)
			continue
		}
		e := c.diags.Infof("convert/server-field", c.doc.Origin.At("/"+key), "%s is counted by the Grafana that the dashboard comes from", key)
		e.Hint = "--drop-server-fields leaves it out"
	}
}

// dashboard puts the fields that say what a thing is before those that say how
// it looks, offers the builders of dashboards.libsonnet that make parts of a
// panel, and gives names to what stands in many panels.
func (c *converter) dashboard() {
	c.value = ordered(c.value)
	c.library("d", "dashboards.libsonnet", nil)
	o := &offered{c: c}
	c.value.Walk(func(pointer string, v bundle.Value) bool {
		part := at{pointer, v}
		switch {
		case strings.HasSuffix(pointer, "/thresholds") && v.Has("steps"):
			o.offer(pointer, v, func() (expr, bool) { return c.thresholds(part) })
			return false
		case v.Has("matcher") && v.Has("properties"):
			o.offer(pointer, v, func() (expr, bool) { return c.override(part) })
			return false
		case v.Has("type") && v.Has("options") && len(v.Keys) == 2:
			o.offer(pointer, v, func() (expr, bool) { return c.mapping(part) })
			return false
		}
		return true
	})
	o.settle()
	c.share()
}

var (
	firstOfDashboard = []string{"uid", "title", "description", "tags", "id", "version"}
	lastOfDashboard  = []string{"annotations", "templating", "panels", "rows"}
	firstOfPanel     = []string{"type", "title", "description", "id", "gridPos", "datasource", "targets"}
	lastOfPanel      = []string{"panels"}
	firstOfTarget    = []string{"refId", "datasource", "expr", "legendFormat"}
	firstOfVariable  = []string{"name", "type", "label", "datasource", "query"}
)

// ordered sorts the fields of dashboards, variables, panels and targets for a
// reader.
func ordered(v bundle.Value) bundle.Value {
	elem := make([]bundle.Value, len(v.Elem))
	for i, e := range v.Elem {
		elem[i] = ordered(e)
	}
	v.Elem = elem
	switch {
	case v.Kind != bundle.Map:
	case v.Has("title") && (v.Has("templating") || v.Has("schemaVersion") || v.Has("rows")):
		return arranged(v, firstOfDashboard, lastOfDashboard)
	case v.Has("type") && (v.Has("gridPos") || v.Has("targets")):
		return arranged(v, firstOfPanel, lastOfPanel)
	case v.Has("refId") && v.Has("expr"):
		return arranged(v, firstOfTarget, nil)
	case v.Has("name") && v.Has("type") && v.Has("query"):
		return arranged(v, firstOfVariable, nil)
	}
	return v
}

// arranged moves some keys to the beginning and some to the end.
func arranged(v bundle.Value, first, last []string) bundle.Value {
	rank := func(key string) int {
		if i := slices.Index(first, key); i >= 0 {
			return i - len(first)
		}
		return slices.Index(last, key) + 1
	}
	out := bundle.Value{Kind: bundle.Map}
	order := make([]int, len(v.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank(v.Keys[a]) - rank(v.Keys[b]) })
	for _, i := range order {
		out.Keys, out.Elem = append(out.Keys, v.Keys[i]), append(out.Elem, v.Elem[i])
	}
	return out
}

// thresholds is d.thresholds(base, [[value, colour], …]).
func (c *converter) thresholds(t at) (expr, bool) {
	steps := t.value.Array("steps")
	if len(steps) == 0 {
		return expr{}, false
	}
	args := []expr{c.text(steps[0].Str("color"))}
	list := expr{form: array}
	for _, s := range steps[1:] {
		v, _ := s.Get("value")
		if v.Kind != bundle.Number {
			return expr{}, false
		}
		pair := expr{form: array, items: []item{{value: name(v.Text)}, {value: c.text(s.Str("color"))}}}
		list.items = append(list.items, item{value: pair})
	}
	mode := t.value.Str("mode")
	if len(list.items) > 0 || mode != "absolute" {
		args = append(args, list)
	}
	if mode != "absolute" {
		args = append(args, c.text(mode))
	}
	return calls("d.thresholds", args...), true
}

// override is d.override.byName(…, {property: value}) and the like.
func (c *converter) override(v at) (expr, bool) {
	function := map[string]string{"byName": "byName", "byRegexp": "byRegexp", "byFrameRefID": "byQuery", "byType": "byType"}[v.sub("matcher").value.Str("id")]
	if function == "" {
		return expr{}, false
	}
	properties := expr{form: object}
	for _, p := range v.sub("properties").elems() {
		value := p.sub("value")
		properties.items = append(properties.items, item{key: fieldName(p.value.Str("id")), value: c.expr(value.pointer, value.value)})
	}
	keys := func(a, b item) int { return strings.Compare(a.key, b.key) }
	if slices.IsSortedFunc(properties.items, keys) && len(slices.CompactFunc(slices.Clone(properties.items), func(a, b item) bool { return a.key == b.key })) < len(properties.items) {
		return expr{}, false // a property that is set twice
	}
	return calls("d.override."+function, c.text(v.sub("matcher").value.Str("options")), properties), true
}

// mapping is d.mapping.range(…) or .special(…).
func (c *converter) mapping(v at) (expr, bool) {
	options := v.sub("options")
	result := options.sub("result")
	if result.value.Kind != bundle.Map {
		return expr{}, false
	}
	fields := expr{form: object, items: c.fields(result.pointer, result.value)}
	if i, ok := result.value.Get("index"); ok && i.Text == "0" {
		fields.items = c.fields(result.pointer, result.value, "index")
	}
	from, to, match := options.sub("from"), options.sub("to"), options.sub("match")
	switch v.value.Str("type") {
	case "range":
		return calls("d.mapping.range", c.expr(from.pointer, from.value), c.expr(to.pointer, to.value), fields), true
	case "special":
		return calls("d.mapping.special", c.expr(match.pointer, match.value), fields), true
	}
	return expr{}, false
}

// maxShared is how many values get a name at most: more of them, and a reader
// looks up more than he reads.
const maxShared = 6

// share gives names to objects that stand under one key in at least three
// places. The one that saves most is taken first; a key gives its name once.
func (c *converter) share() {
	c.shared = map[string]string{}
	var all []repeated
	for len(all) < maxShared {
		r := c.mostRepeated()
		if r.key == "" {
			break
		}
		c.shared[r.encoding] = r.key
		all = append(all, r)
	}
	// What is inside of another one is shorter, and defined before it.
	slices.SortStableFunc(all, func(a, b repeated) int { return len(a.encoding) - len(b.encoding) })
	for _, r := range all {
		delete(c.shared, r.encoding)
		c.settings = append(c.settings, item{key: r.key, value: c.expr(r.pointer, r.value)})
		c.shared[r.encoding] = r.key
	}
}

// repeated is an object that stands n times in a document, always under the
// same key, or under "" if not.
type repeated struct {
	at
	key, encoding string
	n             int
}

// sharedName is the local that stands for a value.
func (c *converter) sharedName(v bundle.Value) (string, bool) {
	if len(c.shared) == 0 {
		return "", false
	}
	local, ok := c.shared[string(encoded(v))]
	return local, ok
}

// mostRepeated finds the object without a name that is repeated most.
func (c *converter) mostRepeated() repeated {
	all := map[string]*repeated{}
	c.count(all, at{"", c.value}, "")
	best, saved := repeated{}, 0
	for encoding, r := range all {
		gain := (r.n - 1) * len(encoding)
		if r.n < often || !isIdentifier(r.key) || c.taken(r.key) || gain < saved || gain == saved && encoding > best.encoding {
			continue
		}
		best, saved = *r, gain
	}
	return best
}

// shortest is how long an object has to be to be worth a name.
const shortest = 30

func (c *converter) count(all map[string]*repeated, a at, key string) {
	if _, ok := c.better[a.pointer]; ok {
		return
	}
	if a.value.Kind == bundle.Map && len(a.value.Keys) >= 2 {
		encoding := string(encoded(a.value))
		if c.shared[encoding] != "" {
			return
		}
		r := all[encoding]
		if r == nil {
			r = &repeated{at: a, key: key, encoding: encoding}
			all[encoding] = r
		}
		if r.n++; r.key != key || len(encoding) < shortest {
			r.key = ""
		}
	}
	if a.value.Kind == bundle.Map {
		for _, k := range a.value.Keys {
			c.count(all, a.sub(k), k)
		}
		return
	}
	for _, e := range a.elems() {
		c.count(all, e, "")
	}
}

func (c *converter) taken(key string) bool {
	for _, local := range c.shared {
		if local == key {
			return true
		}
	}
	return key == "d" || key == "std"
}

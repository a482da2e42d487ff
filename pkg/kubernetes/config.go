package kubernetes

import (
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// config writes an AlertmanagerConfig. The operator merges it into a
// configuration of its own: by default it holds for alerts of its namespace
// only, and what is global stands in the Alertmanager object.
func (w *writer) config(o bundle.Object, v bundle.Value) error {
	c := converter{w: w, object: o}
	spec := map[string]bundle.Value{}
	intervals := bundle.Value{Kind: bundle.Array}
	for i, key := range v.Keys {
		e, pointer := v.Elem[i], "/"+bundle.EscapeToken(key)
		switch key {
		case "route":
			spec["route"] = c.route(pointer, e)
		case "receivers":
			spec["receivers"] = c.each(pointer, e, c.receiver)
		case "inhibit_rules":
			spec["inhibitRules"] = c.each(pointer, e, c.inhibition)
		case "time_intervals", "mute_time_intervals":
			intervals.Elem = append(intervals.Elem, c.each(pointer, e, c.interval).Elem...)
		case "templates":
			if len(e.Elem) > 0 {
				c.lost(pointer, "templates")
			}
		default:
			d := c.lost(pointer, key)
			d.Hint = "set it in the Alertmanager object or its configuration, or write a Secret: --kubernetes-alertmanager secret/NAME"
		}
	}
	if len(intervals.Elem) > 0 {
		spec["muteTimeIntervals"] = intervals
	}
	return w.add(manifest{
		folder: "alertmanager", name: w.opts.AlertmanagerConfig, apiVersion: "monitoring.coreos.com/v1alpha1", kind: "AlertmanagerConfig",
		content: map[string]bundle.Value{"spec": bundle.MapValue(spec)}, objects: []bundle.Object{o},
	})
}

// converter converts one configuration.
type converter struct {
	w      *writer
	object bundle.Object
}

func (c converter) each(pointer string, v bundle.Value, f func(string, bundle.Value) bundle.Value) bundle.Value {
	out := bundle.Value{Kind: bundle.Array}
	for i, e := range v.Elem {
		out.Elem = append(out.Elem, f(pointer+"/"+strconv.Itoa(i), e))
	}
	return out
}

// renamed converts the fields of an object by a table; what the table does not
// have is lost, and reported.
func (c converter) renamed(pointer string, v bundle.Value, table map[string]conversion) bundle.Value {
	out := map[string]bundle.Value{}
	for i, key := range v.Keys {
		at := pointer + "/" + bundle.EscapeToken(key)
		to, ok := table[key]
		if !ok {
			c.lost(at, key)
			continue
		}
		name, e, ok := to.convert(c, at, v.Elem[i])
		if ok {
			out[name] = e
		}
	}
	return bundle.MapValue(out)
}

func (c converter) route(pointer string, v bundle.Value) bundle.Value {
	table := map[string]conversion{
		"receiver": as("receiver"), "group_by": as("groupBy"), "group_wait": as("groupWait"), "group_interval": as("groupInterval"),
		"repeat_interval": as("repeatInterval"), "continue": as("continue"), "mute_time_intervals": as("muteTimeIntervals"),
		"active_time_intervals": as("activeTimeIntervals"),
		"routes": {"routes", func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
			return c.each(at, v, c.route), true
		}},
	}
	return c.withMatchers(pointer, v, table, map[string]string{"matchers": "matchers", "match": "matchers", "match_re": "matchers"})
}

func (c converter) inhibition(pointer string, v bundle.Value) bundle.Value {
	return c.withMatchers(pointer, v, map[string]conversion{"equal": as("equal")}, map[string]string{
		"source_matchers": "sourceMatch", "source_match": "sourceMatch", "source_match_re": "sourceMatch",
		"target_matchers": "targetMatch", "target_match": "targetMatch", "target_match_re": "targetMatch",
	})
}

// withMatchers converts an object with several fields that hold matchers, all
// of which have to match, into one with a list of them.
func (c converter) withMatchers(pointer string, v bundle.Value, table map[string]conversion, fields map[string]string) bundle.Value {
	rest := bundle.Value{Kind: bundle.Map}
	lists := map[string]bundle.Value{}
	for i, key := range v.Keys {
		to, ok := fields[key]
		if !ok {
			rest.Keys, rest.Elem = append(rest.Keys, key), append(rest.Elem, v.Elem[i])
			continue
		}
		list := lists[to]
		list.Kind = bundle.Array
		list.Elem = append(list.Elem, c.matchers(pointer+"/"+key, strings.HasSuffix(key, "_re"), v.Elem[i])...)
		lists[to] = list
	}
	out := c.renamed(pointer, rest, table)
	for _, to := range []string{"matchers", "sourceMatch", "targetMatch"} {
		if list, ok := lists[to]; ok {
			out = out.With(to, list)
		}
	}
	return out
}

// matchers converts name="value" and its like, or a map from name to value.
func (c converter) matchers(pointer string, regex bool, v bundle.Value) []bundle.Value {
	var out []bundle.Value
	for i, e := range v.Elem {
		if v.Kind == bundle.Map {
			operator := "="
			if regex {
				operator = "=~"
			}
			out = append(out, matcher(v.Keys[i], operator, e.Text))
			continue
		}
		parsed, ok := parseMatchers(e.Text)
		if !ok {
			c.w.lost(c.object, pointer+"/"+strconv.Itoa(i), "the matcher %s cannot be written into an AlertmanagerConfig; it is left out", e.Text)
		}
		out = append(out, parsed...)
	}
	return out
}

func matcher(name, operator, value string) bundle.Value {
	return bundle.MapValue(map[string]bundle.Value{
		"name": bundle.StringValue(name), "matchType": bundle.StringValue(operator), "value": bundle.StringValue(value),
	})
}

// interval converts a time interval. Its ranges are written in the same words.
func (c converter) interval(pointer string, v bundle.Value) bundle.Value {
	spans := func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
		return c.each(at, v, func(at string, v bundle.Value) bundle.Value {
			return c.renamed(at, v, map[string]conversion{
				"weekdays": as("weekdays"), "months": as("months"), "years": as("years"), "days_of_month": {"daysOfMonth", daysOfMonth},
				"times": {"times", func(c converter, at string, v bundle.Value) (bundle.Value, bool) {
					return c.each(at, v, func(at string, v bundle.Value) bundle.Value {
						return c.renamed(at, v, map[string]conversion{"start_time": as("startTime"), "end_time": as("endTime")})
					}), true
				}},
			})
		}), true
	}
	return c.renamed(pointer, v, map[string]conversion{"name": as("name"), "time_intervals": {"timeIntervals", spans}})
}

// daysOfMonth makes {start, end} of "1:5" and "-1".
func daysOfMonth(c converter, at string, v bundle.Value) (bundle.Value, bool) {
	return c.each(at, v, func(_ string, v bundle.Value) bundle.Value {
		from, to, ok := strings.Cut(v.Text, ":")
		if !ok {
			to = from
		}
		return bundle.MapValue(map[string]bundle.Value{"start": number(from), "end": number(to)})
	}), true
}

func number(text string) bundle.Value {
	return bundle.Value{Kind: bundle.Number, Text: strings.TrimSpace(text)}
}

func (c converter) receiver(pointer string, v bundle.Value) bundle.Value {
	out := map[string]bundle.Value{}
	for i, key := range v.Keys {
		at := pointer + "/" + bundle.EscapeToken(key)
		kind, isList := strings.CutSuffix(key, "_configs")
		switch table, ok := integrations()[kind]; {
		case key == "name":
			out["name"] = v.Elem[i]
		case !isList || !ok:
			c.lost(at, key)
		default:
			out[kind+"Configs"] = c.each(at, v.Elem[i], func(at string, v bundle.Value) bundle.Value {
				return c.renamed(at, v, table)
			})
		}
	}
	return bundle.MapValue(out)
}

var operators = []string{"=~", "!~", "!=", "="}

// parseMatchers reads what stands in a list of matchers: one, or several with
// commas between and braces around. The value is in quotes or bare.
func parseMatchers(text string) ([]bundle.Value, bool) {
	text = strings.TrimSpace(text)
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	var out []bundle.Value
	for rest := strings.TrimSpace(text); rest != ""; {
		at := strings.IndexAny(rest, "=!")
		if at <= 0 {
			return out, false
		}
		name := strings.TrimSpace(rest[:at])
		if unquoted, err := strconv.Unquote(name); err == nil {
			name = unquoted
		}
		i := slices.IndexFunc(operators, func(op string) bool { return strings.HasPrefix(rest[at:], op) })
		if i < 0 {
			return out, false
		}
		rest = strings.TrimLeft(rest[at+len(operators[i]):], " ")
		var value string
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return out, false
			}
			if value, err = strconv.Unquote(quoted); err != nil {
				return out, false
			}
			rest = rest[len(quoted):]
		} else {
			value, _, _ = strings.Cut(rest, ",")
			rest = rest[len(value):]
			value = strings.TrimSpace(value)
		}
		out = append(out, matcher(name, operators[i], value))
		rest = strings.TrimSpace(rest)
		if rest != "" && !strings.HasPrefix(rest, ",") {
			return out, false
		}
		rest = strings.TrimSpace(strings.TrimPrefix(rest, ","))
	}
	return out, true
}

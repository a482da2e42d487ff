package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/project"
)

// configure returns the transform that merges a mixin's settings over it. Its
// result has beside the value what checkConfiguration looks at: the names that
// the mixin has for settings, null where it has no _config.
func configure(m *project.Mixin) string {
	over := overlay(m.Root)
	if hasFields(m.Config) {
		over = fmt.Sprintf("(%s) + { _config+:: %s }", over, overlay(m.Config))
	}
	return fmt.Sprintf(`
local take = (%s);
function(v) {
  value: take(if std.isObject(v) then v + (%s) else v),
  root: if std.isObject(v) then std.objectFieldsAll(v) else [],
  config: if std.isObject(v) && std.objectHasAll(v, '_config') then std.objectFieldsAll(v._config),
}`, revealing(unhide), over)
}

// hasFields reports whether there are settings.
func hasFields(settings []byte) bool { return len(settings) > 0 && string(settings) != "{}" }

// overlay returns Jsonnet code for an object that is merged over another one
// field by field. Fields stay hidden where they are.
func overlay(settings []byte) string {
	v, err := bundle.DecodeJSON(settings)
	if err != nil { // the loader made it
		return "{}"
	}
	return overlayValue(v)
}

func overlayValue(v bundle.Value) string {
	var b strings.Builder
	b.WriteString("{")
	for i, key := range v.Keys {
		name := literal(bundle.StringValue(key))
		value := literal(v.Elem[i])
		if v.Elem[i].Kind == bundle.Map {
			value = fmt.Sprintf("if %s in super && std.isObject(super[%s]) then super[%s] + %s else %s", name, name, name, overlayValue(v.Elem[i]), value)
		}
		fmt.Fprintf(&b, " [%s]: %s,", name, value)
	}
	b.WriteString(" }")
	return b.String()
}

// literal writes a value as Jsonnet, of which JSON is a part.
func literal(v bundle.Value) string {
	text, err := bundle.JSON(v)
	if err != nil { // only what is not valid UTF-8 has none
		return "null"
	}
	return string(text)
}

// checkConfiguration reports settings that the mixin does not have, which
// would be lost in silence.
func (r *renderer) checkConfiguration(result bundle.Value) {
	m := r.job.mixin
	check := func(settings []byte, pointer, what string, has bundle.Value) {
		v, err := bundle.DecodeJSON(settings)
		if err != nil {
			return
		}
		var known []string
		for _, e := range has.Elem {
			known = append(known, e.Text)
		}
		for _, key := range v.Keys {
			at := m.Pointer + pointer + "/" + bundle.EscapeToken(key)
			a := r.adjust
			a.uses[at] = &use{what: what, words: []string{key}, known: map[string]bool{}}
			a.saw(at, slices.Contains(known, key), known...)
		}
	}
	config, _ := result.Get("config")
	root, _ := result.Get("root")
	if hasFields(m.Config) && config.Kind == bundle.Null {
		r.adjust.uses[m.Pointer+"/config"] = &use{message: "the mixin has no _config", hint: "it may be configured by fields of its own: write root, not config"}
	} else {
		check(m.Config, "/config", "no field of the mixin's _config", config)
	}
	check(m.Root, "/root", "no field of the mixin", root)
}

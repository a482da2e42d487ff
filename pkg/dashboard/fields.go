package dashboard

import (
	"reflect"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
)

// panelFieldsAt returns the names of the fields that exist at a place within
// a panel, sorted; none where the SDK has no type for it.
func panelFieldsAt(panelType, queryType, path string) []string {
	registerVariants()
	tokens := strings.Split(path, "/")[1:]
	config, known := cog.ConfigForPanelcfgVariant(panelType)
	var root any = sdkPanel{}
	switch {
	case len(tokens) > 0 && tokens[0] == "options":
		if !known || config.OptionsUnmarshaler == nil {
			return nil
		}
		root, _ = config.OptionsUnmarshaler([]byte("{}"))
		tokens = tokens[1:]
	case strings.HasPrefix(path, "/fieldConfig/defaults/custom"):
		if !known || config.FieldConfigUnmarshaler == nil {
			return nil
		}
		root, _ = config.FieldConfigUnmarshaler([]byte("{}"))
		tokens = tokens[3:]
	case len(tokens) > 1 && tokens[0] == "targets":
		root, _ = cog.UnmarshalDataquery([]byte("{}"), queryType)
		tokens = tokens[2:]
	}
	return jsonFieldsAt(reflect.TypeOf(root), tokens)
}

// jsonFieldsAt follows a path from a type and returns the fields there.
func jsonFieldsAt(t reflect.Type, tokens []string) []string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		if len(tokens) > 0 {
			return jsonFieldsAt(t.Elem(), tokens[1:])
		}
	case reflect.Struct:
		var names []string
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if len(tokens) > 0 && name == tokens[0] {
				return jsonFieldsAt(f.Type, tokens[1:])
			}
			if name != "" && name != "-" {
				names = append(names, name)
			}
		}
		if len(tokens) == 0 {
			slices.Sort(names)
			return names
		}
	}
	return nil
}

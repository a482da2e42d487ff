package verdict

import (
	"fmt"
	"reflect"
	"strings"
)

// plain takes the noise out of an upstream message: chains of "failed to",
// library prefixes, a final full stop.
func plain(message string) string {
	message = strings.TrimPrefix(message, "yaml: ")
	for _, noise := range []string{"failed to ", "error while ", "unable to ", "cannot unmarshal config: "} {
		message = strings.TrimPrefix(message, noise)
	}
	message = strings.ReplaceAll(message, ": failed to ", ": ")
	return strings.TrimSuffix(strings.TrimSpace(message), ".")
}

// yamlKind says what a scalar or collection of a YAML tag is.
func yamlKind(tag, text string) string {
	name, ok := map[string]string{
		"str": "the string", "int": "the number", "float": "the number", "bool": "the boolean",
		"seq": "an array", "map": "an object", "null": "null", "timestamp": "the date", "binary": "binary data",
	}[tag]
	switch {
	case !ok:
		return "a value of type " + tag
	case text == "" || !strings.HasPrefix(name, "the "):
		if rest, cut := strings.CutPrefix(name, "the "); cut {
			return "a " + rest
		}
		return name
	case tag == "str":
		return fmt.Sprintf("%s %q", name, text)
	default:
		return name + " " + text
	}
}

// goKind names what decodes into a Go type: the one that the message says or,
// where its name tells a reader nothing, the declared one.
func goKind(name string, declared reflect.Type) string {
	switch {
	case strings.HasPrefix(name, "[]string"):
		return "an array of strings"
	case strings.HasPrefix(name, "["):
		return "an array"
	case strings.HasPrefix(name, "map["):
		return "an object"
	}
	switch name {
	case "string", "config.Secret":
		return "a string"
	case "bool":
		return "true or false"
	case "int", "int64", "int32", "uint", "uint64", "uint32":
		return "an integer"
	case "float64", "float32":
		return "a number"
	}
	if declared != nil {
		switch declared.Kind() {
		case reflect.String:
			return "a string"
		case reflect.Slice, reflect.Array:
			return "an array"
		case reflect.Bool:
			return "true or false"
		default:
		}
	}
	// What is left are structs.
	return "an object"
}

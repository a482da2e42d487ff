package jsonnet

import "github.com/monctl/monctl/pkg/jsonnet/syntax"

// Parses reports whether a text is Jsonnet, as JSON is, too.
func Parses(text []byte) bool {
	_, err := syntax.Parse("text", "text", string(text))
	return err == nil
}

package dashboard

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/monctl/monctl/pkg/bundle"
)

// registerVariants fills the SDK's own table of panel and query types, which
// is a package variable there (cog/runtime.go), unlocked and empty at first.
var registerVariants = sync.OnceFunc(plugins.RegisterDefaultPlugins)

// problem is one answer of the SDK's decoder.
type problem struct {
	// path is relative to what was decoded, in JSON Pointer form.
	path string
	// unknown is the name of a field that nothing reads, or "".
	unknown string
	// variant is a field and its value that no alternative of the SDK's types
	// has: type = sum.
	variant string
	// found and want name the types of a value that does not fit; both are
	// empty if the decoder could not say.
	found, want string
	err         error
}

// decodeStrict returns what the SDK's strict decoder finds in a part of a
// dashboard. Missing fields are left out: Grafana has a default for each.
func decodeStrict(v bundle.Value, into interface{ UnmarshalJSONStrict([]byte) error }) ([]problem, error) {
	registerVariants()
	raw, err := encodeJSON(v)
	if err != nil {
		return nil, err
	}
	return problems(into.UnmarshalJSONStrict(raw)), nil
}

// decodePlain returns what the decoder that fills the typed dashboard finds.
func decodePlain(v bundle.Value, into any) ([]problem, error) {
	registerVariants()
	raw, err := encodeJSON(v)
	if err != nil {
		return nil, err
	}
	return problems(json.Unmarshal(raw, into)), nil
}

// encodeJSON encodes a value; a scalar that only YAML can say is a string.
func encodeJSON(v bundle.Value) ([]byte, error) {
	v, err := v.MapScalars(func(_ string, s bundle.Value) (bundle.Value, error) {
		return bundle.StringValue(s.Text), nil
	})
	if err != nil {
		return nil, err
	}
	return bundle.JSON(v)
}

var (
	unexpectedField = regexp.MustCompile(`unexpected field '(.*)'$`)
	wrongType       = regexp.MustCompile(`json: cannot unmarshal (\S+)(?: \S+)? into Go (?:value|struct field \S+) of type (\S+)`)
	unknownVariant  = regexp.MustCompile("could not unmarshal resource with `(.*)`$")
	pathIndex       = regexp.MustCompile(`\[([^\]]*)\]`)
)

// missingVariant is said where the field is missing that tells alternatives
// apart. Each data source has a default for it, as for any missing field.
var missingVariant = regexp.MustCompile(`discriminator field '\w+' not found in payload$`)

func problems(err error) []problem {
	if err == nil {
		return nil
	}
	var many cog.BuildErrors
	if !errors.As(err, &many) {
		many = cog.BuildErrors{{Message: err.Error()}}
	}
	var out []problem
	for _, e := range many {
		if strings.Contains(e.Message, "required field is") || missingVariant.MatchString(e.Message) {
			continue
		}
		p := problem{path: pointerOf(e.Path), err: e}
		if m := unexpectedField.FindStringSubmatch(e.Message); m != nil {
			// The last part of the path is the name of the Go type.
			p.unknown = m[1]
			p.path = p.path[:max(strings.LastIndexByte(p.path, '/'), 0)]
		} else if m := unknownVariant.FindStringSubmatch(e.Message); m != nil {
			p.variant = m[1]
		} else if m := wrongType.FindStringSubmatch(e.Message); m != nil {
			p.found, p.want = m[1], m[2]
		}
		out = append(out, p)
	}
	return out
}

// pointerOf converts "panels[3].options.x" to "/panels/3/options/x".
func pointerOf(path string) string {
	path = pathIndex.ReplaceAllString(path, ".$1")
	var b strings.Builder
	for token := range strings.SplitSeq(path, ".") {
		if token != "" {
			b.WriteString("/" + bundle.EscapeToken(token))
		}
	}
	return b.String()
}

// The parts of a dashboard that are decoded one at a time.
type (
	sdkDashboard  = dashboard.Dashboard
	sdkPanel      = dashboard.Panel
	sdkVariable   = dashboard.VariableModel
	sdkAnnotation = dashboard.AnnotationQuery
)

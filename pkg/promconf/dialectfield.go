package promconf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
)

// fieldType is what a dialect's own field holds.
type fieldType uint8

const (
	text fieldType = iota
	texts
	boolean
	// integer is a whole number, number one that is not negative.
	integer
	number
	duration
	// vmDuration is one as VictoriaMetrics reads it: 1.5h, 90, -1m.
	vmDuration
	// remoteWrites are maps with a url.
	remoteWrites
	// parameters are lists of texts by name.
	parameters
	// headers are texts such as "name: value".
	headers
	partialResponse
	engine
)

// complain says what is wrong with the value of a field, "" if nothing is.
func (t fieldType) complain(v bundle.Value) string {
	if v.Kind == bundle.Null {
		return ""
	}
	ok, want := t.judge(v)
	if ok {
		return ""
	}
	return "must be " + want
}

func (t fieldType) judge(v bundle.Value) (ok bool, want string) {
	switch t {
	case text:
		return isText(v), "a string"
	case texts:
		return isList(v, isText), "a list of strings"
	case boolean:
		return isBool(v), "true or false"
	case integer, number:
		n, err := strconv.ParseInt(v.Text, 0, 64)
		if t == integer {
			return isText(v) && err == nil, "a whole number"
		}
		return isText(v) && err == nil && n >= 0, "a whole number that is not negative"
	case duration:
		_, err := model.ParseDuration(v.Text)
		return isText(v) && err == nil, "a duration, such as 1m30s"
	case vmDuration:
		_, err := metricsql.DurationValue(v.Text, 0)
		return isText(v) && err == nil, "a duration, such as 1m30s"
	case remoteWrites:
		return isList(v, func(e bundle.Value) bool { return e.Kind == bundle.Map }), "a list of maps with a url"
	case parameters:
		return v.Kind == bundle.Map && !slices.ContainsFunc(v.Elem, func(e bundle.Value) bool { return !isList(e, isText) }), "a map of lists of strings"
	case headers:
		return isList(v, func(e bundle.Value) bool { return isText(e) && (e.Text == "" || strings.Contains(e.Text, ":")) }), `a list of texts such as "name: value"`
	case partialResponse:
		return isOneOf(v, strings.ToLower(v.Text), "", "warn", "abort"), "warn or abort"
	case engine:
		return isOneOf(v, v.Text, "prometheus", "graphite", "vlogs"), "prometheus, graphite or vlogs"
	}
	return true, ""
}

// isText reports whether a scalar decodes into a string.
func isText(v bundle.Value) bool {
	return v.Kind == bundle.String || v.Kind == bundle.Number || v.Kind == bundle.Bool
}

// isBool reports whether a scalar decodes into a boolean: YAML 1.1's words do
// where they are not quoted.
func isBool(v bundle.Value) bool {
	return v.Kind == bundle.Bool || v.Src != "" && isOneOf(v, strings.ToLower(v.Src), "y", "yes", "on", "n", "no", "off", "true", "false")
}

func isList(v bundle.Value, of func(bundle.Value) bool) bool {
	return v.Kind == bundle.Array && !slices.ContainsFunc(v.Elem, func(e bundle.Value) bool { return e.Kind != bundle.Null && !of(e) })
}

func isOneOf(v bundle.Value, text string, words ...string) bool {
	return isText(v) && slices.Contains(words, text)
}

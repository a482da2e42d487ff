package am

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/prometheus/alertmanager/config"
	amcommoncfg "github.com/prometheus/alertmanager/config/common"

	"github.com/monctl/monctl/pkg/bundle"
)

// scalar is a text in a configuration, as it is after upstream has filled in
// defaults and what is inherited from `global`.
type scalar struct {
	text string
	// secret: never to be shown.
	secret bool
	// verbatim: surely not a template, being part of the HTTP or TLS settings
	// or a secret that upstream does not expand.
	verbatim bool
}

// integrationConfigs returns the configurations of a receiver by integration
// type, in their order: "webhook" for webhook_configs. The names are those by
// which upstream's BuildReceiverIntegrations calls what it builds.
func integrationConfigs(r config.Receiver) map[string][]reflect.Value {
	out := map[string][]reflect.Value{}
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		name, ok := strings.CutSuffix(tag, "_configs")
		if !ok || v.Field(i).Kind() != reflect.Slice {
			continue
		}
		for j := range v.Field(i).Len() {
			out[name] = append(out[name], v.Field(i).Index(j))
		}
	}
	return out
}

var (
	typeSecret         = reflect.TypeFor[commoncfg.Secret]()
	typeTemplateURL    = reflect.TypeFor[config.SecretTemplateURL]()
	typeAnyTemplateURL = reflect.TypeFor[amcommoncfg.SecretTemplateURL]()
	typeSecretURL      = reflect.TypeFor[amcommoncfg.SecretURL]()
	typeURL            = reflect.TypeFor[url.URL]()
	typeHostPort       = reflect.TypeFor[config.HostPort]()
	typeHTTP           = reflect.TypeFor[commoncfg.HTTPClientConfig]()
	typeTLS            = reflect.TypeFor[commoncfg.TLSConfig]()
)

// scalars collects the texts below v, in the order of fields and sorted keys.
func scalars(v reflect.Value) []scalar {
	var out []scalar
	collect(v, scalar{}, &out)
	return out
}

// collect passes on in at what is known about the texts below v.
func collect(v reflect.Value, at scalar, out *[]scalar) {
	if !v.IsValid() {
		return
	}
	switch v.Type() {
	case typeSecret:
		at.secret, at.verbatim = true, true
	case typeTemplateURL, typeAnyTemplateURL, typeSecretURL:
		at.secret = true
	case typeHTTP, typeTLS:
		at.verbatim = true
	case typeURL:
		collectURL(v.Interface().(url.URL), at, out)
		return
	case typeHostPort:
		at.text = v.Interface().(config.HostPort).String()
		*out = append(*out, at)
		return
	}
	switch v.Kind() {
	case reflect.String:
		if at.text = v.String(); at.text != "" {
			*out = append(*out, at)
		}
	case reflect.Pointer, reflect.Interface:
		collect(v.Elem(), at, out)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				collect(v.Field(i), at, out)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			collect(v.Index(i), at, out)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(keyText(a), keyText(b)) })
		for _, k := range keys {
			collect(v.MapIndex(k), at, out)
		}
	default: // Numbers and booleans hold no text.
	}
}

func keyText(k reflect.Value) string {
	if k.Kind() == reflect.Interface {
		k = k.Elem()
	}
	return k.String()
}

func collectURL(u url.URL, at scalar, out *[]scalar) {
	if at.text = u.String(); at.text != "" {
		*out = append(*out, at)
	}
	if password, ok := u.User.Password(); ok && password != "" {
		*out = append(*out, scalar{text: password, secret: true, verbatim: true})
	}
}

// missingSecret returns the first secret whose placeholder still stands in the
// texts, "" if there is none. A placeholder that nobody declared unresolved
// counts too: what it stands for is no better known.
func missingSecret(texts []scalar, unresolved []string) string {
	prefix := bundle.SecretRef("").Placeholder()
	for _, s := range texts {
		name, ok := strings.CutPrefix(s.text, prefix)
		if !ok {
			continue
		}
		if slices.Contains(unresolved, name) {
			return name
		}
		// Some integrations append a slash to their URL.
		if ref, err := bundle.ParseSecretRef(strings.TrimSuffix(name, "/")); err == nil {
			return string(ref)
		}
	}
	return ""
}

// minRedacted is the length below which a secret is too likely to be part of
// an ordinary word for its removal from a text to leave anything readable.
const minRedacted = 4

// redactor returns what replaces the secrets among the texts.
func redactor(texts []scalar) *strings.Replacer {
	var secrets []string
	for _, s := range texts {
		if s.secret && len(s.text) >= minRedacted {
			secrets = append(secrets, s.text, url.QueryEscape(s.text), url.PathEscape(s.text))
			secrets = append(secrets, pathOf(s.text)...)
		}
	}
	// The longest first: one may be part of another.
	slices.SortFunc(secrets, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, s := range slices.Compact(secrets) {
		pairs = append(pairs, s, "<redacted>")
	}
	return strings.NewReplacer(pairs...)
}

// pathOf returns the part of a secret URL that makes it secret, which errors
// and answers may show alone.
func pathOf(text string) []string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil
	}
	var out []string
	for _, part := range []string{u.RequestURI(), u.EscapedPath(), u.RawQuery} {
		if len(part) >= 2*minRedacted {
			out = append(out, part)
		}
	}
	return out
}

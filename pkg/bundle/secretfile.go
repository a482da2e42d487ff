package bundle

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// SecretFiles returns the bundle with the file beside every secret's field in
// the place of its placeholder: Alertmanager and Prometheus read the secret of
// api_url from the file that api_url_file names. The file of a secret is called
// as the secret is, below dir. Where a field has no such sibling there is an
// error ("secret/no-file"), and the placeholder stays.
func (b *Bundle) SecretFiles(dir string) (*Bundle, diag.List, error) {
	var diags diag.List
	out := b
	for _, o := range b.objs {
		if o.Ref.Kind.IsRaw() {
			continue
		}
		v, err := o.Value()
		if err != nil {
			return nil, nil, err
		}
		w := secretFiles{object: o, dir: dir, diags: &diags}
		replaced := w.value("", "", v)
		if !w.changed {
			continue
		}
		changed, err := o.withValue(replaced, func(p string) string { return strings.TrimSuffix(p, fileSuffix) })
		if err != nil {
			return nil, nil, err
		}
		out = out.Replace(changed)
	}
	return out, diags, nil
}

// withValue returns the object with another value. Pointers of the new one
// lead to the old one's origins by way of back.
func (o Object) withValue(v Value, back func(pointer string) string) (Object, error) {
	changed, err := NewObject(o.Ref, v, MapOrigin(o.Origin, back))
	changed.Labels, changed.Entry = o.Labels, o.Entry
	return changed, err
}

const fileSuffix = "_file"

// secretFiles walks one object.
type secretFiles struct {
	object  Object
	dir     string
	diags   *diag.List
	changed bool
}

// value rewrites what stands under a field at a pointer.
func (w *secretFiles) value(pointer, field string, v Value) Value {
	if _, ok := secretOf(v); ok {
		w.missing(pointer, v)
		return v
	}
	out := v
	out.Elem = slices.Clone(v.Elem)
	for i, e := range v.Elem {
		if v.Kind == Array {
			out.Elem[i] = w.value(pointer+"/"+strconv.Itoa(i), field, e)
			continue
		}
		key := v.Keys[i]
		s, ok := secretOf(e)
		if !ok || !w.hasFile(field, key) {
			out.Elem[i] = w.value(pointer+"/"+EscapeToken(key), key, e)
			continue
		}
		if !w.changed || &out.Keys[0] == &v.Keys[0] {
			out.Keys = slices.Clone(v.Keys)
		}
		w.changed = true
		out.Keys[i] = key + fileSuffix
		out.Elem[i] = StringValue(path.Join(w.dir, string(s)))
	}
	return out
}

func (w *secretFiles) missing(pointer string, v Value) {
	s, _ := secretOf(v)
	d := w.diags.Errorf("secret/no-file", w.object.Origin.At(pointer), "the secret %q stands in a field that has no sibling for a file", string(s))
	d.Object, d.Pointer = w.object.Ref.String(), pointer
	d.Hint = "deploy to a server that resolves it, or use a field that can be read from a file"
}

// hasFile reports whether the field of a section can be read from a file.
func (w *secretFiles) hasFile(section, field string) bool {
	if field == "bearer_token" || slices.Contains(clientFiles()[section], field) {
		return true
	}
	return w.object.Ref.Kind == Alertmanager && slices.Contains(alertmanagerFiles()[section], field)
}

// clientFiles are the fields of the HTTP clients of both programs that have a
// sibling with the suffix _file, by section. (prometheus/common, config.)
func clientFiles() map[string][]string {
	return map[string][]string{
		"basic_auth":    {"username", "password"},
		"authorization": {"credentials"},
		"oauth2":        {"client_secret", "client_certificate_key"},
		"tls_config":    {"ca", "cert", "key"},
	}
}

// alertmanagerFiles are such fields of Alertmanager's own sections.
func alertmanagerFiles() map[string][]string {
	return map[string][]string{
		"global": {
			"mattermost_webhook_url", "opsgenie_api_key", "rocketchat_token", "rocketchat_token_id", "slack_api_url", "slack_app_token",
			"smtp_auth_password", "smtp_auth_secret", "telegram_bot_token", "victorops_api_key", "wechat_api_secret",
		},
		"smtp_tls_config":    {"ca", "cert", "key"},
		"discord_configs":    {"webhook_url"},
		"email_configs":      {"auth_password", "auth_secret"},
		"incidentio_configs": {"alert_source_token", "url"},
		"mattermost_configs": {"webhook_url"},
		"msteams_configs":    {"webhook_url"},
		"msteamsv2_configs":  {"webhook_url"},
		"opsgenie_configs":   {"api_key"},
		"pagerduty_configs":  {"routing_key", "service_key"},
		"pushover_configs":   {"token", "user_key"},
		"rocketchat_configs": {"token", "token_id"},
		"slack_configs":      {"api_url", "app_token"},
		"telegram_configs":   {"bot_token", "chat_id"},
		"victorops_configs":  {"api_key"},
		"webhook_configs":    {"url"},
		"wechat_configs":     {"api_secret"},
	}
}

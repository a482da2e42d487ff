package convert

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// secretKeys are the fields whose type in Alertmanager's and Prometheus'
// configuration is a secret, wherever they stand.
var secretKeys = map[string]bool{
	"api_key": true, "api_secret": true, "app_token": true, "auth_password": true, "auth_secret": true, "bearer_token": true,
	"bot_token": true, "client_secret": true, "credentials": true, "opsgenie_api_key": true, "password": true, "rocketchat_token": true,
	"rocketchat_token_id": true, "secret_key": true, "service_key": true, "slack_api_url": true, "slack_app_token": true,
	"smtp_auth_password": true, "smtp_auth_secret": true, "telegram_bot_token": true, "token": true, "token_id": true, "user_key": true,
	"victorops_api_key": true, "webhook_url": true, "wechat_api_secret": true,
}

// secretFields are fields that are a secret below one other field only.
var secretFields = map[string]bool{
	"slack_configs/api_url": true, "pagerduty_configs/routing_key": true, "tls_config/key": true, "discord_configs/webhook_url": true,
}

// isSecret reports whether the scalar at a path holds a secret and not a name,
// a variable of another tool or nothing.
func isSecret(path []string, text string) bool {
	if text == "" || strings.HasPrefix(text, "<") || strings.HasPrefix(text, "$") || strings.HasPrefix(text, "{{") {
		return false
	}
	if _, ok := secretName(text); ok {
		return false
	}
	keys := slices.DeleteFunc(slices.Clone(path), func(s string) bool { _, err := strconv.Atoi(s); return err == nil })
	last := keys[len(keys)-1]
	if secretKeys[last] || len(keys) > 1 && secretFields[keys[len(keys)-2]+"/"+last] {
		return true
	}
	if !strings.HasSuffix(last, "url") {
		return false
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

// secretName returns the name of the secret that a placeholder stands for.
func secretName(text string) (string, bool) {
	name, ok := strings.CutPrefix(text, bundle.SecretRef("").Placeholder())
	if !ok {
		return "", false
	}
	_, err := bundle.ParseSecretRef(name)
	return name, err == nil
}

// findSecrets reports the secrets of a configuration, and puts placeholders in
// their place if that is asked for. One value is one secret.
func (c *converter) findSecrets() {
	if c.kind != bundle.Alertmanager && c.kind != bundle.Prometheus {
		return
	}
	names := map[string]bundle.SecretRef{} // by value
	c.value = c.mapValue("", c.value, func(pointer string, v bundle.Value) bundle.Value {
		path := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
		if v.Kind != bundle.String || !isSecret(path, v.Text) {
			return v
		}
		span := c.doc.Origin.At(pointer)
		c.masked = append(c.masked, span)
		field := path[len(path)-1]
		if !c.opts.ExtractSecrets {
			w := c.diags.Warnf("convert/secret", span, "the secret in %s stands in the file, and will stand in the converted one", field)
			w.Hint = "--extract-secrets puts a placeholder in its place; what stood in Git is best replaced by a new one"
			return v
		}
		ref, ok := names[v.Text]
		if !ok {
			ref = c.secretRef(path)
			names[v.Text] = ref
			c.secrets = append(c.secrets, ref)
			c.hideInNotes(v.Text)
		}
		w := c.diags.Warnf("convert/secret", span, "the secret in %s is called %s now, and needs a value", field, ref)
		w.Hint = "set " + c.opts.SecretVariable(string(ref)) + ", or put it into the file " + string(ref) + " of the secrets directory; what stood in Git is best replaced by a new one"
		return bundle.StringValue(ref.Placeholder())
	})
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// secretRef names a secret after the receiver or job that uses it and the field.
func (c *converter) secretRef(path []string) bundle.SecretRef {
	owner := path[0]
	if len(path) > 2 && (owner == "receivers" || owner == "scrape_configs") {
		v, _ := c.value.Lookup("/" + path[0] + "/" + path[1])
		if owner = v.Str("name") + v.Str("job_name"); owner == "" {
			owner = path[1]
		}
	}
	field := path[len(path)-1]
	for _, p := range path {
		if kind, ok := strings.CutSuffix(p, "_configs"); ok && path[0] == "receivers" {
			field = kind + "-" + field
		}
	}
	clean := func(s string) string {
		return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(s), "-"), "-._")
	}
	base := clean(owner) + "/" + clean(field)
	ref := bundle.SecretRef(strings.Trim(base, "/"))
	for n := 2; slices.Contains(c.secrets, ref); n++ {
		ref = bundle.SecretRef(fmt.Sprintf("%s-%d", base, n))
	}
	return ref
}

// hideInNotes takes a secret out of the comments, too.
func (c *converter) hideInNotes(secret string) {
	if c.comments == nil || len(secret) < 4 {
		return
	}
	for p, n := range c.comments.at {
		for _, lines := range [][]string{n.head, n.foot} {
			for i := range lines {
				lines[i] = strings.ReplaceAll(lines[i], secret, "…")
			}
		}
		n.line = strings.ReplaceAll(n.line, secret, "…")
		c.comments.at[p] = n
	}
}

// mask blackens what stands at the spans, from there to the end of the line and
// in the lines that are indented more deeply.
func mask(data []byte, spans []diag.Span) []byte {
	lines := strings.Split(string(data), "\n")
	depth := func(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
	for _, span := range spans {
		at := span.Start.Line - 1
		if at < 0 || at >= len(lines) {
			continue
		}
		line := []rune(lines[at])
		from := min(max(span.Start.Column-1, 0), len(line))
		own := depth(lines[at])
		lines[at] = string(line[:from]) + strings.Repeat("*", len(line)-from)
		for i := at + 1; i < len(lines) && (depth(lines[i]) > own || strings.TrimSpace(lines[i]) == "") && !strings.Contains(lines[i], ": "); i++ {
			lines[i] = strings.Repeat("*", len([]rune(lines[i])))
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

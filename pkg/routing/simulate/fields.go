package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/discord"
	"github.com/prometheus/alertmanager/notify/incidentio"
	"github.com/prometheus/alertmanager/notify/jira"
	"github.com/prometheus/alertmanager/notify/mattermost"
	"github.com/prometheus/alertmanager/notify/msteams"
	"github.com/prometheus/alertmanager/notify/msteamsv2"
	"github.com/prometheus/alertmanager/notify/opsgenie"
	"github.com/prometheus/alertmanager/notify/pagerduty"
	"github.com/prometheus/alertmanager/notify/telegram"
	"github.com/prometheus/alertmanager/notify/webhook"
	"github.com/prometheus/alertmanager/template"
)

// writer renders the fields of one integration.
type writer struct {
	tmpl     *template.Template
	sent     NotifiedIntegration
	groupKey string
	pointer  string
	data     func([]NotifiedAlert) *template.Data
	shown    *template.Data // of all alerts
	out      Rendered
}

// text renders a field as text, and returns it.
func (w *writer) text(name, text string) string {
	return w.exec(name, text, w.tmpl.ExecuteTextString)
}

// html renders a field as HTML, and returns it.
func (w *writer) html(name, text string) string {
	return w.exec(name, text, w.tmpl.ExecuteHTMLString)
}

func (w *writer) exec(name, text string, execute func(string, any) (string, error)) string {
	value, err := guarded(func() (string, error) { return execute(text, w.shown) })
	if err != nil {
		w.fail(name, err)
		value = ""
	}
	w.out.Fields[name] = value
	return value
}

// guarded turns a panic into an error: text/template passes on those that are
// errors of the run time.
func guarded[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the template crashes: %v", p)
		}
	}()
	return f()
}

// short renders a field as text and cuts it after so many characters, as
// upstream does.
func (w *writer) short(name, text string, runes int) {
	w.out.Fields[name], _ = notify.TruncateInRunes(w.text(name, text), runes)
}

// plain is a field that upstream does not render.
func (w *writer) plain(name, value string) { w.out.Fields[name] = value }

// texts renders the entries of a map, "details/firing".
func (w *writer) texts(name string, m map[string]string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(name+"/"+k, m[k])
	}
}

// values renders the entries of a map of any values, text in them as upstream
// does: as YAML, if it is YAML.
func (w *writer) values(name string, m map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.value(name+"/"+k, m[k])
	}
}

// value renders a value: text as it is, other values as JSON.
func (w *writer) value(name string, v any) {
	w.out.Fields[name] = ""
	v, err := guarded(func() (any, error) {
		return template.DeepCopyWithTemplate(v, func(text string) (string, error) {
			return w.tmpl.ExecuteTextString(text, w.shown)
		})
	})
	if err != nil {
		w.fail(name, err)
		return
	}
	if s, ok := v.(string); ok {
		w.out.Fields[name] = s
		return
	}
	w.json(name, v)
}

func (w *writer) json(name string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		w.fail(name, err)
		return
	}
	w.out.Fields[name] = string(body)
}

// inline is the beginning of an error of text/template in an inline template,
// which has no name, with the line.
var inline = regexp.MustCompile(`^(?:html/)?template: ?:(\d+)(?::\d+)?: (?:executing "" )?`)

func (w *writer) fail(field string, err error) {
	message := err.Error()
	if m := inline.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if m[1] != "1" {
			message = "line " + m[1] + ": " + message
		}
	}
	message = strings.TrimPrefix(message, "template: ")
	w.out.Errors = append(w.out.Errors, FieldError{Field: field, Pointer: w.pointer + "/" + field, Message: message})
}

func (w *writer) color(firing, resolved string) {
	if w.sent.Status == Firing {
		w.plain("color", firing)
		return
	}
	w.plain("color", resolved)
}

// render writes the fields of an integration. Each list follows upstream's
// notifier (notify/<type>) and its limits.
func (w *writer) render(c any) {
	w.shown = w.data(w.sent.Alerts)
	switch c := c.(type) {
	case *webhook.WebhookConfig:
		w.webhook(c)
	case *config.EmailConfig:
		w.email(c)
	case *pagerduty.PagerdutyConfig:
		w.pagerduty(c)
	case *opsgenie.OpsGenieConfig:
		w.opsgenie(c)
	case *config.WechatConfig:
		w.text("message", c.Message)
		w.text("to_user", c.ToUser)
		w.text("to_party", c.ToParty)
		w.text("to_tag", c.ToTag)
		w.text("agent_id", c.AgentID)
	case *config.SlackConfig:
		w.slack(c)
	case *config.VictorOpsConfig:
		w.victorops(c)
	case *config.PushoverConfig:
		w.pushover(c)
	case *config.SNSConfig:
		w.sns(c)
	case *telegram.TelegramConfig:
		w.telegram(c)
	case *discord.DiscordConfig:
		w.short("title", c.Title, 256)
		w.short("message", c.Message, 4096)
		w.short("content", c.Content, 2000)
		w.plain("username", c.Username)
		w.plain("avatar_url", c.AvatarURL)
		w.color("10038562", "3066993")
	case *config.WebexConfig:
		w.out.Fields["message"], _ = notify.TruncateInBytes(w.text("message", c.Message), 7439)
		w.text("room_id", c.RoomID)
	case *msteams.MSTeamsConfig:
		w.text("title", c.Title)
		w.text("summary", c.Summary)
		w.text("text", c.Text)
		w.color("8C1A1A", "2DC72D")
	case *msteamsv2.MSTeamsV2Config:
		w.text("title", c.Title)
		w.text("text", c.Text)
		w.color("Attention", "Good")
	case *jira.JiraConfig:
		w.jira(c)
	case *incidentio.IncidentioConfig:
		alerts, left := truncate(w.sent.Alerts, c.MaxAlerts)
		w.json("payload", incidentio.Message{Data: w.data(alerts), Version: "1", GroupKey: w.groupKey, TruncatedAlerts: left})
	case *config.RocketchatConfig:
		w.rocketchat(c)
	case *mattermost.MattermostConfig:
		w.mattermost(c)
	default:
		panic(fmt.Sprintf("simulate: no fields for %T", c))
	}
}

// truncate keeps the first alerts; zero means all.
func truncate(alerts []NotifiedAlert, most uint64) ([]NotifiedAlert, uint64) {
	if n := uint64(len(alerts)); most != 0 && n > most {
		return alerts[:most], n - most
	}
	return alerts, 0
}

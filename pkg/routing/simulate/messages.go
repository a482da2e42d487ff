package simulate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/jira"
	"github.com/prometheus/alertmanager/notify/mattermost"
	"github.com/prometheus/alertmanager/notify/opsgenie"
	"github.com/prometheus/alertmanager/notify/pagerduty"
	"github.com/prometheus/alertmanager/notify/telegram"
	"github.com/prometheus/alertmanager/notify/webhook"
)

func (w *writer) webhook(c *webhook.WebhookConfig) {
	alerts, left := truncate(w.sent.Alerts, c.MaxAlerts)
	w.shown = w.data(alerts)
	if c.Payload != nil {
		w.value("payload", c.Payload)
		return
	}
	w.json("payload", webhook.Message{Data: w.shown, Version: "4", GroupKey: w.groupKey, TruncatedAlerts: left})
}

func (w *writer) email(c *config.EmailConfig) {
	headers := map[string]string{"Subject": config.DefaultEmailSubject, "To": c.To, "From": c.From}
	maps.Copy(headers, c.Headers)
	w.text("to", c.To)
	w.text("from", c.From)
	w.texts("headers", headers)
	w.plain("subject", w.out.Fields["headers/Subject"])
	w.text("text", c.Text)
	w.html("html", c.HTML)
}

func (w *writer) pagerduty(c *pagerduty.PagerdutyConfig) {
	w.short("description", c.Description, 1024)
	severity := c.Severity
	if severity == "" {
		severity = "error"
	}
	w.text("severity", severity)
	for name, text := range map[string]string{
		"client": c.Client, "client_url": c.ClientURL, "source": c.Source,
		"class": c.Class, "component": c.Component, "group": c.Group,
	} {
		w.text(name, text)
	}
	w.values("details", c.Details)
	for i, image := range c.Images {
		at := fmt.Sprintf("images/%d/", i)
		w.text(at+"src", image.Src)
		w.text(at+"alt", image.Alt)
		w.text(at+"href", image.Href)
	}
	for i, link := range c.Links {
		at := fmt.Sprintf("links/%d/", i)
		w.text(at+"href", link.Href)
		w.text(at+"text", link.Text)
	}
	w.plain("event_action", map[Status]string{Firing: "trigger", Resolved: "resolve"}[w.sent.Status])
	w.plain("dedup_key", notify.Key(w.groupKey).Hash())
}

func (w *writer) opsgenie(c *opsgenie.OpsGenieConfig) {
	w.plain("alias", notify.Key(w.groupKey).Hash())
	w.text("source", c.Source)
	if w.sent.Status == Resolved {
		return // The alert is closed: nothing else is sent.
	}
	w.short("message", c.Message, 130)
	for name, text := range map[string]string{
		"description": c.Description, "entity": c.Entity, "actions": c.Actions, "tags": c.Tags, "note": c.Note, "priority": c.Priority,
	} {
		w.text(name, text)
	}
	for name, value := range w.shown.CommonLabels {
		w.plain("details/"+name, value)
	}
	w.texts("details", c.Details)
	for i, r := range c.Responders {
		at := fmt.Sprintf("responders/%d/", i)
		w.text(at+"id", r.ID)
		w.text(at+"name", r.Name)
		w.text(at+"username", r.Username)
		w.text(at+"type", r.Type)
	}
}

func (w *writer) slack(c *config.SlackConfig) {
	w.short("title", c.Title, 1024)
	w.text("title_link", c.TitleLink)
	w.text("pretext", c.Pretext)
	w.text("text", c.Text)
	w.text("fallback", c.Fallback)
	w.text("callback_id", c.CallbackID)
	w.text("image_url", c.ImageURL)
	w.text("thumb_url", c.ThumbURL)
	w.text("footer", c.Footer)
	w.text("color", c.Color)
	for i, f := range c.Fields {
		at := fmt.Sprintf("fields/%d/", i)
		w.text(at+"title", f.Title)
		w.text(at+"value", f.Value)
	}
	for i, a := range c.Actions {
		w.slackAction(fmt.Sprintf("actions/%d/", i), a)
	}
	w.text("channel", c.Channel)
	w.text("username", c.Username)
	w.text("icon_emoji", c.IconEmoji)
	w.text("icon_url", c.IconURL)
	w.text("message_text", c.MessageText)
}

func (w *writer) slackAction(at string, a *config.SlackAction) {
	w.text(at+"type", a.Type)
	w.text(at+"text", a.Text)
	w.text(at+"url", a.URL)
	w.text(at+"style", a.Style)
	w.text(at+"name", a.Name)
	w.text(at+"value", a.Value)
	if confirm := a.ConfirmField; confirm != nil {
		w.text(at+"confirm/title", confirm.Title)
		w.text(at+"confirm/text", confirm.Text)
		w.text(at+"confirm/ok_text", confirm.OkText)
		w.text(at+"confirm/dismiss_text", confirm.DismissText)
	}
}

func (w *writer) victorops(c *config.VictorOpsConfig) {
	w.text("routing_key", c.RoutingKey)
	switch kind := w.text("message_type", c.MessageType); {
	case w.sent.Status == Resolved:
		w.plain("message_type", "RECOVERY")
	case !slices.Contains([]string{"INFO", "WARNING", "CRITICAL"}, kind):
		w.plain("message_type", "CRITICAL")
	}
	w.short("state_message", c.StateMessage, 20480)
	w.text("entity_display_name", c.EntityDisplayName)
	w.text("monitoring_tool", c.MonitoringTool)
	w.texts("custom_fields", c.CustomFields)
	w.plain("entity_id", notify.Key(w.groupKey).Hash())
}

func (w *writer) pushover(c *config.PushoverConfig) {
	w.short("title", c.Title, 250)
	var message string
	if c.HTML {
		message = w.html("message", c.Message)
	} else {
		message = w.text("message", c.Message)
	}
	message, _ = notify.TruncateInRunes(message, 1024)
	message = strings.TrimSpace(message)
	if message == "" {
		message = "(no details)"
	}
	w.plain("message", message)
	w.short("url", c.URL, 512)
	w.text("url_title", c.URLTitle)
	w.text("priority", c.Priority)
	w.text("device", c.Device)
	w.text("sound", c.Sound)
}

func (w *writer) sns(c *config.SNSConfig) {
	message, limit := w.text("message", c.Message), 256*1024
	if c.PhoneNumber != "" {
		limit = 1600
	}
	w.plain("message", message[:min(len(message), limit)]) // bytes, as upstream cuts it
	w.text("subject", c.Subject)
	w.text("topic_arn", c.TopicARN)
	w.text("target_arn", c.TargetARN)
	w.text("phone_number", c.PhoneNumber)
	w.texts("attributes", c.Attributes)
}

func (w *writer) telegram(c *telegram.TelegramConfig) {
	const limit = 4096
	if c.ParseMode != "HTML" {
		w.short("message", c.Message, limit)
		return
	}
	if message := w.html("message", c.Message); len([]rune(message)) > limit {
		w.plain("message", "Alertmanager notification could not be sent: message length exceeds Telegram limits.\n"+
			"\t\t\tPlease check the template used for producing the message content.")
	}
}

func (w *writer) jira(c *jira.JiraConfig) {
	w.short("summary", c.Summary.Template, 255)
	w.short("description", c.Description.Template, 32767)
	w.text("project", c.Project)
	w.text("issue_type", c.IssueType)
	w.text("priority", c.Priority)
	for i, label := range c.Labels {
		w.text(fmt.Sprintf("labels/%d", i), label)
	}
	w.values("fields", c.Fields)
}

func (w *writer) rocketchat(c *config.RocketchatConfig) {
	w.short("title", c.Title, 1024)
	w.text("title_link", c.TitleLink)
	w.text("text", c.Text)
	w.text("image_url", c.ImageURL)
	w.text("thumb_url", c.ThumbURL)
	w.text("color", c.Color)
	w.text("channel", c.Channel)
	w.text("emoji", c.Emoji)
	w.text("icon_url", c.IconURL)
	for i, f := range c.Fields {
		at := fmt.Sprintf("fields/%d/", i)
		w.text(at+"title", f.Title)
		w.text(at+"value", f.Value)
	}
	for i, a := range c.Actions {
		at := fmt.Sprintf("actions/%d/", i)
		w.text(at+"text", a.Text)
		w.text(at+"url", a.URL)
		w.text(at+"msg", a.Msg)
	}
}

func (w *writer) mattermost(c *mattermost.MattermostConfig) {
	w.text("text", c.Text)
	w.text("channel", c.Channel)
	w.text("username", c.Username)
	w.text("icon_url", c.IconURL)
	w.text("icon_emoji", c.IconEmoji)
	w.text("type", c.Type)
	if c.Props != nil {
		w.text("props/card", c.Props.Card)
	}
	if c.Priority != nil && c.Priority.Priority != "" {
		priority := strings.ToLower(w.text("priority/priority", c.Priority.Priority))
		if priority != "urgent" && priority != "important" {
			priority = "standard"
		}
		w.plain("priority/priority", priority)
	}
	if len(c.Attachments) == 0 {
		w.attachment("", &mattermost.MattermostAttachment{
			Text: c.Text, Fallback: c.Fallback, Color: c.Color, Pretext: c.Pretext, Fields: c.Fields,
			AuthorName: c.AuthorName, AuthorLink: c.AuthorLink, AuthorIcon: c.AuthorIcon,
			Title: c.Title, TitleLink: c.TitleLink, ThumbURL: c.ThumbURL, ImageURL: c.ImageURL,
			Footer: c.Footer, FooterIcon: c.FooterIcon,
		})
		return
	}
	w.short("text", c.Text, 16383)
	for i, a := range c.Attachments {
		w.attachment(fmt.Sprintf("attachments/%d/", i), a)
	}
}

// attachment is one of a list, or the message itself, which upstream sends as
// its only attachment.
func (w *writer) attachment(at string, a *mattermost.MattermostAttachment) {
	for name, text := range map[string]string{
		"text": a.Text, "fallback": a.Fallback, "color": a.Color, "pretext": a.Pretext,
		"author_name": a.AuthorName, "author_link": a.AuthorLink, "author_icon": a.AuthorIcon,
		"title": a.Title, "title_link": a.TitleLink, "thumb_url": a.ThumbURL, "image_url": a.ImageURL,
		"footer": a.Footer, "footer_icon": a.FooterIcon,
	} {
		w.text(at+name, text)
	}
	for i, f := range a.Fields {
		at := fmt.Sprintf("%sfields/%d/", at, i)
		w.text(at+"title", f.Title)
		w.text(at+"value", f.Value)
	}
}

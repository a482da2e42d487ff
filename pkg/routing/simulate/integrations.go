package simulate

import (
	"github.com/prometheus/alertmanager/config"
)

// configured is one integration of a receiver as it stands in a configuration.
type configured struct {
	Integration
	// list is the field of the receiver that holds it: "slack_configs".
	list         string
	config       any
	sendResolved bool
}

// integrations returns a receiver's integrations in the order, and with the
// names, in which upstream builds them (config/receiver).
func integrations(r config.Receiver) []configured {
	var out []configured
	add(&out, "webhook", "webhook_configs", r.WebhookConfigs)
	add(&out, "email", "email_configs", r.EmailConfigs)
	add(&out, "pagerduty", "pagerduty_configs", r.PagerdutyConfigs)
	add(&out, "opsgenie", "opsgenie_configs", r.OpsGenieConfigs)
	add(&out, "wechat", "wechat_configs", r.WechatConfigs)
	add(&out, "slack", "slack_configs", r.SlackConfigs)
	add(&out, "victorops", "victorops_configs", r.VictorOpsConfigs)
	add(&out, "pushover", "pushover_configs", r.PushoverConfigs)
	add(&out, "sns", "sns_configs", r.SNSConfigs)
	add(&out, "telegram", "telegram_configs", r.TelegramConfigs)
	add(&out, "discord", "discord_configs", r.DiscordConfigs)
	add(&out, "webex", "webex_configs", r.WebexConfigs)
	add(&out, "msteams", "msteams_configs", r.MSTeamsConfigs)
	add(&out, "msteamsv2", "msteamsv2_configs", r.MSTeamsV2Configs)
	add(&out, "jira", "jira_configs", r.JiraConfigs)
	add(&out, "incidentio", "incidentio_configs", r.IncidentioConfigs)
	add(&out, "rocketchat", "rocketchat_configs", r.RocketchatConfigs)
	add(&out, "mattermost", "mattermost_configs", r.MattermostConfigs)
	return out
}

func add[C interface{ SendResolved() bool }](out *[]configured, name, list string, configs []C) {
	for i, c := range configs {
		*out = append(*out, configured{
			Integration: Integration{Type: name, Index: i}, list: list, config: c, sendResolved: c.SendResolved(),
		})
	}
}

// Integrations returns the integrations of a receiver in the order in which
// they are notified; none if the configuration has no such receiver.
func Integrations(cfg *config.Config, receiver string) []Integration {
	var out []Integration
	for _, r := range cfg.Receivers {
		if r.Name == receiver {
			for _, c := range integrations(r) {
				out = append(out, c.Integration)
			}
		}
	}
	return out
}

package kubernetes

import (
	"maps"
	"strings"
)

// fields makes conversions of words: each is a field that keeps its value, or
// "field=name" where the name is not the field in camel case.
func fields(words string, special map[string]conversion) map[string]conversion {
	table := map[string]conversion{"send_resolved": as("sendResolved"), "http_config": section("httpConfig", httpConfig)}
	for word := range strings.FieldsSeq(words) {
		from, to, ok := strings.Cut(word, "=")
		if !ok {
			to = camel(from)
		}
		table[from] = as(to)
	}
	maps.Copy(table, special)
	return table
}

// camel writes max_alerts as maxAlerts.
func camel(snake string) string {
	parts := strings.Split(snake, "_")
	for i, p := range parts[1:] {
		if p != "" {
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

// integrations are the receivers of an AlertmanagerConfig v1alpha1 by the name
// in front of _configs. (prometheus-operator, pkg/apis/monitoring/v1alpha1.)
func integrations() map[string]map[string]conversion {
	return map[string]map[string]conversion{
		"discord": fields("title message content username avatar_url=avatarURL", map[string]conversion{"webhook_url": selector("apiURL")}),
		"email": fields("to from hello smarthost auth_username auth_identity html text require_tls=requireTLS force_implicit_tls=forceImplicitTLS", map[string]conversion{
			"auth_password": selector("authPassword"), "auth_secret": selector("authSecret"), "headers": pairs("headers"), "tls_config": section("tlsConfig", tlsConfig),
		}),
		"msteams":   fields("title summary text", map[string]conversion{"webhook_url": selector("webhookUrl")}),
		"msteamsv2": fields("title text", map[string]conversion{"webhook_url": selector("webhookURL")}),
		"opsgenie": fields("api_url=apiURL message description source tags note priority update_alerts entity actions", map[string]conversion{
			"api_key": selector("apiKey"), "details": pairs("details"), "responders": list("responders", func() map[string]conversion { return fields("id name username type", nil) }),
		}),
		"pagerduty": fields("url client client_url=clientURL description severity class group component source timeout", map[string]conversion{
			"routing_key": selector("routingKey"), "service_key": selector("serviceKey"), "details": pairs("details"),
			"images": list("pagerDutyImageConfigs", func() map[string]conversion { return fields("src href alt", nil) }),
			"links":  list("pagerDutyLinkConfigs", func() map[string]conversion { return fields("href text=alt", nil) }),
		}),
		"pushover": fields("title message url url_title device sound priority retry expire html monospace ttl user_key_file token_file", map[string]conversion{
			"user_key": selector("userKey"), "token": selector("token"),
		}),
		"rocketchat": fields("api_url=apiURL channel color emoji icon_url=iconURL text title title_link short_fields image_url=imageURL thumb_url=thumbURL link_names", map[string]conversion{
			"token": selector("token"), "token_id": selector("tokenID"),
			"fields":  list("fields", func() map[string]conversion { return fields("title value short", nil) }),
			"actions": list("actions", func() map[string]conversion { return fields("text url msg", nil) }),
		}),
		"slack": fields("channel username color title title_link pretext text short_fields footer fallback callback_id icon_emoji icon_url=iconURL "+
			"image_url=imageURL thumb_url=thumbURL link_names mrkdwn_in timeout message_text update_message", map[string]conversion{
			"api_url": selector("apiURL"),
			"fields":  list("fields", func() map[string]conversion { return fields("title value short", nil) }),
			"actions": list("actions", slackAction),
		}),
		"sns": fields("api_url=apiURL topic_arn=topicARN subject phone_number target_arn=targetARN message attributes", nil),
		"telegram": fields("api_url=apiURL bot_token_file chat_id=chatID message_thread_id=messageThreadID message disable_notifications parse_mode", map[string]conversion{
			"bot_token": selector("botToken"),
		}),
		"victorops": fields("api_url=apiUrl routing_key message_type entity_display_name state_message monitoring_tool", map[string]conversion{
			"api_key": selector("apiKey"), "custom_fields": pairs("customFields"),
		}),
		"webex": fields("api_url=apiURL message room_id=roomID", nil),
		"webhook": fields("max_alerts timeout payload", map[string]conversion{
			"url": secretOrText("urlSecret", "url"),
		}),
		"wechat": fields("api_url=apiURL corp_id=corpID agent_id=agentID to_user to_party to_tag message message_type", map[string]conversion{
			"api_secret": selector("apiSecret"),
		}),
	}
}

func slackAction() map[string]conversion {
	return fields("type text url style name value", map[string]conversion{
		"confirm": section("confirm", func() map[string]conversion { return fields("text title ok_text dismiss_text", nil) }),
	})
}

// httpConfig is the HTTP client of an integration.
func httpConfig() map[string]conversion {
	return map[string]conversion{
		"follow_redirects": as("followRedirects"), "enable_http2": as("enableHttp2"), "proxy_url": as("proxyURL"), "no_proxy": as("noProxy"),
		"proxy_from_environment": as("proxyFromEnvironment"), "bearer_token": selector("bearerTokenSecret"),
		"authorization": section("authorization", func() map[string]conversion {
			return map[string]conversion{"type": as("type"), "credentials": selector("credentials")}
		}),
		"basic_auth": section("basicAuth", func() map[string]conversion {
			return map[string]conversion{"username": selector("username"), "password": selector("password")}
		}),
		"oauth2": section("oauth2", func() map[string]conversion {
			return map[string]conversion{
				"client_secret": selector("clientSecret"), "scopes": as("scopes"), "token_url": as("tokenUrl"), "endpoint_params": as("endpointParams"),
				"tls_config": section("tlsConfig", tlsConfig),
			}
		}),
		"tls_config": section("tlsConfig", tlsConfig),
	}
}

// tlsConfig knows what stands in the configuration itself; files that it names
// lie in no Secret.
func tlsConfig() map[string]conversion {
	return map[string]conversion{
		"server_name": as("serverName"), "insecure_skip_verify": as("insecureSkipVerify"), "min_version": as("minVersion"), "max_version": as("maxVersion"),
		"key": selector("keySecret"),
	}
}

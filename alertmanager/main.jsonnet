// Who is told, and when: by team, then by severity.
//
//   critical  pages at once, day and night
//   warning   goes to the team's channel, in business hours
//   info      is collected in a mail a day
//   none      Watchdog, to the dead man's switch
//
// External variable:
//   timezone  string  time zone of the business hours, e.g. Asia/Tokyo; see monctl.cue
//
// Secrets are placeholders here and resolved where the configuration runs:
//   watchdog/url, slack/url, smtp/password, webhook/url,
//   pagerduty/infrastructure, pagerduty/web, pagerduty/monitoring
local am = (import 'monctl/alertmanager.libsonnet') {
  // Texts for all integrations, from alertmanager/templates/monctl.tmpl.
  defaults+: {
    slack+: {
      api_url: am.secret('slack/url'),
      title: '{{ template "monctl.title" . }}',
      title_link: '{{ template "monctl.runbook" . }}',
      text: '{{ template "monctl.text" . }}',
      color: '{{ template "monctl.color" . }}',
    },
    email+: {
      auth_password: am.secret('smtp/password'),
      headers: { Subject: '{{ template "monctl.title" . }}' },
      html: '',
      text: '{{ template "monctl.text" . }}',
    },
    pagerduty+: {
      severity: '{{ template "monctl.pagerduty.severity" . }}',
      description: '{{ template "monctl.title" . }}',
      client: 'monctl',
      details: {
        alerts: '{{ template "monctl.text" . }}',
        runbook: '{{ template "monctl.runbook" . }}',
      },
    },
  },
};

// Every team gets a channel and a pager of its own.
local teams = ['infrastructure', 'monitoring', 'web'];

local chat(team) = am.slack({ channel: '#alerts-' + team });
local pager(team) = am.pagerduty({ routing_key: am.secret('pagerduty/' + team), group: team });

local branch(team) = am.route.team(team, team + '-chat', {
  critical: { receiver: team + '-pager', group_wait: '10s', repeat_interval: '1h' },
  warning: { mute_time_intervals: ['out-of-hours'], repeat_interval: '12h' },
  info: { receiver: 'digest', group_by: ['team'], group_wait: '5m', group_interval: '1h', repeat_interval: '1d' },
});

am.config({
  global: {
    resolve_timeout: '5m',
    smtp_smarthost: 'smtp.example.org:587',
    smtp_from: 'monctl@example.org',
    smtp_auth_username: 'monctl',
  },

  // An alert without a team, or with one that has no branch, is for those who run the monitoring.
  route: am.route.root('monitoring-chat', {
    group_by: ['alertname', 'job'],
    routes: [
      // Silence means that the chain is broken, so it must not wait for anything. A
      // repeat comes with the first flush after repeat_interval: once a minute.
      am.route.match({ alertname: 'Watchdog' }, 'watchdog', {
        group_wait: '0s',
        group_interval: '30s',
        repeat_interval: '45s',
      }),
    ] + [branch(team) for team in teams],
  }),

  receivers: [
    am.receiver('watchdog', [
      am.webhook({ url: am.secret('watchdog/url'), send_resolved: false }),
    ]),
    am.receiver('digest', [
      am.email({ to: 'alerts@example.org' }),
    ]),
  ] + [
    am.receiver(team + '-chat', [chat(team)])
    for team in teams
  ] + [
    am.receiver(
      team + '-pager',
      [pager(team), chat(team)]
      // Trouble of the monitoring must get out even when pager and chat are the trouble.
      + (if team == 'monitoring' then [am.webhook({ url: am.secret('webhook/url') })] else [])
    )
    for team in teams
  ],

  inhibit_rules: [
    // The worse of two alerts about the same thing is enough. A label that neither has is equal.
    am.inhibit({
      source: [am.matcher('severity', 'critical')],
      target: [am.matcher('severity', 'warning|info', '=~')],
      equal: ['alertname', 'job', 'instance', 'device', 'mountpoint', 'integration'],
    }),
    // A host that is gone explains whatever else is said about it.
    am.inhibit({
      source: [am.matcher('alertname', 'HostDown')],
      target: [am.matcher('job', 'node'), am.matcher('alertname', 'HostDown', '!=')],
      equal: ['instance'],
    }),
    // A job that is down as a whole explains its targets. HostDown and the failed probes
    // are not among them: whoever owns a host or a site is always told that it is gone.
    am.inhibit({
      source: [am.matcher('alertname', 'JobDown')],
      target: [am.matcher('alertname', 'TargetDown|ProbeNotRunning', '=~')],
      equal: ['job'],
    }),
    // A receiver that nothing reaches explains the share of its integration that fails.
    am.inhibit({
      source: [am.matcher('alertname', 'MonctlReceiverUnreachable')],
      target: [am.matcher('alertname', 'AlertmanagerNotificationsFailing')],
      equal: ['instance', 'integration'],
    }),
  ],

  time_intervals: [
    am.interval('out-of-hours', am.outOfHours(std.extVar('timezone'))),
  ],
})

// Who is told: a channel, and in production a pager for what is critical.
local am = import 'monctl/alertmanager.libsonnet';
local team = import 'team.libsonnet';

am.config({
  route: am.route.root('chat', {
    group_by: ['alertname', 'job'],
    routes: if team.pager then [
      am.route.match({ severity: 'critical' }, 'pager', { group_wait: '10s', repeat_interval: '1h' }),
      am.route.match({ severity: 'warning' }, null, { mute_time_intervals: ['out-of-hours'] }),
    ] else [],
  }),
  receivers: [
    am.receiver('chat', [
      am.slack({
        channel: '#api-' + team.environment,
        api_url: am.secret('slack/url'),
        title: '{{ template "team.title" . }}',
      }),
    ]),
  ] + if team.pager then [
    am.receiver('pager', [am.pagerduty({ routing_key: am.secret('pagerduty/api') })]),
  ] else [],
  inhibit_rules: [
    am.inhibit({
      source: [am.matcher('severity', 'critical')],
      target: [am.matcher('severity', 'warning')],
      equal: ['job'],
    }),
  ],
  time_intervals: if team.pager then [am.interval('out-of-hours', am.outOfHours('Europe/Berlin'))] else [],
})

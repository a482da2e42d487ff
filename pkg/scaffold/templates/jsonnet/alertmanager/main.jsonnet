// Who is told.
local am = import 'monctl/alertmanager.libsonnet';

am.config({
  route: am.route.root('chat', {
    group_by: ['alertname', 'job'],
    routes: [
      am.route.team('platform', 'chat', {
        // What is critical is repeated until somebody acts.
        critical: { group_wait: '10s', repeat_interval: '1h' },
      }),
    ],
  }),
  receivers: [
    am.receiver('chat', [
      // The secret has the name slack/url; its value never stands in Git.
      am.slack({ channel: '#monitoring', api_url: am.secret('slack/url') }),
    ]),
  ],
  inhibit_rules: [
    // A target that is down explains what else is wrong with it.
    am.inhibit({
      source: [am.matcher('alertname', 'TargetDown')],
      target: [am.matcher('severity', 'warning')],
      equal: ['job', 'instance'],
    }),
  ],
})

// All alerts: how many, which, since when, who was told.
local d = import 'monctl/dashboards.libsonnet';

local selected = 'severity=~"$severity", team=~"$team"';
local firing = 'alertstate="firing", ' + selected;
local count(severity) = 'count(ALERTS{alertstate="firing", severity="%s", team=~"$team"}) or vector(0)' % severity;

local colours = { critical: 'red', warning: 'orange', info: 'blue', none: 'gray' };
local bySeverity = [
  d.override.byName(severity, { color: { mode: 'fixed', fixedColor: colours[severity] } })
  for severity in std.objectFields(colours)
];

d.dashboard('monctl-alerts', {
  title: 'Alerts',
  description: 'Overview of all alerts and of the notifications about them.',
  tags: ['monctl', 'alerts'],
  from: 'now-6h',
  variables: [
    d.variable.datasource(),
    d.variable.labelValues('team', 'ALERTS', { title: 'Team', multi: true }),
    d.variable.labelValues('severity', 'ALERTS', { title: 'Severity', multi: true }),
  ],
  links: [d.linkByTag('monctl', ['monctl'])],
  rows: [
    d.row('Now', [
      d.stat('Critical', [d.query(count('critical'), 'critical')], {
        width: 4,
        colorMode: 'background',
        thresholds: d.thresholds('green', [[1, 'red']]),
      }),
      d.stat('Warning', [d.query(count('warning'), 'warning')], {
        width: 4,
        colorMode: 'background',
        thresholds: d.thresholds('green', [[1, 'orange']]),
      }),
      d.stat('Info', [d.query(count('info'), 'info')], {
        width: 4,
        colorMode: 'background',
        thresholds: d.thresholds('green', [[1, 'blue']]),
      }),
      d.stat('Pending', [
        d.query('count(ALERTS{alertstate="pending", %s}) or vector(0)' % selected, 'pending'),
      ], { width: 4 }),
      d.stat('Silences', [
        d.query('sum(alertmanager_silences{state="active"})', 'active'),
      ], { width: 4 }),
      d.stat('Watchdog', [
        d.query('count(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)', 'Watchdog'),
      ], {
        width: 4,
        colorMode: 'background',
        description: 'Fires always. When it does not, rules are not evaluated.',
        mappings: [d.mapping.values({ '0': { text: 'missing', color: 'red' } }), d.mapping.range(1, null, { text: 'alive', color: 'green' })],
      }),
      d.table('Firing', [
        d.query('ALERTS{%s, severity!="none"}' % firing, '', { instant: true, format: 'table' }),
      ], {
        height: 10,
        filter: true,
        sortBy: [['Severity', false]],
        transformations: [d.transformation.organize({
          exclude: ['Time', 'Value', '__name__', 'alertstate'],
          rename: { alertname: 'Alert', severity: 'Severity', team: 'Team', instance: 'Instance', job: 'Job' },
          order: ['severity', 'alertname', 'team', 'instance', 'job'],
        })],
        overrides: [
          d.override.byName('Severity', {
            'custom.width': 110,
            'custom.cellOptions': { type: 'color-text' },
            mappings: [d.mapping.values({ [s]: { text: s, color: colours[s] } for s in std.objectFields(colours) })],
          }),
        ],
      }),
    ]),

    d.row('Over time', [
      d.timeseries('Firing by severity', [
        d.query('count by (severity) (ALERTS{%s})' % firing, '{{severity}}'),
      ], { style: 'bars', fill: 80, stack: 'normal', min: 0, decimals: 0, overrides: bySeverity }),
      d.timeseries('Firing by team', [
        d.query('count by (team) (ALERTS{%s, severity!="none"})' % firing, '{{team}}'),
      ], { style: 'bars', fill: 80, stack: 'normal', min: 0, decimals: 0 }),
      d.stateTimeline('Which', [
        d.query('max by (alertname) (ALERTS{%s, severity!="none"})' % firing, '{{alertname}}'),
      ], {
        height: 10,
        mappings: [d.mapping.values({ '1': { text: 'firing', color: 'red' } })],
      }),
    ]),

    d.row('Noise', [
      d.barGauge('Alerts that fired longest', [
        d.query('topk(10, sum by (alertname) (count_over_time(ALERTS{%s, severity!="none"}[$__range])))' % firing, '{{alertname}}', { instant: true }),
      ], { description: 'Number of evaluations in the range in which an alert of this name was firing.', min: 0 }),
      d.timeseries('Notifications by outcome', [
        d.query('sum by (outcome) (increase(monctl_notifications_total[$__rate_interval]))', '{{outcome}}'),
      ], { style: 'bars', fill: 80, stack: 'normal', min: 0 }),
    ]),

    d.row('How to read this', [
      d.text('', |||
        **critical** wakes somebody up, **warning** is looked at during business hours, **info** is collected in a mail.
        Every alert has a runbook: the annotation `runbook_url` names it.
        The routing tree stands in `alertmanager/main.jsonnet`, the thresholds at the top of each file in `rules/`.
      |||),
    ]),
  ],
})

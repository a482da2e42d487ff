// monctl's server: revisions, scraping, storage, rules, notifications, HTTP.
local d = import 'monctl/dashboards.libsonnet';

local server = 'job="monctl", instance=~"$instance"';
local alarming = d.thresholds('green', [[1, 'red']]);

d.dashboard('monctl-server', {
  title: 'monctl server',
  description: 'The server itself: what it runs, what it scrapes, what it evaluates, whom it tells.',
  tags: ['monctl', 'server'],
  variables: [
    d.variable.datasource(),
    d.variable.labelValues('instance', 'monctl_build_info', { title: 'Server', multi: true }),
  ],
  links: [d.linkByTag('monctl', ['monctl'])],
  rows: [
    d.row('At a glance', [
      d.stat('Version', [d.query('monctl_build_info{%s}' % server, '{{version}}')], { text: 'name', width: 4, colorMode: 'none' }),
      d.stat('Up since', [d.query('process_start_time_seconds{%s} * 1000' % server, '{{instance}}')], { unit: 'dateTimeFromNow', width: 4, colorMode: 'none' }),
      d.stat('Targets up', [
        d.query('sum(up)', 'up'),
        d.query('count(up)', 'all'),
      ], { width: 4 }),
      d.stat('Alerts firing', [
        d.query('count(ALERTS{alertstate="firing", severity!="none"}) or vector(0)', 'firing'),
      ], { width: 4, thresholds: alarming, colorMode: 'background' }),
      d.stat('Secrets missing', [
        d.query('max(monctl_secrets_unresolved{%s})' % server, 'missing'),
      ], { width: 4, thresholds: alarming }),
      d.stat('Failed state writes', [
        d.query('sum(increase(monctl_state_write_failures_total{%s}[$__range]))' % server, 'failed'),
      ], { width: 4, thresholds: alarming, decimals: 0 }),
    ]),

    d.row('Revisions', [
      d.table('Active revision', [
        d.query('monctl_revision_info{%s} == 1' % server, '', { instant: true, format: 'table' }),
        d.query('monctl_revision_activation_timestamp_seconds{%s} * 1000' % server, '', { instant: true, format: 'table' }),
      ], {
        width: 12,
        transformations: [
          d.transformation.merge(),
          d.transformation.organize({
            exclude: ['Time', '__name__', 'job', 'Value #A', 'replica', 'dc', 'region'],
            rename: { instance: 'Server', revision: 'Revision', 'Value #B': 'Activated' },
            order: ['instance', 'revision', 'Value #B'],
          }),
        ],
        overrides: [d.override.byName('Activated', { unit: 'dateTimeAsIso' })],
      }),
      d.barGauge('Objects', [
        d.query('max by (kind) (monctl_revision_objects{%s})' % server, '{{kind}}', { instant: true }),
      ], { min: 0, unit: 'short' }),
      d.timeseries('Activations', [
        d.query('sum by (result) (increase(monctl_revision_activations_total{%s}[$__rate_interval]))' % server, '{{result}}'),
      ], {
        style: 'bars',
        fill: 80,
        stack: 'normal',
        min: 0,
        overrides: [
          d.override.byName('success', { color: { mode: 'fixed', fixedColor: 'green' } }),
          d.override.byName('rejected', { color: { mode: 'fixed', fixedColor: 'yellow' } }),
          d.override.byName('failed', { color: { mode: 'fixed', fixedColor: 'red' } }),
        ],
      }),
      d.timeseries('Activation time', [
        d.query(d.quantile(0.5, 'monctl_revision_activation_duration_seconds', selector=server), 'half of them'),
        d.query(d.quantile(0.9, 'monctl_revision_activation_duration_seconds', selector=server), '9 of 10'),
      ], { unit: 's', min: 0 }),
    ]),

    d.row('Scraping and storage', [
      d.timeseries('Samples stored', [
        d.query('sum by (instance) (%s)' % d.rate('prometheus_tsdb_head_samples_appended_total', server), '{{instance}}'),
      ], { unit: 'cps', min: 0 }),
      d.timeseries('Series in memory', [
        d.query('prometheus_tsdb_head_series{%s}' % server, '{{instance}}'),
      ], { min: 0 }),
      d.timeseries('Scrape duration by job', [
        d.query('avg by (job) (scrape_duration_seconds)', '{{job}}'),
      ], { unit: 's', min: 0 }),
      d.timeseries('Samples refused', [
        d.query(d.rate('prometheus_target_scrapes_sample_out_of_order_total', server), '{{instance}} out of order'),
        d.query(d.rate('prometheus_target_scrapes_sample_duplicate_timestamp_total', server), '{{instance}} duplicate'),
        d.query(d.rate('prometheus_target_scrapes_sample_out_of_bounds_total', server), '{{instance}} out of bounds'),
      ], { unit: 'cps', min: 0 }),
    ]),

    d.row('Rules', [
      d.timeseries('Share of the interval that a group takes', [
        d.query('topk(10, instance_rule_group:prometheus_rule_group_busy:ratio{%s})' % server, '{{rule_group}}'),
      ], { unit: 'percentunit', min: 0, legend: 'table', thresholds: d.thresholds('green', [[0.8, 'red']]), showThresholds: 'dashed' }),
      d.timeseries('Evaluations', [
        d.query('sum by (instance) (%s)' % d.rate('prometheus_rule_evaluations_total', server), '{{instance}} evaluated'),
        d.query('sum by (instance) (%s)' % d.rate('prometheus_rule_evaluation_failures_total', server), '{{instance}} failed'),
      ], { unit: 'ops', min: 0 }),
    ]),

    d.row('Notifications', [
      d.timeseries('By receiver and outcome', [
        d.query('sum by (receiver, outcome) (increase(monctl_notifications_total{%s}[$__rate_interval]))' % server, '{{receiver}} {{outcome}}'),
      ], { style: 'bars', fill: 80, stack: 'normal', min: 0, legend: 'right' }),
      d.timeseries('Latency, 99 of 100', [
        d.query(d.quantile(0.99, 'alertmanager_notification_latency_seconds', ['integration'], server), '{{integration}}'),
      ], { unit: 's', min: 0 }),
      d.timeseries('Alerts', [
        d.query('sum by (state) (alertmanager_alerts{%s})' % server, '{{state}}'),
      ], { min: 0, stack: 'normal' }),
      d.timeseries('Silences', [
        d.query('sum by (state) (alertmanager_silences{%s})' % server, '{{state}}'),
      ], { min: 0 }),
    ]),

    d.row('HTTP and process', [
      d.timeseries('Requests', [
        d.query('sum by (handler) (%s)' % d.rate('monctl_http_requests_total', server), '{{handler}}'),
      ], { unit: 'reqps', min: 0, legend: 'right' }),
      d.timeseries('Errors', [
        d.query('sum by (code) (%s)' % d.rate('monctl_http_requests_total', server + ', code=~"[45].."'), '{{code}}'),
      ], { unit: 'reqps', min: 0 }),
      d.timeseries('Duration, 99 of 100', [
        d.query(d.quantile(0.99, 'monctl_http_request_duration_seconds', ['handler'], server), '{{handler}}'),
      ], { unit: 's', min: 0, legend: 'right' }),
      d.timeseries('Memory and CPU', [
        d.query('process_resident_memory_bytes{%s}' % server, '{{instance}} memory'),
        d.query(d.rate('process_cpu_seconds_total', server), '{{instance}} CPU'),
      ], {
        unit: 'bytes',
        min: 0,
        overrides: [d.override.byRegexp('/ CPU$/', { unit: 'percentunit', 'custom.axisPlacement': 'right' })],
      }),
    ]),
  ],
})

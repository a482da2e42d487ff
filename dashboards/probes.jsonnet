// HTTP, ICMP and DNS probes, by blackbox_exporter.
local d = import 'monctl/dashboards.libsonnet';

local selected = 'job=~"$job", instance=~"$instance"';
local http = 'job="probe-http", instance=~"$instance"';

// 1xx and none green, 2xx blue, 3xx yellow, 4xx and 5xx red.
local statusColours = d.thresholds('green', [[200, 'blue'], [300, 'yellow'], [400, 'red']]);
local success = [d.mapping.values({
  '0': { text: 'failed', color: 'red' },
  '1': { text: 'ok', color: 'green' },
})];
local availability = d.thresholds('red', [[0.99, 'yellow'], [0.999, 'green']]);

d.dashboard('monctl-probes', {
  title: 'Probes',
  description: 'What users see from outside: success, status, latency by phase, certificates.',
  tags: ['monctl', 'probes'],
  variables: [
    d.variable.datasource(),
    d.variable.labelValues('job', 'probe_success', { title: 'Kind', multi: true }),
    d.variable.labelValues('instance', 'probe_success{job=~"$job"}', { title: 'Target', multi: true }),
  ],
  links: [d.linkByTag('monctl', ['monctl'])],
  rows: [
    d.row('Success', [
      d.stat('Now', [d.query('probe_success{%s}' % selected, '{{instance}}')], {
        width: 12,
        colorMode: 'background',
        text: 'value_and_name',
        mappings: success,
        thresholds: d.thresholds('red', [[1, 'green']]),
      }),
      d.stat('HTTP status', [d.query('probe_http_status_code{%s}' % http, '{{instance}}')], {
        width: 12,
        unit: 'none',
        decimals: 0,
        colorMode: 'background',
        text: 'value_and_name',
        thresholds: statusColours,
        mappings: [d.mapping.values({ '0': { text: 'no answer', color: 'dark-red' } })],
      }),
      d.stateTimeline('Over time', [d.query('probe_success{%s}' % selected, '{{instance}}')], {
        mappings: success,
        thresholds: d.thresholds('red', [[1, 'green']]),
      }),
      d.table('Availability', [
        d.query('avg_over_time(probe_success{%s}[$__range])' % selected, '', { instant: true, format: 'table' }),
        d.query('instance:probe_success:avg_over_time1h{%s}' % selected, '', { instant: true, format: 'table' }),
      ], {
        description: 'Share of successful probes over the dashboard’s range, and over the last hour.',
        unit: 'percentunit',
        decimals: 2,
        thresholds: availability,
        transformations: [
          d.transformation.merge(),
          d.transformation.organize({
            exclude: ['Time', '__name__', 'replica', 'dc', 'region'],
            rename: { instance: 'Target', job: 'Kind', service: 'Service', 'Value #A': 'Range', 'Value #B': 'Last hour' },
          }),
        ],
        sortBy: [['Range', false]],
        overrides: [d.override.byRegexp('/Range|Last hour/', { 'custom.cellOptions': { type: 'color-text' } })],
      }),
    ]),

    d.row('HTTP', [
      d.timeseries('Latency by phase', [
        d.query('avg by (phase) (probe_http_duration_seconds{%s})' % http, '{{phase}}'),
      ], {
        unit: 's',
        min: 0,
        stack: 'normal',
        legend: 'right',
        description: 'Mean of the chosen targets: finding the address, connecting, TLS, waiting for the answer, reading it.',
      }),
      d.timeseries('Duration by target', [
        d.query('probe_duration_seconds{%s}' % http, '{{instance}}'),
      ], { unit: 's', min: 0, thresholds: d.thresholds('green', [[2, 'red']]), showThresholds: 'dashed' }),
      d.timeseries('Redirects and size', [
        d.query('probe_http_redirects{%s}' % http, '{{instance}} redirects'),
        d.query('probe_http_uncompressed_body_length{%s}' % http, '{{instance}} body'),
      ], {
        min: 0,
        overrides: [d.override.byRegexp('/ body$/', { unit: 'bytes', 'custom.axisPlacement': 'right' })],
      }),
      d.barGauge('Certificates: days left', [
        d.query('instance:probe_ssl_earliest_cert_expiry:days{%s}' % selected, '{{instance}}', { instant: true }),
      ], { unit: 'd', min: 0, max: 90, decimals: 1, thresholds: d.thresholds('red', [[7, 'yellow'], [21, 'green']]) }),
    ]),

    d.row('ICMP and DNS', [
      d.timeseries('Ping by phase', [
        d.query('probe_icmp_duration_seconds{job="probe-icmp", instance=~"$instance"}', '{{instance}} {{phase}}'),
      ], { unit: 's', min: 0 }),
      d.timeseries('DNS by phase', [
        d.query('probe_dns_duration_seconds{job="probe-dns", instance=~"$instance"}', '{{instance}} {{phase}}'),
      ], { unit: 's', min: 0 }),
    ]),
  ],
})

// monctl's server: revisions, notifications, secrets, its HTTP API.
local rules = (import 'rules.libsonnet')('monitoring');

// Edit a threshold here; everything below follows.
local threshold = {
  // Share of HTTP requests answered with a 5xx, 0…1.
  httpErrors: { warning: 0.05 },
  // Seconds that 99 of 100 requests take at most.
  httpSeconds: { warning: 2 },
  // Seconds that 9 of 10 activations take at most.
  activationSeconds: { warning: 10 },
  // Seconds between the deployments to the replicas of a pair.
  replicasApartSeconds: 900,
  // Starts within a quarter of an hour.
  starts: 2,
};

local server = rules.selector({ job: 'monctl' });

rules.file([
  rules.group('monctl.rules', [
    rules.record('instance_handler:monctl_http_requests:rate5m', {
      expr: 'sum without (code) (rate(monctl_http_requests_total{%s}[5m]))' % server,
    }),
    rules.record('instance:monctl_http_errors:ratio_rate5m', {
      expr: |||
        sum without (code, handler) (rate(monctl_http_requests_total{%(s)s, code=~"5.."}[5m]))
        / sum without (code, handler) (rate(monctl_http_requests_total{%(s)s}[5m]))
      ||| % { s: server },
    }),
    rules.record('instance_handler:monctl_http_request_duration_seconds:p99_5m', {
      expr: 'histogram_quantile(0.99, sum by (job, instance, handler, le) (rate(monctl_http_request_duration_seconds_bucket{%s}[5m])))' % server,
    }),
    rules.record('instance:monctl_revision_activation_duration_seconds:p90_1h', {
      expr: 'histogram_quantile(0.9, sum by (job, instance, le) (rate(monctl_revision_activation_duration_seconds_bucket{%s}[1h])))' % server,
    }),
    rules.record('instance_receiver:monctl_notifications:rate5m', {
      expr: 'sum without (integration) (rate(monctl_notifications_total{%s}[5m]))' % server,
    }),
  ]),

  rules.group(
    'monctl.alerts',
    [
      rules.alert('MonctlActivationFailed', {
        expr: 'increase(monctl_revision_activations_total{%s, result="failed"}[15m]) > 0' % server,
        severity: 'critical',
        summary: '{{ $labels.instance }} could not activate a revision.',
        description: |||
          The revision passed validation, but switching to it failed {{ $value | humanize }} times within a quarter of an hour. The revision before it keeps running.
        |||,
      }),
      rules.alert('MonctlRevisionRejected', {
        expr: 'increase(monctl_revision_activations_total{%s, result="rejected"}[15m]) > 0' % server,
        severity: 'warning',
        summary: '{{ $labels.instance }} has rejected a revision.',
        description: |||
          A deployed revision did not pass validation {{ $value | humanize }} times within a quarter of an hour. What was changed is not live.
        |||,
      }),
      // Replicas differ in their external labels, and may in their rules, so that their
      // revisions have different hashes; but they are deployed together.
      rules.alert('MonctlReplicasDisagree', {
        expr: |||
          max without (instance) (monctl_revision_activation_timestamp_seconds{%(s)s})
          - min without (instance) (monctl_revision_activation_timestamp_seconds{%(s)s}) > %(limit)g
        ||| % { s: server, limit: threshold.replicasApartSeconds },
        'for': '15m',
        severity: 'warning',
        summary: 'The replicas were deployed {{ $value | humanizeDuration }} apart.',
        description: |||
          The last deployment reached some servers of the pair and not the others, so that they judge the same metrics by different rules.
        |||,
      }),
    ]
    + rules.levels('MonctlActivationSlow', threshold.activationSeconds, function(limit) {
      expr: 'instance:monctl_revision_activation_duration_seconds:p90_1h > %g' % limit,
      'for': '5m',
      summary: '{{ $labels.instance }} takes {{ $value | humanizeDuration }} to activate a revision.',
      description: 'One activation in ten within the last hour took longer still.',
    })
    + [
      rules.alert('MonctlReceiverUnreachable', {
        expr: |||
          sum without (outcome) (increase(monctl_notifications_total{%(s)s, outcome="failed"}[15m])) > 0
          unless
          sum without (outcome) (increase(monctl_notifications_total{%(s)s, outcome="sent"}[15m])) > 0
        ||| % { s: server },
        'for': '5m',
        severity: 'critical',
        summary: 'Nothing reaches the receiver {{ $labels.receiver }} by {{ $labels.integration }}.',
        description: '{{ $value | humanize }} notifications failed within a quarter of an hour, and none was sent.',
      }),
      rules.alert('MonctlSecretsUnresolved', {
        expr: 'monctl_secrets_unresolved{%s} > 0' % server,
        'for': '15m',
        severity: 'warning',
        summary: '{{ $labels.instance }} lacks {{ $value }} secrets.',
        description: |||
          Integrations that need them are held back: their notifications are recorded, not sent.
        |||,
      }),
      rules.alert('MonctlStateWritesFailing', {
        expr: 'increase(monctl_state_write_failures_total{%s}[10m]) > 0' % server,
        severity: 'critical',
        summary: '{{ $labels.instance }} cannot write its state.',
        description: 'Silences, the notification log or revisions could not be written {{ $value | humanize }} times within ten minutes; a restart loses them.',
      }),
    ]
    + rules.levels('MonctlHttpErrors', threshold.httpErrors, function(limit) {
      expr: 'instance:monctl_http_errors:ratio_rate5m > %g' % limit,
      'for': '5m',
      summary: '{{ $labels.instance }} answers {{ $value | humanizePercentage }} of its requests with an error.',
      description: 'Deployments, dashboards and remote tools are affected.',
    })
    + rules.levels('MonctlHttpSlow', threshold.httpSeconds, function(limit) {
      expr: 'instance_handler:monctl_http_request_duration_seconds:p99_5m > %g' % limit,
      'for': '10m',
      summary: '{{ $labels.handler }} of {{ $labels.instance }} takes {{ $value | humanizeDuration }}.',
      description: 'One request in a hundred is slower still.',
    })
    + [
      rules.alert('MonctlRestarting', {
        expr: 'changes(process_start_time_seconds{%s}[15m]) > %g' % [server, threshold.starts],
        severity: 'critical',
        summary: '{{ $labels.instance }} restarts again and again.',
        description: 'The server was started {{ $value }} times within a quarter of an hour.',
      }),
    ],
  ),
])

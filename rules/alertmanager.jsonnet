// Alertmanager: dispatch, notifications, silences, the pair's gossip. The metrics are
// those of Alertmanager itself; in monctl's server they come from the parts it embeds.
local rules = (import 'rules.libsonnet')('monitoring');

// Edit a threshold here; everything below follows.
local threshold = {
  // Share of notifications that fail, 0…1.
  notificationsFailed: { warning: 0.01, critical: 0.5 },
  // Seconds that 99 of 100 notifications take at most.
  notificationSeconds: { warning: 10 },
  // Active silences; more than anybody can keep in mind.
  silences: { info: 50 },
};

local am = rules.selector({ job: '=~monctl|alertmanager' });

rules.file([
  rules.group('alertmanager.rules', [
    rules.record('instance_integration:alertmanager_notifications:rate5m', {
      expr: 'sum by (job, instance, integration) (rate(alertmanager_notifications_total{%s}[5m]))' % am,
    }),
    rules.record('instance_integration:alertmanager_notifications_failed:rate5m', {
      expr: 'sum by (job, instance, integration) (rate(alertmanager_notifications_failed_total{%s}[5m]))' % am,
    }),
    rules.record('instance_integration:alertmanager_notifications_failed:ratio_rate5m', {
      expr: 'instance_integration:alertmanager_notifications_failed:rate5m / (instance_integration:alertmanager_notifications:rate5m > 0)',
    }),
    rules.record('instance_integration:alertmanager_notification_latency_seconds:p99_5m', {
      expr: 'histogram_quantile(0.99, sum by (job, instance, integration, le) (rate(alertmanager_notification_latency_seconds_bucket{%s}[5m])))' % am,
    }),
  ]),

  rules.group(
    'alertmanager.alerts',
    rules.levels('AlertmanagerNotificationsFailing', threshold.notificationsFailed, function(limit) {
      expr: 'instance_integration:alertmanager_notifications_failed:ratio_rate5m > %g' % limit,
      'for': '5m',
      summary: '{{ $value | humanizePercentage }} of the {{ $labels.integration }} notifications fail.',
      description: '{{ $labels.instance }} cannot deliver by {{ $labels.integration }}. People may not learn of other alerts.',
    })
    + rules.levels('AlertmanagerNotificationsSlow', threshold.notificationSeconds, function(limit) {
      expr: 'instance_integration:alertmanager_notification_latency_seconds:p99_5m > %g' % limit,
      'for': '10m',
      summary: 'Notifications by {{ $labels.integration }} take {{ $value | humanizeDuration }}.',
      description: 'One in a hundred is slower still. A slow receiver delays the notifications behind it.',
    })
    + [
      rules.alert('AlertmanagerAlertsInvalid', {
        expr: 'increase(alertmanager_alerts_invalid_total{%s}[10m]) > 0' % am,
        'for': '5m',
        severity: 'warning',
        summary: '{{ $labels.instance }} refuses alerts.',
        description: '{{ $value | humanize }} alerts within ten minutes were invalid, for instance without labels. Nobody is notified of them.',
      }),
      rules.alert('AlertmanagerGroupsDropped', {
        expr: 'increase(alertmanager_dispatcher_aggregation_group_limit_reached_total{%s}[10m]) > 0' % am,
        severity: 'critical',
        summary: '{{ $labels.instance }} has too many alert groups and drops alerts.',
        description: 'The limit on groups was reached {{ $value | humanize }} times within ten minutes. `group_by` splits too finely.',
      }),
      rules.alert('AlertmanagerSilencesFailing', {
        expr: |||
          increase(alertmanager_silences_query_errors_total{%(s)s}[10m])
          + increase(alertmanager_silences_maintenance_errors_total{%(s)s}[10m])
          + increase(alertmanager_silences_gc_errors_total{%(s)s}[10m]) > 0
        ||| % { s: am },
        'for': '5m',
        severity: 'warning',
        summary: '{{ $labels.instance }} cannot read or keep its silences.',
        description: 'Silenced alerts may be notified, or silences be lost with the next restart.',
      }),
      // Not alertmanager_nflog_query_errors_total: it also counts every look-up of a
      // group that has not been notified before, see Log.Query in nflog/nflog.go.
      rules.alert('AlertmanagerNotificationLogFailing', {
        expr: 'increase(alertmanager_nflog_maintenance_errors_total{%s}[10m]) > 0' % am,
        'for': '5m',
        severity: 'warning',
        summary: '{{ $labels.instance }} cannot keep its notification log.',
        description: 'After a restart it does not know what it has sent: people are notified twice.',
      }),
      rules.alert('AlertmanagerPeersMissing', {
        expr: 'alertmanager_cluster_failed_peers{%s} > 0' % am,
        'for': '15m',
        severity: 'warning',
        summary: '{{ $labels.instance }} has lost {{ $value }} of its peers.',
        description: 'The members of the cluster do not see each other: silences are not shared, and notifications are sent twice.',
      }),
      rules.alert('AlertmanagerClusterUnhealthy', {
        expr: 'alertmanager_cluster_health_score{%s} > 0' % am,
        'for': '15m',
        severity: 'warning',
        summary: 'The gossip of {{ $labels.instance }} is impaired.',
        description: 'Its health score is {{ $value }}, where 0 is healthy: messages to its peers are lost or late.',
      }),
    ]
    + rules.levels('AlertmanagerSilencesMany', threshold.silences, function(limit) {
      expr: 'alertmanager_silences{%s, state="active"} > %g' % [am, limit],
      'for': '1d',
      summary: '{{ $value }} silences are active on {{ $labels.instance }}.',
      description: 'Silences are for the while of a repair. So many hide what should be a rule, a threshold or a repair.',
    }),
  ),
])

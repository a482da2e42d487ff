// Prometheus: scraping, storage, rules. The metrics are those of Prometheus itself; in
// monctl's server they come from the parts it embeds.
local rules = (import 'rules.libsonnet')('monitoring');

// Edit a threshold here; everything below follows.
local threshold = {
  // Share of a rule group's interval that evaluating it takes, 0…1.
  ruleGroupBusy: { warning: 0.8 },
  // Share of the queries that may run at once which do, 0…1.
  queriesRunning: { warning: 0.8 },
  // Series in memory; about 4 KiB each.
  series: { warning: 2000000 },
  // Share of alerts, or of samples, that cannot be handed on, 0…1.
  handOverErrors: { warning: 0.01 },
};

local server = rules.selector({ job: '=~monctl|prometheus' });

rules.file([
  rules.group('prometheus.rules', [
    rules.record('instance:prometheus_tsdb_head_samples_appended:rate5m', {
      expr: 'sum without (type) (rate(prometheus_tsdb_head_samples_appended_total{%s}[5m]))' % server,
    }),
    rules.record('instance:prometheus_rule_evaluation_failures:increase5m', {
      expr: 'sum without (rule_group) (increase(prometheus_rule_evaluation_failures_total{%s}[5m]))' % server,
    }),
    rules.record('instance_rule_group:prometheus_rule_group_busy:ratio', {
      expr: 'prometheus_rule_group_last_duration_seconds{%(s)s} / prometheus_rule_group_interval_seconds{%(s)s}' % { s: server },
    }),
    rules.record('instance:prometheus_engine_queries:ratio', {
      expr: 'prometheus_engine_queries{%(s)s} / (prometheus_engine_queries_concurrent_max{%(s)s} > 0)' % { s: server },
    }),
  ]),

  rules.group(
    'prometheus.alerts',
    [
      rules.alert('PrometheusRuleFailures', {
        expr: 'increase(prometheus_rule_evaluation_failures_total{%s}[5m]) > 0' % server,
        'for': '5m',
        severity: 'critical',
        summary: 'Rules fail on {{ $labels.instance }}.',
        description: |||
          Rules of the group {{ $labels.rule_group }} could not be evaluated {{ $value | humanize }} times within five minutes. Their alerts do not fire.
        |||,
      }),
      rules.alert('PrometheusRuleGroupMissed', {
        expr: 'increase(prometheus_rule_group_iterations_missed_total{%s}[10m]) > 0' % server,
        'for': '15m',
        severity: 'warning',
        summary: '{{ $labels.instance }} skips evaluations of rules.',
        description: |||
          The group {{ $labels.rule_group }} was skipped {{ $value | humanize }} times within ten minutes, since the evaluation before had not ended.
        |||,
      }),
    ]
    + rules.levels('PrometheusRuleGroupSlow', threshold.ruleGroupBusy, function(limit) {
      expr: 'instance_rule_group:prometheus_rule_group_busy:ratio > %g' % limit,
      'for': '10m',
      summary: 'A rule group on {{ $labels.instance }} takes {{ $value | humanizePercentage }} of its interval.',
      description: 'Beyond 100 % evaluations of {{ $labels.rule_group }} are skipped.',
    })
    + [
      rules.alert('PrometheusNotIngesting', {
        expr: |||
          instance:prometheus_tsdb_head_samples_appended:rate5m <= 0
          and on (job, instance) sum without (scrape_job) (prometheus_target_scrape_pool_targets{%s}) > 0
        ||| % server,
        'for': '10m',
        severity: 'critical',
        summary: '{{ $labels.instance }} stores no samples.',
        description: 'It has targets, and yet nothing was appended to its storage for ten minutes.',
      }),
      rules.alert('PrometheusScrapesRejected', {
        expr: |||
          increase(prometheus_target_scrapes_sample_duplicate_timestamp_total{%(s)s}[5m])
          + increase(prometheus_target_scrapes_sample_out_of_order_total{%(s)s}[5m])
          + increase(prometheus_target_scrapes_sample_out_of_bounds_total{%(s)s}[5m]) > 0
        ||| % { s: server },
        'for': '15m',
        severity: 'warning',
        summary: '{{ $labels.instance }} drops samples of its targets.',
        description: '{{ $value | humanize }} samples within five minutes had a time that was taken, out of order or out of bounds.',
      }),
      rules.alert('PrometheusScrapeLimitExceeded', {
        expr: |||
          increase(prometheus_target_scrapes_exceeded_sample_limit_total{%(s)s}[10m])
          + increase(prometheus_target_scrapes_exceeded_body_size_limit_total{%(s)s}[10m]) > 0
        ||| % { s: server },
        'for': '10m',
        severity: 'warning',
        summary: '{{ $labels.instance }} refuses scrapes that are too large.',
        description: '{{ $value | humanize }} scrapes within ten minutes brought more samples or bytes than their job allows; nothing of them is stored.',
      }),
      rules.alert('PrometheusTargetSyncFailed', {
        expr: 'increase(prometheus_target_sync_failed_total{%s}[30m]) > 0' % server,
        'for': '5m',
        severity: 'critical',
        summary: '{{ $labels.instance }} cannot use discovered targets.',
        description: '{{ $value | humanize }} targets of {{ $labels.scrape_job }} within half an hour were invalid after relabelling, and are not scraped.',
      }),
      rules.alert('PrometheusTargetFilesUnreadable', {
        expr: 'increase(prometheus_sd_file_read_errors_total{%s}[10m]) > 0' % server,
        'for': '10m',
        severity: 'warning',
        summary: '{{ $labels.instance }} cannot read its target files.',
        description: 'A file of file_sd_configs could not be read or parsed; the targets it named before stay.',
      }),
      rules.alert('PrometheusStorageReloadsFailing', {
        expr: 'increase(prometheus_tsdb_reloads_failures_total{%s}[3h]) > 0' % server,
        'for': '4h',
        severity: 'warning',
        summary: '{{ $labels.instance }} cannot load its blocks from disk.',
        description: '{{ $value | humanize }} attempts failed within three hours.',
      }),
      rules.alert('PrometheusCompactionsFailing', {
        expr: 'increase(prometheus_tsdb_compactions_failed_total{%s}[3h]) > 0' % server,
        'for': '4h',
        severity: 'warning',
        summary: '{{ $labels.instance }} cannot compact its blocks.',
        description: '{{ $value | humanize }} compactions failed within three hours; memory and the write-ahead log grow meanwhile.',
      }),
      rules.alert('PrometheusWalCorrupted', {
        expr: 'prometheus_tsdb_wal_corruptions_total{%s} > 0' % server,
        'for': '5m',
        severity: 'warning',
        summary: 'The write-ahead log of {{ $labels.instance }} was damaged.',
        description: '{{ $value }} places were found corrupt since the start; the samples behind them are lost.',
      }),
    ]
    + rules.levels('PrometheusSeriesHigh', threshold.series, function(limit) {
      // Not %g, which would write 2e+06.
      expr: 'prometheus_tsdb_head_series{%s} > %d' % [server, limit],
      'for': '30m',
      summary: '{{ $labels.instance }} holds {{ $value | humanize }} series in memory.',
      description: 'Each costs some kibibytes of memory; the server is killed when there is none left.',
    })
    + rules.levels('PrometheusQueriesSaturated', threshold.queriesRunning, function(limit) {
      expr: 'min_over_time(instance:prometheus_engine_queries:ratio[5m]) > %g' % limit,
      'for': '5m',
      summary: '{{ $labels.instance }} runs {{ $value | humanizePercentage }} of the queries it may run at once.',
      description: 'Further queries wait; rules and dashboards are late.',
    })
    + rules.levels('PrometheusNotificationsFailing', threshold.handOverErrors, function(limit) {
      expr: 'rate(prometheus_notifications_errors_total{%(s)s}[5m]) / (rate(prometheus_notifications_sent_total{%(s)s}[5m]) > 0) > %(limit)g' % { s: server, limit: limit },
      'for': '10m',
      summary: '{{ $labels.instance }} cannot hand {{ $value | humanizePercentage }} of its alerts to {{ $labels.alertmanager }}.',
      description: 'If no other Alertmanager gets them, nobody is notified.',
    })
    + rules.levels('PrometheusRemoteWriteFailing', threshold.handOverErrors, function(limit) {
      expr: |||
        rate(prometheus_remote_storage_samples_failed_total{%(s)s}[5m])
        / (rate(prometheus_remote_storage_samples_failed_total{%(s)s}[5m]) + rate(prometheus_remote_storage_samples_total{%(s)s}[5m]) > 0)
        > %(limit)g
      ||| % { s: server, limit: limit },
      'for': '15m',
      summary: '{{ $labels.instance }} cannot send {{ $value | humanizePercentage }} of its samples to {{ $labels.remote_name }}.',
      description: 'The samples are lost at {{ $labels.url }}; the local storage has them.',
    }),
  ),
])

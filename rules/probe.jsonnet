// Probes from outside, by blackbox_exporter: HTTP, ICMP, DNS.
local rules = (import 'rules.libsonnet')('web');

// Edit a threshold here; everything below follows.
local threshold = {
  // Seconds that a whole HTTP probe may take, redirects included.
  httpSeconds: { warning: 2 },
  // Seconds of a round trip.
  icmpSeconds: { warning: 0.2 },
  // Seconds that a DNS answer may take.
  dnsSeconds: { warning: 0.5 },
  // Share of pings that are lost, 0…1.
  icmpLoss: { warning: 0.1 },
  // Times that a probe may change between success and failure in half an hour.
  flaps: 6,
  // Days that a certificate must still be valid.
  certificateDays: { warning: 21, critical: 7 },
};

rules.file([
  rules.group('probe.rules', [
    rules.record('job:probe_success:avg', {
      expr: 'avg by (job) (probe_success)',
    }),
    rules.record('job:probe_success:count', {
      expr: 'count by (job) (probe_success)',
    }),
    rules.record('instance:probe_success:avg_over_time1h', {
      expr: 'avg_over_time(probe_success[1h])',
    }),
    rules.record('instance:probe_duration_seconds:avg_over_time5m', {
      expr: 'avg_over_time(probe_duration_seconds[5m])',
    }),
    rules.record('instance_phase:probe_http_duration_seconds:avg_over_time5m', {
      expr: 'avg_over_time(probe_http_duration_seconds[5m])',
    }),
    rules.record('instance:probe_ssl_earliest_cert_expiry:days', {
      expr: '(probe_ssl_earliest_cert_expiry - time()) / 86400',
    }),
  ]),

  rules.group(
    'probe.alerts',
    [
      rules.alert('HttpProbeFailed', {
        expr: 'probe_success{job="probe-http"} == 0',
        'for': '2m',
        severity: 'critical',
        summary: '{{ $labels.instance }} does not answer as it should.',
        description: |||
          HTTP probes of {{ $labels.instance }} have failed for two minutes: no connection, a wrong status, a bad certificate or a wrong body.
        |||,
      }),
      rules.alert('IcmpProbeFailed', {
        expr: 'max_over_time(probe_success{job="probe-icmp"}[2m]) == 0',
        'for': '1m',
        severity: 'critical',
        team: 'infrastructure',
        summary: '{{ $labels.instance }} does not answer pings.',
        description: 'No ping of {{ $labels.instance }} was answered for at least three minutes.',
      }),
      rules.alert('DnsProbeFailed', {
        expr: 'probe_success{job="probe-dns"} == 0',
        'for': '2m',
        severity: 'critical',
        team: 'infrastructure',
        summary: 'The name server {{ $labels.instance }} does not answer as it should.',
        description: 'Queries to {{ $labels.instance }} have failed for two minutes: no answer, or not the expected one.',
      }),
      rules.alert('ProbesAllFailing', {
        expr: 'job:probe_success:avg == 0 and job:probe_success:count > 1',
        'for': '2m',
        severity: 'critical',
        team: 'monitoring',
        summary: 'Every probe of job {{ $labels.job }} fails.',
        description: |||
          All targets fail at once. Unless there is a large outage, the prober itself is cut off or misconfigured.
        |||,
      }),
      rules.alert('ProbeNotRunning', {
        expr: 'up{job=~"probe-.+"} == 0 unless on () (up{job="blackbox"} == 0)',
        'for': '5m',
        severity: 'warning',
        team: 'monitoring',
        summary: 'The probe of {{ $labels.instance }} does not run.',
        description: |||
          The blackbox_exporter is up, but its answer for {{ $labels.instance }} fails or takes longer than the scrape timeout.
        |||,
      }),
      rules.alert('ProbeFlapping', {
        expr: 'changes(probe_success[30m]) > %g' % threshold.flaps,
        'for': '5m',
        severity: 'warning',
        summary: '{{ $labels.instance }} comes and goes.',
        description: 'The probe of job {{ $labels.job }} changed between success and failure {{ $value }} times within half an hour.',
      }),
    ]
    + rules.levels('HttpProbeSlow', threshold.httpSeconds, function(limit) {
      expr: 'instance:probe_duration_seconds:avg_over_time5m{job="probe-http"} > %g' % limit,
      'for': '10m',
      summary: '{{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer.',
      description: 'Answers have been slow for ten minutes; the dashboard shows in which phase the time goes.',
    })
    + rules.levels('IcmpLatencyHigh', threshold.icmpSeconds, function(limit) {
      expr: 'avg_over_time(probe_icmp_duration_seconds{job="probe-icmp", phase="rtt"}[5m]) > %g' % limit,
      'for': '10m',
      team: 'infrastructure',
      summary: 'A ping of {{ $labels.instance }} takes {{ $value | humanizeDuration }}.',
      description: 'Round trips have been slow for ten minutes: a detour, or a line at its limit.',
    })
    + rules.levels('IcmpPacketLoss', threshold.icmpLoss, function(limit) {
      expr: '1 - avg_over_time(probe_success{job="probe-icmp"}[15m]) > %g < 1' % limit,
      'for': '5m',
      team: 'infrastructure',
      summary: '{{ $value | humanizePercentage }} of the pings of {{ $labels.instance }} are lost.',
      description: 'Some pings are answered and some are not: a line at its limit or a faulty path.',
    })
    + rules.levels('DnsProbeSlow', threshold.dnsSeconds, function(limit) {
      expr: 'instance:probe_duration_seconds:avg_over_time5m{job="probe-dns"} > %g' % limit,
      'for': '10m',
      team: 'infrastructure',
      summary: 'The name server {{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer.',
      description: 'Slow names make everything slow that opens connections.',
    })
    + rules.levels('TlsCertificateExpiresSoon', threshold.certificateDays, function(limit) {
      expr: 'instance:probe_ssl_earliest_cert_expiry:days < %g' % limit,
      'for': '1h',
      summary: 'A certificate of {{ $labels.instance }} expires in {{ $value | printf "%.1f" }} days.',
      description: 'A certificate in the chain of {{ $labels.instance }} has not been renewed. Clients refuse it once it has expired.',
    })
    + [
      rules.alert('BlackboxConfigReloadFailed', {
        expr: 'blackbox_exporter_config_last_reload_successful == 0',
        'for': '5m',
        severity: 'warning',
        team: 'monitoring',
        summary: 'The blackbox_exporter {{ $labels.instance }} runs on an old configuration.',
        description: 'Its configuration file could not be loaded, so that it probes with the modules it had before.',
      }),
    ],
  ),
])

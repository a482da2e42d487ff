// The API's service level: errors and latency.
local team = import 'team.libsonnet';
local rules = team.rules;

rules.file([
  rules.group('api.rules', [
    rules.record('job:http_requests:rate5m', {
      expr: 'sum by (job) (rate(http_requests_total[5m]))',
    }),
    rules.record('job:http_request_errors:ratio_rate5m', {
      expr: 'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / job:http_requests:rate5m',
    }),
    rules.record('job:http_request_duration_seconds:p99_rate5m', {
      expr: 'histogram_quantile(0.99, sum by (job, le) (rate(http_request_duration_seconds_bucket[5m])))',
    }),
  ]),

  rules.group('api.alerts', [
    rules.alert('ApiErrors', {
      expr: 'job:http_request_errors:ratio_rate5m > %g' % team.errors,
      'for': '5m',
      severity: 'critical',
      summary: '{{ $labels.job }} answers with errors.',
      description: '{{ $value | humanizePercentage }} of the requests fail.',
    }),
    rules.alert('ApiSlow', {
      expr: 'job:http_request_duration_seconds:p99_rate5m > %g' % team.latency,
      'for': '10m',
      severity: 'warning',
      summary: '{{ $labels.job }} is slow.',
      description: 'One request in a hundred takes longer than {{ $value | humanizeDuration }}.',
    }),
  ]),
])

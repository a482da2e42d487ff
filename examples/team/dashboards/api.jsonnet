local d = import 'monctl/dashboards.libsonnet';

d.dashboard('api', {
  title: 'API',
  tags: ['api'],
  rows: [
    d.row('Service level', [
      d.timeseries('Requests', [d.query('job:http_requests:rate5m', '{{job}}')], { width: 8, unit: 'reqps' }),
      d.timeseries('Errors', [d.query('job:http_request_errors:ratio_rate5m', '{{job}}')], { width: 8, unit: 'percentunit' }),
      d.timeseries('99th percentile', [d.query('job:http_request_duration_seconds:p99_rate5m', '{{job}}')], { width: 8, unit: 's' }),
    ]),
  ],
})

local prometheus = import 'monctl/prometheus.libsonnet';
local team = import 'team.libsonnet';

prometheus.config({
  scrape_interval: '15s',
  jobs: [
    prometheus.job.files('api', ['targets/%s/*.yaml' % team.environment]),
  ],
})

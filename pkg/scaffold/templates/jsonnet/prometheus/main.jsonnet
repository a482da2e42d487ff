// What is scraped.
local prometheus = import 'monctl/prometheus.libsonnet';

prometheus.config({
  scrape_interval: std.extVar('interval'),
  jobs: [
    // The server itself.
    prometheus.job.static('monctl', ['127.0.0.1:9090']),
    // Hosts, by their node_exporter. Lists that change often are better kept in
    // files: prometheus.job.files('node', ['targets/node.yaml']).
    prometheus.job.static('node', ['127.0.0.1:9100']),
  ],
})

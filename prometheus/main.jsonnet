// What is scraped. The external labels come from the environment and the target in
// monctl.cue; alerts go to the Alertmanager in the same process, so that none is named.
//
// External variables, each described in monctl.cue:
//   site      string   which folder of prometheus/targets/ is read
//   self      string   host:port of monctl's server
//   peers     array    host:port of the other servers of the pair
//   node      string   host:port of a node_exporter beside the server, '' = none
//   blackbox  string   host:port of the blackbox_exporter that probes
//   interval  string   duration between scrapes, and between rule evaluations
local prometheus = import 'monctl/prometheus.libsonnet';

local site = std.extVar('site');
local servers = [std.extVar('self')] + std.extVar('peers');
local node = std.extVar('node');
local blackbox = std.extVar('blackbox');

// Targets as data: an edit there is picked up without a new configuration.
local files(kind) = ['targets/%s/%s/*.yaml' % [site, kind]];

prometheus.config({
  scrape_interval: std.extVar('interval'),

  // The replicas of a pair differ in the label `replica` only. Without it their alerts
  // are the same, and people are told once.
  extra: {
    alerting: { alert_relabel_configs: [prometheus.relabel.labelDrop('replica')] },
  },

  jobs: [
    // The server itself, with all the metrics of the Prometheus and the Alertmanager in it.
    prometheus.job.static('monctl', servers),

    prometheus.job.files('node', files('node')) + (
      if node == '' then {} else prometheus.job.static('node', [node])
    ),

    // The prober itself; what it finds is scraped by the jobs below.
    prometheus.job.static('blackbox', [blackbox]),

    prometheus.job.blackbox('probe-http', {
      prober: blackbox,
      module: 'http_2xx',
      targets: ['http://%s/-/healthy' % server for server in servers],
      files: files('http'),
    }),
    prometheus.job.blackbox('probe-icmp', {
      prober: blackbox,
      module: 'icmp',
      files: files('icmp'),
    }),
    prometheus.job.blackbox('probe-dns', {
      prober: blackbox,
      module: 'dns_udp',
      files: files('dns'),
    }),
  ],
})

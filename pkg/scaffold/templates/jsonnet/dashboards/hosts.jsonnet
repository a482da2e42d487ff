// What a host does.
local d = import 'monctl/dashboards.libsonnet';

d.dashboard('hosts', {
  title: 'Hosts',
  description: 'Load and disks of one host.',
  variables: [
    d.variable.datasource(),
    d.variable.labelValues('instance', 'node_uname_info{job="node"}'),
  ],
  rows: [
    d.row('Now', [
      d.stat('Up', [d.query('up{job="node", instance="$instance"}')], {
        mappings: [d.mapping.values({ '0': { text: 'down', color: 'red' }, '1': { text: 'up', color: 'green' } })],
      }),
      d.timeseries('Processor time', [
        d.query('sum by (mode) (%s)' % d.rate('node_cpu_seconds_total', 'instance="$instance", mode!="idle"'), '{{mode}}'),
      ], { stack: 'normal', min: 0 }),
      d.timeseries('Space left', [
        d.query('node_filesystem_avail_bytes{instance="$instance", fstype!~"tmpfs|ramfs|squashfs"}', '{{mountpoint}}'),
      ], { unit: 'bytes', min: 0 }),
    ]),
  ],
})

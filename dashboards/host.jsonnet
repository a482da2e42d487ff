// One Linux host, by node_exporter.
local d = import 'monctl/dashboards.libsonnet';

local host = 'job="node", instance="$instance"';
local disks = host + ', device!~"(loop|ram|sr|fd|zram)[0-9]+"';
local interfaces = host + ', device!~"lo|veth.*|docker.*|br-.*|virbr.*|cali.*|cni.*|flannel.*"';
local filesystems = host + ', fstype!~"tmpfs|ramfs|squashfs|erofs|iso9660|nsfs|fuse.*", mountpoint!=""';

// The thresholds of rules/node.jsonnet, as colours.
local share(warning, critical) = d.thresholds('green', [[warning, 'yellow'], [critical, 'red']]);
local ratio = { unit: 'percentunit', min: 0, max: 1 };

d.dashboard('monctl-host', {
  title: 'Host',
  description: 'Load, memory, CPU, disks and network of one Linux host.',
  tags: ['monctl', 'host'],
  variables: [
    d.variable.datasource(),
    d.variable.labelValues('instance', 'node_load1{job="node"}', { title: 'Host' }),
  ],
  links: [d.linkByTag('monctl', ['monctl'])],
  rows: [
    d.row('At a glance', [
      d.stat('Up since', [d.query('node_boot_time_seconds{%s} * 1000' % host, 'started')], {
        unit: 'dateTimeFromNow',
        width: 4,
      }),
      d.stat('CPUs', [d.query('count(node_cpu_seconds_total{%s, mode="idle"})' % host, 'CPUs')], { width: 4 }),
      d.gauge('CPU used', [
        d.query('instance:node_cpu_used:ratio_rate5m{%s}' % host, 'used'),
      ], ratio { width: 4, height: 4, thresholds: share(0.75, 0.9) }),
      d.gauge('Memory used', [
        d.query('instance:node_memory_used:ratio{%s}' % host, 'used'),
      ], ratio { width: 4, height: 4, thresholds: share(0.9, 0.97) }),
      d.gauge('Fullest file system', [
        d.query('max(instance_mountpoint:node_filesystem_used:ratio{%s})' % host, 'used'),
      ], ratio { width: 4, height: 4, thresholds: share(0.85, 0.95) }),
      d.stat('Alerts', [
        d.query('count(ALERTS{alertstate="firing", instance="$instance"}) or vector(0)', 'firing'),
      ], { width: 4, colorMode: 'background', thresholds: d.thresholds('green', [[1, 'red']]) }),
    ]),

    d.row('Load and CPU', [
      d.timeseries('Load', [
        d.query('node_load1{%s}' % host, '1 minute'),
        d.query('node_load5{%s}' % host, '5 minutes'),
        d.query('node_load15{%s}' % host, '15 minutes'),
        d.query('count(node_cpu_seconds_total{%s, mode="idle"})' % host, 'CPUs'),
      ], {
        description: 'Processes that run or wait. Above the number of CPUs, some wait.',
        min: 0,
        overrides: [
          d.override.byName('CPUs', { color: { mode: 'fixed', fixedColor: 'red' }, 'custom.fillOpacity': 0, 'custom.lineStyle': { fill: 'dash', dash: [10, 10] } }),
        ],
      }),
      d.timeseries('CPU time by mode', [
        d.query('avg by (mode) (%s)' % d.rate('node_cpu_seconds_total', host + ', mode!="idle"'), '{{mode}}'),
      ], ratio { stack: 'normal' }),
    ]),

    d.row('Memory', [
      d.timeseries('Memory used ratio', [
        d.query('instance:node_memory_used:ratio{%s}' % host, 'used'),
      ], ratio { thresholds: share(0.9, 0.97), showThresholds: 'dashed' }),
      d.timeseries('Memory by use', [
        d.query('node_memory_MemTotal_bytes{%(h)s} - node_memory_MemFree_bytes{%(h)s} - node_memory_Buffers_bytes{%(h)s} - node_memory_Cached_bytes{%(h)s}' % { h: host }, 'processes'),
        d.query('node_memory_Buffers_bytes{%s}' % host, 'buffers'),
        d.query('node_memory_Cached_bytes{%s}' % host, 'cache'),
        d.query('node_memory_MemFree_bytes{%s}' % host, 'free'),
      ], { unit: 'bytes', min: 0, stack: 'normal' }),
    ]),

    d.row('Disks', [
      d.barGauge('Space used', [
        d.query('instance_mountpoint:node_filesystem_used:ratio{%s}' % host, '{{mountpoint}}', { instant: true }),
      ], ratio { thresholds: share(0.85, 0.95) }),
      d.timeseries('Space left', [
        d.query('node_filesystem_avail_bytes{%s}' % filesystems, '{{mountpoint}}'),
      ], { unit: 'bytes', min: 0 }),
      d.timeseries('Throughput', [
        d.query(d.rate('node_disk_read_bytes_total', disks), '{{device}} read'),
        d.query(d.rate('node_disk_written_bytes_total', disks), '{{device}} written'),
      ], {
        unit: 'Bps',
        description: 'Reads above, writes below.',
        overrides: [d.override.byRegexp('/ written$/', { 'custom.transform': 'negative-Y' })],
      }),
      d.timeseries('Time busy', [
        d.query(d.rate('node_disk_io_time_seconds_total', disks), '{{device}}'),
      ], ratio { thresholds: d.thresholds('green', [[0.95, 'red']]), showThresholds: 'dashed' }),
    ]),

    d.row('Network', [
      d.timeseries('Traffic', [
        d.query(d.rate('node_network_receive_bytes_total', interfaces) + ' * 8', '{{device}} received'),
        d.query(d.rate('node_network_transmit_bytes_total', interfaces) + ' * 8', '{{device}} sent'),
      ], {
        unit: 'bps',
        description: 'Received above, sent below.',
        overrides: [d.override.byRegexp('/ sent$/', { 'custom.transform': 'negative-Y' })],
      }),
      d.timeseries('Errors and drops', [
        d.query(d.rate('node_network_receive_errs_total', interfaces), '{{device}} receive errors'),
        d.query(d.rate('node_network_transmit_errs_total', interfaces), '{{device}} transmit errors'),
        d.query(d.rate('node_network_receive_drop_total', interfaces), '{{device}} receive drops'),
        d.query(d.rate('node_network_transmit_drop_total', interfaces), '{{device}} transmit drops'),
      ], { unit: 'pps', min: 0 }),
    ]),

    d.row('System', [
      d.timeseries('Clock offset', [
        d.query('node_timex_offset_seconds{%s}' % host, 'offset'),
      ], { unit: 's' }),
      d.timeseries('File descriptors and connections', [
        d.query('node_filefd_allocated{%(h)s} / node_filefd_maximum{%(h)s}' % { h: host }, 'file descriptors'),
        d.query('node_nf_conntrack_entries{%(h)s} / node_nf_conntrack_entries_limit{%(h)s}' % { h: host }, 'connection table'),
      ], ratio),
    ], { collapsed: true }),
  ],
})

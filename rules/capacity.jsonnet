// What will run out. The ranges are long and the answers are not urgent, so that one
// replica of a pair is enough to evaluate them (see `select` in monctl.cue).
local rules = (import 'rules.libsonnet')('infrastructure');

// Edit a threshold here; everything below follows.
local threshold = {
  // A file system below this share is not worth a forecast, 0…1.
  diskUsed: 0.6,
  // Growth of a server's series within a day, 1 = doubled.
  seriesGrowth: 0.5,
};

local filesystem = rules.selector({ job: 'node', fstype: '!~tmpfs|ramfs|squashfs|erofs|iso9660|nsfs|fuse.*', mountpoint: '!=' });
local server = rules.selector({ job: '=~monctl|prometheus' });

rules.file([
  rules.group(
    'capacity.rules',
    [
      rules.record('instance_mountpoint:node_filesystem_avail_bytes:predict4h', {
        expr: 'predict_linear(node_filesystem_avail_bytes{%s}[1h], 4 * 3600)' % filesystem,
      }),
      rules.record('instance_mountpoint:node_filesystem_avail_bytes:predict24h', {
        expr: 'predict_linear(node_filesystem_avail_bytes{%s}[6h], 24 * 3600)' % filesystem,
      }),
    ],
    { interval: '1m' },
  ),

  rules.group(
    'capacity.alerts',
    [
      rules.alert('HostDiskFillsSoon', {
        expr: |||
          instance_mountpoint:node_filesystem_avail_bytes:predict%(horizon)s < 0
          and on (job, instance, device, mountpoint)
          1 - node_filesystem_avail_bytes{%(s)s} / node_filesystem_size_bytes{%(s)s} > %(limit)g
          and on (job, instance, device, mountpoint)
          node_filesystem_readonly{%(s)s} == 0
        ||| % { horizon: level.horizon, s: filesystem, limit: threshold.diskUsed },
        'for': level.hold,
        severity: level.severity,
        summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} will be full within %s.' % level.horizon,
        description: 'At the present rate no space will be left on {{ $labels.device }} ({{ $labels.fstype }}) within %s.' % level.horizon,
      })
      for level in [
        { severity: 'critical', horizon: '4h', hold: '30m' },
        { severity: 'warning', horizon: '24h', hold: '1h' },
      ]
    ] + [
      rules.alert('PrometheusSeriesGrowing', {
        expr: |||
          prometheus_tsdb_head_series{%(s)s} / (prometheus_tsdb_head_series{%(s)s} offset 1d > 1000) - 1 > %(limit)g
        ||| % { s: server, limit: threshold.seriesGrowth },
        'for': '1h',
        severity: 'info',
        team: 'monitoring',
        summary: '{{ $labels.instance }} holds {{ $value | humanizePercentage }} more series than a day ago.',
        description: 'More series mean more memory. A label with many values is the usual cause.',
      }),
    ],
    { interval: '1m' },
  ),
])

// Hosts and everything else that is scraped.
local rules = (import 'monctl/rules.libsonnet') {
  defaults+: {
    team: 'platform',
    runbookPrefix: 'https://git.example.org/monitoring/blob/main/runbooks/',
  },
};

local threshold = {
  // Share of a file system that must be left, 0…1.
  diskLeft: 0.1,
};

rules.file([
  rules.group('hosts.alerts', [
    rules.alert('TargetDown', {
      expr: 'up == 0',
      'for': '5m',
      severity: 'critical',
      summary: '{{ $labels.instance }} of the job {{ $labels.job }} does not answer.',
      description: 'Prometheus could not scrape it for five minutes. Nothing is known about it until it can.',
    }),
    rules.alert('HostDiskFull', {
      expr: |||
        node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|squashfs"}
          / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|squashfs"}
          < %(diskLeft)g
      ||| % threshold,
      'for': '15m',
      severity: 'warning',
      summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} has {{ $value | humanizePercentage }} left.',
      description: 'What writes there will fail when it is full.',
    }),
  ]),
])

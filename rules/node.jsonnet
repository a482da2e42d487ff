// Linux hosts, by node_exporter.
local rules = (import 'rules.libsonnet')('infrastructure');

// Edit a threshold here; everything below follows.
local threshold = {
  // Share of CPU time that is used, 0…1.
  cpuUsed: { warning: 0.9 },
  // Share of CPU time that the hypervisor gave to others, 0…1.
  cpuSteal: { warning: 0.1 },
  // Runnable processes a CPU, by the load over five minutes.
  loadPerCpu: { warning: 2, critical: 8 },
  // Share of memory that is neither free nor can be freed, 0…1.
  memoryUsed: { warning: 0.9, critical: 0.97 },
  // Pages a second that go to or come from swap.
  swapPages: { warning: 1000 },
  // Share of a file system that is used, 0…1; space and inodes.
  diskUsed: { warning: 0.85, critical: 0.95 },
  inodesUsed: { warning: 0.9 },
  // Share of time that a disk is busy, 0…1.
  diskBusy: { warning: 0.95 },
  // Share of packets that are faulty, 0…1.
  networkErrors: { warning: 0.01 },
  // Seconds that the clock may be off.
  clockOffset: { warning: 0.05 },
  // Share of the connection table and of file descriptors in use, 0…1.
  conntrackUsed: { warning: 0.8 },
  fileDescriptorsUsed: { warning: 0.8 },
  // Seconds after the start during which a host counts as restarted.
  rebootedSeconds: 600,
};

local node = rules.selector({ job: 'node' });
// File systems that can fill: not memory, not read-only by nature.
local filesystem = rules.selector({ job: 'node', fstype: '!~tmpfs|ramfs|squashfs|erofs|iso9660|nsfs|fuse.*', mountpoint: '!=' });
// Disks, not partitions' containers or removable media.
local disk = rules.selector({ job: 'node', device: '!~(loop|ram|sr|fd|zram)[0-9]+' });
// Interfaces that reach out of the host.
local interface = rules.selector({ job: 'node', device: '!~lo|veth.*|docker.*|br-.*|virbr.*|cali.*|cni.*|flannel.*' });

rules.file([
  rules.group('node.rules', [
    rules.record('instance:node_cpus:count', {
      expr: 'count without (cpu, mode) (node_cpu_seconds_total{%s, mode="idle"})' % node,
    }),
    rules.record('instance_mode:node_cpu_seconds:avg_rate5m', {
      expr: 'avg without (cpu) (rate(node_cpu_seconds_total{%s}[5m]))' % node,
    }),
    rules.record('instance:node_cpu_used:ratio_rate5m', {
      expr: '1 - sum without (mode) (instance_mode:node_cpu_seconds:avg_rate5m{mode=~"idle|iowait|steal"})',
    }),
    rules.record('instance:node_load5:per_cpu', {
      expr: 'node_load5{%s} / instance:node_cpus:count' % node,
    }),
    rules.record('instance:node_memory_used:ratio', {
      expr: '1 - node_memory_MemAvailable_bytes{%(s)s} / node_memory_MemTotal_bytes{%(s)s}' % { s: node },
    }),
    rules.record('instance_mountpoint:node_filesystem_used:ratio', {
      expr: '1 - node_filesystem_avail_bytes{%(s)s} / (node_filesystem_size_bytes{%(s)s} > 0)' % { s: filesystem },
    }),
    rules.record('instance_mountpoint:node_filesystem_inodes_used:ratio', {
      expr: '1 - node_filesystem_files_free{%(s)s} / (node_filesystem_files{%(s)s} > 0)' % { s: filesystem },
    }),
    rules.record('instance_device:node_disk_busy:ratio_rate5m', {
      expr: 'rate(node_disk_io_time_seconds_total{%s}[5m])' % disk,
    }),
    rules.record('instance:node_disk_read_bytes:sum_rate5m', {
      expr: 'sum without (device) (rate(node_disk_read_bytes_total{%s}[5m]))' % disk,
    }),
    rules.record('instance:node_disk_written_bytes:sum_rate5m', {
      expr: 'sum without (device) (rate(node_disk_written_bytes_total{%s}[5m]))' % disk,
    }),
    rules.record('instance:node_network_receive_bytes:sum_rate5m', {
      expr: 'sum without (device) (rate(node_network_receive_bytes_total{%s}[5m]))' % interface,
    }),
    rules.record('instance:node_network_transmit_bytes:sum_rate5m', {
      expr: 'sum without (device) (rate(node_network_transmit_bytes_total{%s}[5m]))' % interface,
    }),
  ]),

  rules.group(
    'node.alerts',
    [
      rules.alert('HostDown', {
        expr: 'up{%s} == 0' % node,
        'for': '5m',
        severity: 'critical',
        summary: '{{ $labels.instance }} does not answer.',
        description: |||
          The node_exporter of {{ $labels.instance }} could not be scraped for five minutes: the host, its network or the exporter is down.
        |||,
      }),
      rules.alert('HostRebooted', {
        expr: 'node_time_seconds{%(s)s} - node_boot_time_seconds{%(s)s} < %(limit)g' % { s: node, limit: threshold.rebootedSeconds },
        'for': '1m',
        severity: 'info',
        summary: '{{ $labels.instance }} has restarted.',
        description: 'The host has been up for {{ $value | humanizeDuration }}.',
      }),
    ]
    + rules.levels('HostCpuHigh', threshold.cpuUsed, function(limit) {
      expr: 'instance:node_cpu_used:ratio_rate5m > %g' % limit,
      'for': '15m',
      summary: '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its CPU time.',
      description: 'The CPUs of {{ $labels.instance }} have been busy for a quarter of an hour.',
    })
    + rules.levels('HostCpuStealHigh', threshold.cpuSteal, function(limit) {
      expr: 'instance_mode:node_cpu_seconds:avg_rate5m{mode="steal"} > %g' % limit,
      'for': '15m',
      summary: '{{ $labels.instance }} loses {{ $value | humanizePercentage }} of its CPU time to other guests.',
      description: 'The hypervisor gives the CPUs that {{ $labels.instance }} waits for to others.',
    })
    + rules.levels('HostLoadHigh', threshold.loadPerCpu, function(limit) {
      expr: 'instance:node_load5:per_cpu > %g' % limit,
      'for': '15m',
      summary: '{{ $labels.instance }} has a load of {{ $value | humanize }} per CPU.',
      description: 'More processes want to run or wait for disks than {{ $labels.instance }} can serve.',
    })
    + rules.levels('HostMemoryHigh', threshold.memoryUsed, function(limit) {
      expr: 'instance:node_memory_used:ratio > %g' % limit,
      'for': '10m',
      summary: '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory.',
      description: 'Little memory is left that could be given to a process. When it is gone, the kernel ends one.',
    })
    + [
      rules.alert('HostOomKill', {
        expr: 'increase(node_vmstat_oom_kill{%s}[10m]) > 0' % node,
        severity: 'warning',
        summary: 'The kernel of {{ $labels.instance }} ended a process for lack of memory.',
        description: '{{ $value | humanize }} processes were killed within ten minutes.',
      }),
    ]
    + rules.levels('HostSwapping', threshold.swapPages, function(limit) {
      expr: 'rate(node_vmstat_pswpin{%(s)s}[5m]) + rate(node_vmstat_pswpout{%(s)s}[5m]) > %(limit)g' % { s: node, limit: limit },
      'for': '10m',
      summary: '{{ $labels.instance }} swaps {{ $value | humanize }} pages a second.',
      description: 'Processes of {{ $labels.instance }} need more memory than there is, and wait for the disk.',
    })
    + rules.levels('HostDiskFull', threshold.diskUsed, function(limit) {
      expr: 'instance_mountpoint:node_filesystem_used:ratio > %(limit)g and on (job, instance, device, mountpoint) node_filesystem_readonly{%(s)s} == 0' % { s: filesystem, limit: limit },
      'for': '10m',
      summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} is {{ $value | humanizePercentage }} full.',
      description: 'Writes to {{ $labels.device }} ({{ $labels.fstype }}) will fail when no space is left.',
    })
    + rules.levels('HostInodesLow', threshold.inodesUsed, function(limit) {
      expr: 'instance_mountpoint:node_filesystem_inodes_used:ratio > %(limit)g and on (job, instance, device, mountpoint) node_filesystem_readonly{%(s)s} == 0' % { s: filesystem, limit: limit },
      'for': '15m',
      summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} has used {{ $value | humanizePercentage }} of its inodes.',
      description: 'When none is left, no file can be created, even with space to spare.',
    })
    + [
      rules.alert('HostFilesystemReadOnly', {
        expr: 'node_filesystem_readonly{%(s)s} == 1 and min_over_time(node_filesystem_readonly{%(s)s}[1d]) == 0' % { s: filesystem },
        'for': '1m',
        severity: 'critical',
        summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} has become read-only.',
        description: '{{ $labels.device }} was writable within the last day. The kernel remounts a file system read-only after errors.',
      }),
      rules.alert('HostFilesystemError', {
        expr: 'node_filesystem_device_error{%s} == 1' % filesystem,
        'for': '10m',
        severity: 'warning',
        summary: '{{ $labels.mountpoint }} on {{ $labels.instance }} cannot be read.',
        description: 'Asking for the state of {{ $labels.device }} ({{ $labels.fstype }}) fails: its space is unknown.',
      }),
    ]
    + rules.levels('HostDiskBusy', threshold.diskBusy, function(limit) {
      expr: 'instance_device:node_disk_busy:ratio_rate5m > %g' % limit,
      'for': '30m',
      summary: '{{ $labels.device }} of {{ $labels.instance }} is busy {{ $value | humanizePercentage }} of the time.',
      description: 'The disk has been saturated for half an hour; whatever reads or writes it waits.',
    })
    + rules.levels('HostNetworkErrors', threshold.networkErrors, function(limit) {
      local share(direction) = |||
        rate(node_network_%(direction)s_errs_total{%(s)s}[5m])
        / (rate(node_network_%(direction)s_packets_total{%(s)s}[5m]) > 0) > %(limit)g
      ||| % { direction: direction, s: interface, limit: limit },
      expr: share('receive') + 'or\n' + share('transmit'),
      'for': '15m',
      summary: '{{ $labels.device }} of {{ $labels.instance }} loses {{ $value | humanizePercentage }} of its packets.',
      description: 'The interface reports errors: a cable, a port, a duplex mismatch or a driver.',
    })
    + rules.levels('HostClockSkew', threshold.clockOffset, function(limit) {
      expr: 'abs(node_timex_offset_seconds{%s}) > %g' % [node, limit],
      'for': '10m',
      summary: 'The clock of {{ $labels.instance }} is off by {{ $value | humanizeDuration }}.',
      description: 'Logs, certificates and distributed databases rely on the clock.',
    })
    + [
      rules.alert('HostClockNotSynchronised', {
        expr: 'min_over_time(node_timex_sync_status{%(s)s}[10m]) == 0 and node_timex_maxerror_seconds{%(s)s} >= 16' % { s: node },
        'for': '15m',
        severity: 'warning',
        summary: 'The clock of {{ $labels.instance }} follows no time server.',
        description: 'The kernel has lost synchronisation; the clock drifts from now on.',
      }),
    ]
    + rules.levels('HostConntrackFull', threshold.conntrackUsed, function(limit) {
      expr: 'node_nf_conntrack_entries{%(s)s} / node_nf_conntrack_entries_limit{%(s)s} > %(limit)g' % { s: node, limit: limit },
      'for': '5m',
      summary: '{{ $labels.instance }} has used {{ $value | humanizePercentage }} of its connection table.',
      description: 'When the table is full, new connections are dropped.',
    })
    + rules.levels('HostFileDescriptorsLow', threshold.fileDescriptorsUsed, function(limit) {
      expr: 'node_filefd_allocated{%(s)s} / node_filefd_maximum{%(s)s} > %(limit)g' % { s: node, limit: limit },
      'for': '15m',
      summary: '{{ $labels.instance }} has used {{ $value | humanizePercentage }} of its file descriptors.',
      description: 'When none is left, processes can open neither files nor connections.',
    })
    + [
      rules.alert('HostSystemdUnitFailed', {
        expr: 'node_systemd_unit_state{%s, state="failed"} == 1' % node,
        'for': '5m',
        severity: 'warning',
        summary: '{{ $labels.name }} has failed on {{ $labels.instance }}.',
        description: 'systemd has given up on the unit {{ $labels.name }}.',
      }),
      rules.alert('HostRaidDegraded', {
        expr: 'node_md_disks{%s, state="failed"} > 0' % node,
        'for': '5m',
        severity: 'critical',
        summary: '{{ $labels.device }} of {{ $labels.instance }} has lost a disk.',
        description: '{{ $value }} disks of the array have failed; with the next one, data may be lost.',
      }),
    ]
  ),
])

// Who is told, and when: from a series to the line in the chat. The tests run in
// every environment.
local test = import 'monctl/test.libsonnet';

// A host that answers, is away for some minutes, and is back. Another one stays.
local hosts(minutes) = [
  test.series('up', { job: 'node', instance: 'h:9100' }, '1 0x%d 1x60' % (minutes - 1)),
  test.series('up', { job: 'node', instance: 'h2:9100' }, '1x120'),
];

test.file([
  test.case('a host that is gone pages the infrastructure team once, and tells when it is back', hosts(30), {
    alerts: [
      test.pending('HostDown', '5m', [{ instance: 'h:9100' }]),
      test.firing('HostDown', '6m', [{ instance: 'h:9100' }]),
      test.inactive('HostDown', '31m'),
    ],
    notifications: [
      test.notifications('infrastructure-pager', '40m', [
        {
          at: '6m10s',
          status: 'firing',
          group_labels: { alertname: 'HostDown', job: 'node' },
          alerts: [{ status: 'firing', labels: { instance: 'h:9100' } }],
        },
        { at: '31m10s', status: 'resolved' },
      ]),
      test.notifications('monitoring-pager', '40m', []),
      test.notifications('digest', '40m', []),
    ],
  }),

  test.case('a host that restarts pages nobody', hosts(4), {
    alerts: [test.inactive('HostDown', '10m')],
    notifications: [test.notifications('infrastructure-pager', '20m', [])],
  }),
])

// What holds for every target, whatever it is.
local rules = (import 'rules.libsonnet')('monitoring');

// Edit a threshold here; everything below follows.
local threshold = {
  // Seconds that a scrape may take before it is worth a look.
  scrapeSeconds: 5,
  // Times that a target may come and go in half an hour.
  flaps: 6,
};

// Hosts and probes have alerts of their own, for their own teams.
local others = 'job!="node", job!~"probe-.*"';

rules.file([
  rules.group('general.rules', [
    rules.record('job:up:avg', {
      expr: 'avg by (job) (up)',
    }),
    rules.record('job:up:count', {
      expr: 'count by (job) (up)',
    }),
    rules.record('job:scrape_samples_scraped:sum', {
      expr: 'sum by (job) (scrape_samples_scraped)',
    }),
  ]),

  rules.group('general.alerts', [
    rules.alert('Watchdog', {
      expr: 'vector(1)',
      severity: 'none',
      summary: 'Alerts travel from rule evaluation to notification.',
      description: |||
        This alert always fires. Its receiver expects it regularly and raises the alarm when it stays away: a dead man's switch for the whole chain.
      |||,
    }),

    rules.alert('TargetDown', {
      expr: 'up{%s} == 0' % others,
      'for': '5m',
      severity: 'warning',
      summary: '{{ $labels.instance }} of job {{ $labels.job }} cannot be scraped.',
      description: |||
        Every scrape of {{ $labels.instance }} failed for five minutes. Its metrics are missing, and alerts that build on them cannot fire.
      |||,
    }),

    rules.alert('JobDown', {
      expr: 'job:up:avg == 0 and job:up:count > 1',
      'for': '5m',
      severity: 'critical',
      summary: 'No target of job {{ $labels.job }} can be scraped.',
      description: |||
        All targets of {{ $labels.job }} are down at once, which points to the network, to credentials or to a common cause rather than to one target.
      |||,
    }),

    rules.alert('TargetFlapping', {
      expr: 'changes(up{%s}[30m]) > %g' % [others, threshold.flaps],
      'for': '10m',
      severity: 'info',
      summary: '{{ $labels.instance }} of job {{ $labels.job }} comes and goes.',
      description: |||
        The target changed between up and down {{ $value }} times within half an hour.
      |||,
    }),

    rules.alert('TargetScrapeSlow', {
      expr: 'avg_over_time(scrape_duration_seconds{%s}[10m]) > %g' % [others, threshold.scrapeSeconds],
      'for': '15m',
      severity: 'info',
      summary: 'Scraping {{ $labels.instance }} of job {{ $labels.job }} is slow.',
      description: |||
        A scrape takes {{ $value | humanizeDuration }} on average. Beyond the scrape timeout the target counts as down.
      |||,
    }),
  ]),
])

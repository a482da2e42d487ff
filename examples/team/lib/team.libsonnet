// What all of the team's sources share.
{
  // The library's rules, with the team's name and its own runbooks.
  rules: (import 'monctl/rules.libsonnet') {
    defaults+: {
      team: 'api',
      runbookPrefix: 'https://runbooks.example.org/',
    },
  },

  // Settings of the environment, from monctl.cue.
  pager: std.extVar('pager'),
  errors: std.extVar('errors'),
  latency: std.extVar('latency'),
  environment: std.extVar('environment'),
}

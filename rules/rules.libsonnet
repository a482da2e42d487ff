// What this repository's rules have in common: rules(team).
local rules = import 'monctl/rules.libsonnet';

function(team) rules {
  defaults+: { team: team, runbookPrefix: 'https://github.com/monctl/monctl/blob/main/docs/runbooks/' },
}

// Mixins: rules and dashboards that travel together, as
// https://monitoring.mixins.dev describes them. `assemble` makes one; the other
// functions adjust one that somebody else wrote, and can be chained:
//
//   local mixin = import 'monctl/mixin.libsonnet';
//   local node = import 'node-mixin/mixin.libsonnet';
//   mixin.dropAlerts(mixin.label(node, { team: 'infrastructure' }), ['NodeRAIDDegraded'])
//
// All functions look at hidden fields too, and leave fields they do not know alone.
local check = import 'check.libsonnet';

{
  local this = self,

  // assemble(spec): a mixin.
  //   alerts      array of groups with alerting rules.                      default: []
  //   rules       array of groups with recording rules.                     default: []
  //   dashboards  {file name: dashboard}.                                   default: {}
  //   folder      title of the dashboards' folder.                          default: none
  assemble(spec)::
    local where = 'monctl/mixin: assemble';
    assert check.fields(where, spec, [], ['alerts', 'rules', 'dashboards', 'folder']);
    assert check.types(where, spec, { alerts: 'array', rules: 'array', dashboards: 'object', folder: 'string' });
    local groups = (if 'alerts' in spec then spec.alerts else []) + (if 'rules' in spec then spec.rules else []);
    assert check.unique(where, 'group names', [g.name for g in groups]);
    {
      prometheusAlerts+:: { groups+: if 'alerts' in spec then spec.alerts else [] },
      prometheusRules+:: { groups+: if 'rules' in spec then spec.rules else [] },
      grafanaDashboards+:: if 'dashboards' in spec then spec.dashboards else {},
    } + (if 'folder' in spec then { grafanaDashboardFolder:: spec.folder } else {}),

  // groups(mixin): all rule groups of a mixin, recordings first, since alerts read them.
  groups(mixin)::
    local of(field) = if std.objectHasAll(mixin, field) && std.objectHasAll(mixin[field], 'groups') then mixin[field].groups else [];
    of('prometheusRules') + of('prometheusAlerts'),

  // mapRules(mixin, f): the mixin with every rule r replaced by f(r); f may return
  // null to drop the rule. A group that loses its last rule goes too.
  mapRules(mixin, f)::
    local inGroup(group) = group { rules: [r for r in std.map(f, super.rules) if r != null] };
    local inFile(file) = file {
      groups: [g for g in std.map(inGroup, super.groups) if std.length(g.rules) > 0],
    };
    local has(field) = std.objectHasAll(mixin, field) && std.objectHasAll(mixin[field], 'groups');
    mixin {
      [if has('prometheusAlerts') then 'prometheusAlerts']:: inFile(super.prometheusAlerts),
      [if has('prometheusRules') then 'prometheusRules']:: inFile(super.prometheusRules),
    },

  // label(mixin, labels): adds labels to every alert; an existing label is replaced.
  label(mixin, labels)::
    assert check.labels('monctl/mixin: label', 'labels', labels);
    this.mapRules(mixin, function(rule)
      if std.objectHas(rule, 'alert') then rule { labels+: labels } else rule),

  // dropAlerts(mixin, names): without the named alerts. A name that does not occur
  // is an error: it would hide that upstream renamed the alert.
  dropAlerts(mixin, names)::
    assert std.all([this.hasAlert('dropAlerts', mixin, name) for name in names]);
    this.mapRules(mixin, function(rule)
      if std.objectHas(rule, 'alert') && std.member(names, rule.alert) then null else rule),

  // patchAlert(mixin, name, patch): adds the object `patch` to every alert of that
  // name, e.g. { 'for': '30m', labels+: { severity: 'warning' } }.
  patchAlert(mixin, name, patch)::
    assert this.hasAlert('patchAlert', mixin, name);
    assert check.type("monctl/mixin: patchAlert '%s'" % name, 'patch', patch, 'object');
    this.mapRules(mixin, function(rule)
      if std.objectHas(rule, 'alert') && rule.alert == name then rule + patch else rule),

  // hasAlert: used by the two above.
  hasAlert(verb, mixin, name)::
    local names = std.set([r.alert for g in this.groups(mixin) for r in g.rules if std.objectHas(r, 'alert')]);
    if std.setMember(name, names) then true
    else error "monctl/mixin: %s: the mixin has no alert '%s'; it has %s" % [verb, name, check.list(names)],
}

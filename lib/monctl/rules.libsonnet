// Builders for Prometheus rules: alerts, recordings, groups, rule files.
//
//   local rules = import 'monctl/rules.libsonnet';
//   local infra = rules { defaults+: { team: 'infrastructure' } };
//
//   infra.file([
//     infra.group('node.alerts', [
//       infra.alert('HostDown', {
//         expr: 'up{job="node"} == 0',
//         'for': '5m',
//         severity: 'critical',
//         summary: '{{ $labels.instance }} is down.',
//         description: 'The host has not answered for five minutes.',
//       }),
//     ]),
//   ])
//
// A wrong argument stops the evaluation with a message that names the rule. What a
// builder returns is the object that Prometheus reads; the author's own object
// stays its parent, so `rules.alert(…) { severity:: 'info' }` changes the severity
// afterwards and `rules.alert(…) { labels+: { … } }` adds a label.
local check = import 'check.libsonnet';

{
  local this = self,

  // What `alert` fills in. Set with `rules { defaults+: {…} }`.
  //   team           label `team` of an alert that names none; null = every alert must.
  //   runbookPrefix  runbook_url is this + alert name + runbookSuffix, unless given;
  //                  null = an alert that gives none has none.
  //   runbookSuffix
  //   strip          boolean: leave out the space around expressions and
  //                  descriptions, which a text block brings along.
  defaults:: {
    team: null,
    runbookPrefix: null,
    runbookSuffix: '.md',
    strip: true,
  },

  // The fields that every alert must have, of severity, team, summary and
  // description. Rules that were written under other habits begin with fewer:
  // `rules { required: ['severity'] }`.
  required:: ['severity', 'team', 'summary', 'description'],

  // The values that the label `severity` may have, and what each promises.
  severities:: {
    critical: 'somebody is woken up: users are affected, or will be within hours',
    warning: 'somebody looks during business hours',
    info: 'worth a line in a channel, nobody has to act',
    none: 'not for people: a signal between machines, such as a dead man’s switch',
  },

  // alert(name, spec): an alerting rule.
  //   name             alert name, letters, digits and underscores; CamelCase by habit.
  // spec:
  //   expr             PromQL; every series it returns is one alert.            required
  //   severity         critical | warning | info | none → label `severity`.  required *
  //   team             who is asked to act → label `team`.      default: defaults.team *
  //   summary          one line, what is wrong and where; a template.        required *
  //   description      what it means, with the value; a template.            required *
  //   runbook_url      where to read on.         default: built from `defaults` and name
  //   for              duration the expression must hold before firing.  default: at once
  //   keep_firing_for  duration to keep firing after it stopped holding.      default: 0
  //   labels           more labels {name: template}, not severity or team.
  //   annotations      more annotations {name: template}, e.g. dashboard_url.
  // * unless `required` leaves it out.
  alert(name, spec)::
    local where = "monctl/rules: alert '%s'" % std.toString(name);
    assert check.isName(name) : '%s: the name may hold letters, digits and underscores only' % where;
    local own = ['severity', 'team', 'summary', 'description'];
    assert std.all([check.oneOf('monctl/rules: required', 'required', f, own) for f in this.required]);
    local needed = [f for f in this.required if f != 'team'];
    assert check.fields(
      where,
      spec,
      ['expr'] + needed,
      std.setDiff(std.set(own), std.set(needed)) + ['for', 'keep_firing_for', 'runbook_url', 'labels', 'annotations']
    );
    local has(field) = std.objectHasAll(spec, field);
    local extra = { labels: {}, annotations: {} } + spec;
    local team = if has('team') then spec.team else this.defaults.team;
    assert check.text(where, 'expr', spec.expr);
    assert !has('severity') || check.oneOf(where, 'severity', spec.severity, std.objectFields(this.severities));
    assert team != null || !std.member(this.required, 'team')
           : "%s: the field 'team' is missing; name one, or set rules { defaults+: { team: … } }" % where;
    assert team == null || check.text(where, 'team', team);
    assert !has('summary') || check.text(where, 'summary', spec.summary);
    assert !has('description') || check.text(where, 'description', spec.description);
    assert check.durations(where, spec, ['for', 'keep_firing_for']);
    assert check.labels(where, 'labels', extra.labels);
    assert check.labels(where, 'annotations', extra.annotations);
    assert !std.objectHas(extra.labels, 'severity') && !std.objectHas(extra.labels, 'team')
           : "%s: 'severity' and 'team' are fields of their own, not labels" % where;
    local runbook = if has('runbook_url') then spec.runbook_url
    else if this.defaults.runbookPrefix == null then null
    else this.defaults.runbookPrefix + name + this.defaults.runbookSuffix;
    spec {
      local alert = self,
      // Inputs that Prometheus does not know by this name or in this place: hidden,
      // but still there to be overridden.
      severity:: if has('severity') then super.severity,
      team:: team,
      summary:: if has('summary') then super.summary,
      description:: if has('description') then super.description,
      runbook_url:: runbook,

      alert: name,
      expr: this.stripped(super.expr),
      [if has('severity') || team != null || extra.labels != {} then 'labels']: {
        [if alert.severity != null then 'severity']: alert.severity,
        [if alert.team != null then 'team']: alert.team,
      } + extra.labels,
      [if has('summary') || has('description') || runbook != null || extra.annotations != {} then 'annotations']: {
        [if alert.summary != null then 'summary']: alert.summary,
        // A text block may wrap where it likes: the notification decides on lines.
        [if alert.description != null then 'description']: this.stripped(alert.description),
        [if alert.runbook_url != null then 'runbook_url']: alert.runbook_url,
      } + extra.annotations,
    },

  // stripped(text): without the space around it, unless `defaults` keeps it.
  stripped(text):: if this.defaults.strip then std.stripChars(text, ' \n') else text,

  // levels(name, thresholds, spec): alerts of one name, one for each severity that has
  // a threshold. While the higher one fires, the lower one fires too; the inhibition
  // critical → warning keeps it quiet.
  //   thresholds  {severity: threshold}.
  //   spec        function(threshold) → spec of alert(…) without `severity`.
  levels(name, thresholds, spec)::
    local where = "monctl/rules: levels '%s'" % std.toString(name);
    local order = ['critical', 'warning', 'info', 'none'];
    assert check.fields(where, thresholds, [], order);
    assert check.type(where, 'spec', spec, 'function');
    [
      this.alert(name, spec(thresholds[severity]) { severity: severity })
      for severity in order
      if std.objectHas(thresholds, severity)
    ],

  // record(name, spec): a recording rule.
  //   name    level:metric:operations, e.g. instance:node_cpu_utilisation:rate5m.
  // spec:
  //   expr    PromQL.                                                           required
  //   labels  labels added to, or replaced in, every result {name: value}.
  record(name, spec)::
    local where = "monctl/rules: record '%s'" % std.toString(name);
    assert check.isRecordName(name) : '%s: the name must read level:metric:operations, e.g. job:http_requests:rate5m' % where;
    assert check.fields(where, spec, ['expr'], ['labels']);
    assert check.text(where, 'expr', spec.expr);
    assert !std.objectHasAll(spec, 'labels') || check.labels(where, 'labels', spec.labels);
    spec {
      record: name,
      expr: this.stripped(super.expr),
    },

  // group(name, rules, spec): rules that are evaluated one after the other.
  //   name          unique in its file; part of the identity of the rules' state, so
  //                 renaming it restarts every `for`.
  //   rules         array of alert(…) and record(…), in the order of evaluation.
  // spec:
  //   interval      duration between evaluations.  default: global.evaluation_interval
  //   query_offset  duration by which evaluation looks back, for late samples.
  //   limit         most series a rule may return, 0 = any number.            default: 0
  //   labels        labels of every rule of the group, unless the rule has them.
  group(name, rules, spec={})::
    local where = "monctl/rules: group '%s'" % std.toString(name);
    assert check.text('monctl/rules: group', 'name', name);
    assert check.type(where, 'rules', rules, 'array');
    assert std.length(rules) > 0 : '%s: a group needs at least one rule' % where;
    assert check.fields(where, spec, [], ['interval', 'query_offset', 'limit', 'labels']);
    assert check.durations(where, spec, ['interval', 'query_offset']);
    assert check.types(where, spec, { limit: 'number' });
    assert !std.objectHasAll(spec, 'labels') || check.labels(where, 'labels', spec.labels);
    assert std.all([
      if std.isObject(rules[i]) && (std.objectHas(rules[i], 'alert') || std.objectHas(rules[i], 'record')) then true
      else error '%s: rules[%d] is no rule; use alert(…) or record(…)' % [where, i]
      for i in std.range(0, std.length(rules) - 1)
    ]);
    spec { name: name, rules: rules },

  // file(groups): a rule file, what a file below rules/ evaluates to.
  //   groups  array of group(…).
  file(groups)::
    assert check.type('monctl/rules: file', 'groups', groups, 'array');
    assert check.unique('monctl/rules: file', 'group names', [g.name for g in groups]);
    { groups: groups },

  // selector(matchers): the text between the braces of a selector.
  //   matchers  {label: value} for equality; a value that begins with =~, !~ or != is
  //             taken with that operator: {job: '=~node|vm'} → job=~"node|vm".
  selector(matchers)::
    local one(label, value) =
      local op = if std.member(['=~', '!~', '!='], value[:2]) then value[:2] else '=';
      label + op + std.escapeStringJson(if op == '=' then value else value[2:]);
    assert check.labels('monctl/rules: selector', 'matchers', matchers);
    std.join(', ', [one(label, matchers[label]) for label in std.objectFields(matchers)]),
}

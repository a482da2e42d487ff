// Builders for unit tests: series for several instances at once, alerts that are
// pending, firing or inactive, and who is notified.
//
//   local test = import 'monctl/test.libsonnet';
//
//   local outage(instance, minutes) = [
//     test.series('up', { job: 'web', instance: instance }, '1 0x%d 1x30' % (minutes - 1)),
//   ];
//
//   test.file([
//     test.case('two web servers are away', outage(['web-1', 'web-2'], 10), {
//       alerts: [
//         test.pending('TargetDown', '3m', [{ instance: 'web-1' }, { instance: 'web-2' }]),
//         test.firing('TargetDown', '8m', [{ instance: 'web-1' }, { instance: 'web-2' }]),
//         test.inactive('TargetDown', '20m'),
//       ],
//       notifications: [
//         test.notifications('web-pager', '30m', [
//           { status: 'firing', alerts: [{ labels: { instance: 'web-1' } }, { labels: { instance: 'web-2' } }] },
//           { status: 'resolved' },
//         ]),
//       ],
//     }),
//   ])
//
// The values are those of a test file, as docs/tests.md describes it: what a
// builder does not know can be written beside it with `+`. Fixtures that several
// files share are functions in a library of the project.
local check = import 'check.libsonnet';

{
  local this = self,

  // file(cases, spec): a whole test file.
  //   cases                 array of case(…), or of arrays of them.
  //   rule_files            patterns of rule files.       default: ['monctl:bundle']
  //   evaluation_interval   duration between two evaluations of the rules. default: 1m
  //   env, alertmanager_file, options, group_eval_order, fuzzy_compare
  //                         as in the file, where given.
  file(cases, spec={})::
    local where = 'monctl/test: file';
    assert check.type(where, 'cases', cases, 'array');
    assert check.fields(where, spec, [], ['rule_files', 'evaluation_interval', 'env', 'alertmanager_file', 'options', 'group_eval_order', 'fuzzy_compare']);
    local tests = this.flat(cases);
    assert check.unique(where, 'names of tests', [t.name for t in tests]);
    { rule_files: ['monctl:bundle'], evaluation_interval: '1m' } + spec + { tests: tests },

  // case(name, series, spec): one test.
  //   series          array of series(…), or of arrays of them.
  //   alerts          array of firing(…), pending(…), inactive(…).
  //   expressions     array of the file's promql_expr_test.
  //   routes          array of route(…).
  //   notifications   array of notifications(…).
  //   suppressions    array of suppressed(…).
  //   silences        array of silence(…).
  //   start           timestamp from which all durations count.       default: 1970
  //   interval        duration between two samples.  default: the file's evaluation_interval
  case(name, series, spec)::
    local where = "monctl/test: case '%s'" % name;
    assert check.text('monctl/test: case', 'name', name);
    assert check.type(where, 'series', series, 'array');
    local arrays = {
      alerts: 'alert_rule_test',
      expressions: 'promql_expr_test',
      routes: 'route_test',
      notifications: 'notification_test',
      suppressions: 'suppression_test',
      silences: 'silences',
    };
    assert check.fields(where, spec, [], std.objectFields(arrays) + ['start', 'interval']);
    assert check.types(where, spec, { [f]: 'array' for f in std.objectFields(arrays) });
    { name: name, input_series: this.flat(series) }
    + { [arrays[f]]: this.flat(spec[f]) for f in std.objectFields(arrays) if std.objectHas(spec, f) }
    + (if std.objectHas(spec, 'start') then { start_timestamp: spec.start } else {})
    + (if std.objectHas(spec, 'interval') then { interval: spec.interval } else {}),

  // series(metric, labels, values): one input series or, where a label has an array
  // of values, one for each of them.
  //   labels   object label name → string or array of strings.
  //   values   samples in promtool's notation, e.g. '0+10x60', '1 1 0x8 stale'.
  series(metric, labels, values)::
    local where = "monctl/test: series '%s'" % metric;
    assert check.type(where, 'labels', labels, 'object');
    assert check.types(where, labels, { [l]: ['string', 'array'] for l in std.objectFields(labels) });
    assert check.type(where, 'values', values, ['string', 'number']);
    local fixed = [l for l in std.objectFields(labels) if std.isString(labels[l])];
    local each = { [l]: labels[l] for l in std.objectFields(labels) if std.isArray(labels[l]) };
    {
      series: metric + (if std.length(fixed) == 0 then '' else '{%s}' % std.join(', ', ['%s=%s' % [l, std.escapeStringJson(labels[l])] for l in fixed])),
      values: std.toString(values),
      [if std.length(each) > 0 then 'for_each']: each,
    },

  // firing(alertname, at, alerts): the alerts that fire at a time, and no others of
  // that name. Each is an object of labels, or of labels and annotations as
  // { labels: {…}, annotations: {…} }; what is not named is not compared.
  firing(alertname, at, alerts):: this.alert(alertname, at, 'firing', alerts),
  // pending: the same for alerts whose `for` has not passed.
  pending(alertname, at, alerts):: this.alert(alertname, at, 'pending', alerts),
  // inactive(alertname, at): no alert of that name is pending or firing.
  inactive(alertname, at, alerts=[]):: this.alert(alertname, at, 'inactive', alerts),

  alert(alertname, at, state, alerts)::
    local where = "monctl/test: alert '%s'" % alertname;
    assert check.duration(where, 'at', at);
    assert check.type(where, 'alerts', alerts, 'array');
    local isSplit(a) = std.objectHas(a, 'labels') && std.isObject(a.labels) || std.objectHas(a, 'annotations') && std.isObject(a.annotations);
    local expected(a) = if isSplit(a) then
      (if std.objectHas(a, 'labels') then { exp_labels: a.labels } else {})
      + (if std.objectHas(a, 'annotations') then { exp_annotations: a.annotations } else {})
    else { exp_labels: a };
    { alertname: alertname, eval_time: at, state: state, match: 'subset', exp_alerts: [expected(a) for a in alerts] },

  // route(labels, receivers): which receivers an alert reaches that Alertmanager gets
  // with these labels, in order.
  route(labels, receivers)::
    assert check.labels('monctl/test: route', 'labels', labels);
    assert check.type('monctl/test: route', 'receivers', receivers, 'array');
    { labels: labels, exp_receivers: receivers },

  // notifications(receiver, until, expected, from): all that a receiver gets from one
  // time until another, in order: {at, status, group_labels, alerts, integrations}.
  notifications(receiver, until, expected, from='0m')::
    local where = "monctl/test: notifications to '%s'" % receiver;
    assert check.duration(where, 'until', until);
    assert check.duration(where, 'from', from);
    assert check.type(where, 'expected', expected, 'array');
    assert std.all([check.fields(where, e, [], ['at', 'status', 'group_labels', 'alerts', 'integrations']) for e in expected]);
    { receiver: receiver, from: from, until: until, exp_notifications: expected },

  // suppressed(labels, receiver, at, by): what keeps an alert from a receiver, of
  // 'inhibition', 'silence', 'time_interval'; [] is nothing.
  suppressed(labels, receiver, at, by)::
    local where = "monctl/test: suppressed for '%s'" % receiver;
    assert check.duration(where, 'at', at);
    assert std.all([check.oneOf(where, 'by', b, ['inhibition', 'silence', 'time_interval']) for b in by]);
    { labels: labels, receiver: receiver, eval_time: at, exp_by: by },

  // silence(matchers, until, from): a silence, e.g. silence(['team="web"'], '2h').
  silence(matchers, until, from='0m')::
    assert check.type('monctl/test: silence', 'matchers', matchers, 'array');
    { matchers: matchers, from: from, until: until },

  // flat: an array without the arrays in it, so that fixtures may be arrays.
  flat(array)::
    std.flatMap(function(e) if std.isArray(e) then this.flat(e) else [e], array),
}

// Builders for an Alertmanager configuration: a routing tree by team, then by
// severity, receivers, inhibition, time intervals.
//
//   local am = import 'monctl/alertmanager.libsonnet';
//
//   am.config({
//     route: am.route.root('fallback', {
//       routes: [
//         am.route.team('platform', 'platform-chat', {
//           critical: { receiver: 'platform-pager', repeat_interval: '1h' },
//           info: { mute_time_intervals: ['out-of-hours'] },
//         }),
//       ],
//     }),
//     receivers: [
//       am.receiver('fallback', [am.webhook({ url: am.secret('webhook/url') })]),
//       am.receiver('platform-chat', [am.slack({ channel: '#platform', api_url: am.secret('slack/url') })]),
//       am.receiver('platform-pager', [am.pagerduty({ routing_key: am.secret('pagerduty/platform') })]),
//     ],
//     time_intervals: [am.interval('out-of-hours', am.outOfHours('Europe/Berlin'))],
//   })
//
// Names that one part gives and another uses (receivers, intervals) are checked
// when the configuration is put together.
local check = import 'check.libsonnet';

{
  local this = self,

  // secret(name): a secret by name, e.g. 'slack/url'. The result is a placeholder;
  // monctl puts the secret in its place where the configuration is used, so that it
  // never stands in Git. It must be the whole value of a field.
  secret(name)::
    assert check.text('monctl/alertmanager: secret', 'name', name);
    std.native('secret')(name),

  // What the builders of integrations fill in, by kind; the fields of Alertmanager's own
  // integrations. Set with `am { defaults+: { slack+: { title: '…' } } }`, for instance
  // to use the project's templates everywhere.
  defaults:: {
    slack: { send_resolved: true },
    webhook: { send_resolved: true },
    email: { send_resolved: true },
    pagerduty: { send_resolved: true },
  },

  // ---- The whole file -------------------------------------------------------

  // config(spec): a whole alertmanager.yml.
  //   route           route.root(…).                                        required
  //   receivers       array of receiver(…).                                 required
  //   inhibit_rules   array of inhibit(…).                               default: []
  //   time_intervals  array of interval(…).                              default: []
  //   templates       globs of template files, null = none.
  //                                                   default: ['templates/*.tmpl']
  //   global          {…} Alertmanager's section `global`: resolve_timeout, http_config,
  //                   and defaults of integrations, e.g. smtp_from.      default: {}
  config(spec)::
    local where = 'monctl/alertmanager: config';
    assert check.fields(where, spec, ['route', 'receivers'], ['inhibit_rules', 'time_intervals', 'templates', 'global']);
    assert check.types(where, spec, { route: 'object', receivers: 'array', inhibit_rules: 'array', time_intervals: 'array', templates: ['array', 'null'], global: 'object' });
    local s = { inhibit_rules: [], time_intervals: [], templates: ['templates/*.tmpl'], global: {} } + spec;
    local receivers = [r.name for r in s.receivers];
    local intervals = [i.name for i in s.time_intervals];
    assert check.unique(where, 'receiver names', receivers);
    assert check.unique(where, 'time interval names', intervals);
    assert this.checkRoute(where + ': route', s.route, receivers, intervals);
    { route: s.route, receivers: s.receivers, [if s.templates != null then 'templates']: s.templates }
    + (if std.length(s.inhibit_rules) > 0 then { inhibit_rules: s.inhibit_rules } else {})
    + (if std.length(s.time_intervals) > 0 then { time_intervals: s.time_intervals } else {})
    + (if std.length(s.global) > 0 then { global: s.global } else {}),

  // checkRoute: every receiver and interval that the route or a child names exists.
  checkRoute(where, route, receivers, intervals)::
    local field(name) = if std.objectHas(route, name) then route[name] else [];
    (!std.objectHas(route, 'receiver') || std.member(receivers, route.receiver) ||
     error "%s: there is no receiver '%s'; there are %s" % [where, route.receiver, check.list(receivers)]) &&
    std.all([
      std.member(intervals, i) || error "%s: there is no time interval '%s'; there are %s" % [where, i, check.list(intervals)]
      for i in field('mute_time_intervals') + field('active_time_intervals')
    ]) &&
    local routes = field('routes');
    std.all([
      this.checkRoute('%s.routes[%d]' % [where, i], routes[i], receivers, intervals)
      for i in std.range(0, std.length(routes) - 1)
    ]),

  // ---- Routes ---------------------------------------------------------------

  // matcher(label, value, op): one condition on a label.
  //   op  = | != | =~ | !~; regular expressions match the whole value.   default: =
  matcher(label, value, op='=')::
    assert check.labelName('monctl/alertmanager: matcher', label);
    assert check.oneOf('monctl/alertmanager: matcher', 'op', op, ['=', '!=', '=~', '!~']);
    assert check.type("monctl/alertmanager: matcher '%s'" % label, 'value', value, 'string');
    label + op + std.escapeStringJson(value),

  // The fields of `options`, which every route takes:
  //   group_by               label names; ['...'] = every label, [] = one group.
  //   group_wait             duration until a new group's first notification.
  //   group_interval         duration until changes to a group are sent.
  //   repeat_interval        duration until an unchanged group is sent again.
  //   mute_time_intervals    interval names: no notification inside of them.
  //   active_time_intervals  interval names: no notification outside of them.
  //   continue               boolean: also try the siblings that follow. default: false
  //   routes                 array of child routes; the first that matches is taken.
  // A child inherits the receiver, group_by and the three durations, nothing else.
  route: {
    local options = ['group_by', 'group_wait', 'group_interval', 'repeat_interval', 'mute_time_intervals', 'active_time_intervals', 'continue', 'routes'],
    local checked(where, spec, more=[]) =
      assert check.fields(where, spec, [], options + more);
      assert check.durations(where, spec, ['group_wait', 'group_interval', 'repeat_interval']);
      assert check.types(where, spec, {
        group_by: 'array',
        mute_time_intervals: 'array',
        active_time_intervals: 'array',
        continue: 'boolean',
        routes: 'array',
        receiver: 'string',
      });
      spec,

    // route.root(receiver, options): the top of the tree, which takes every alert
    // that no child takes. Defaults: group_by alertname; group_wait 30s;
    // group_interval 5m; repeat_interval 4h.
    root(receiver, spec={})::
      local where = 'monctl/alertmanager: route.root';
      assert check.text(where, 'receiver', receiver);
      assert !std.objectHas(spec, 'mute_time_intervals') && !std.objectHas(spec, 'active_time_intervals') && !std.objectHas(spec, 'continue')
             : '%s: the root takes neither time intervals nor continue' % where;
      {
        group_by: ['alertname'],
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '4h',
      } + checked(where, spec) + { receiver: receiver },

    // route.match(matchers, receiver, options): the alerts that meet all conditions.
    //   matchers  array of matcher(…), or an object {label: value} for equality.
    //   receiver  receiver name; null = the parent's.
    match(matchers, receiver=null, spec={})::
      local where = 'monctl/alertmanager: route.match';
      local all = if std.isObject(matchers) then [this.matcher(l, matchers[l]) for l in std.objectFields(matchers)] else matchers;
      assert check.type(where, 'matchers', all, 'array');
      { matchers: all } + (if receiver != null then { receiver: receiver } else {}) + checked(where, spec),

    // route.team(team, receiver, severities, options): a team's branch, and below it
    // one branch a severity.
    //   team        value of the label `team`.
    //   receiver    where the team's alerts go that no severity sends elsewhere.
    //   severities  {severity: options + {receiver}}; severities that are not named
    //               stay with the team's receiver.
    team(team, receiver, severities={}, spec={})::
      local where = "monctl/alertmanager: route.team '%s'" % std.toString(team);
      assert check.text('monctl/alertmanager: route.team', 'team', team);
      assert check.text(where, 'receiver', receiver);
      assert check.type(where, 'severities', severities, 'object');
      local order = ['critical', 'warning', 'info', 'none'];
      assert std.all([check.oneOf(where, 'severity', s, order) for s in std.objectFields(severities)]);
      local branches = [
        { matchers: [this.matcher('severity', s)] } + checked("%s, severity '%s'" % [where, s], severities[s], ['receiver'])
        for s in order
        if std.objectHas(severities, s)
      ];
      local own = checked(where, spec);
      { matchers: [this.matcher('team', team)], receiver: receiver } + own + {
        routes: branches + (if std.objectHas(own, 'routes') then own.routes else []),
      },
  },

  // ---- Inhibition -----------------------------------------------------------

  // inhibit(spec): while a source fires, the targets are not notified.
  //   source  array of matcher(…): the alert that explains the others.       required
  //   target  array of matcher(…): the alerts that it explains.              required
  //   equal   label names that must agree between the two; a label that both lack
  //           agrees.                                                     default: []
  inhibit(spec)::
    local where = 'monctl/alertmanager: inhibit';
    assert check.fields(where, spec, ['source', 'target'], ['equal']);
    assert check.types(where, spec, { source: 'array', target: 'array', equal: 'array' });
    {
      source_matchers: spec.source,
      target_matchers: spec.target,
      equal: if std.objectHas(spec, 'equal') then spec.equal else [],
    },

  // ---- Time -----------------------------------------------------------------

  // interval(name, periods): a named time interval, the union of its periods.
  //   periods  array of period(…).
  interval(name, periods)::
    assert check.text('monctl/alertmanager: interval', 'name', name);
    assert check.type("monctl/alertmanager: interval '%s'" % name, 'periods', periods, 'array');
    { name: name, time_intervals: periods },

  // period(spec): the instants that meet every field given.
  //   times          array of ['HH:MM', 'HH:MM'], from (inclusive) to (exclusive); the
  //                  end of the day is '24:00'; a time over midnight is two entries.
  //   weekdays       array of 'monday' or 'monday:friday'.
  //   days_of_month  array of '1', '1:5', '-3:-1' (counted from the end).
  //   months         array of 'january', '1:3'.
  //   years          array of '2026', '2026:2028'.
  //   location       name of a time zone, e.g. Asia/Tokyo.              default: UTC
  period(spec)::
    local where = 'monctl/alertmanager: period';
    assert check.fields(where, spec, [], ['times', 'weekdays', 'days_of_month', 'months', 'years', 'location']);
    assert check.types(where, spec, { times: 'array', weekdays: 'array', days_of_month: 'array', months: 'array', years: 'array', location: 'string' });
    assert !std.objectHas(spec, 'times') || std.all([
      (std.isArray(t) && std.length(t) == 2) || error "%s: 'times' must hold pairs like ['09:00', '18:00'], got %s" % [where, check.str(t)]
      for t in spec.times
    ]);
    spec + (if std.objectHas(spec, 'times')
            then { times: [{ start_time: t[0], end_time: t[1] } for t in spec.times] } else {}),

  // businessHours(location, from, to), outOfHours(…): periods of Monday to Friday,
  // and of the rest of the week, in the time zone `location`.
  businessHours(location, from='09:00', to='18:00'):: [
    this.period({ weekdays: ['monday:friday'], times: [[from, to]], location: location }),
  ],
  outOfHours(location, from='09:00', to='18:00'):: [
    this.period({ weekdays: ['monday:friday'], times: [['00:00', from], [to, '24:00']], location: location }),
    this.period({ weekdays: ['saturday', 'sunday'], location: location }),
  ],

  // ---- Receivers ------------------------------------------------------------

  // receiver(name, integrations): who gets told, over all of the integrations.
  //   integrations  array of slack(…), webhook(…), email(…), pagerduty(…) or
  //                 integration(…); [] = nobody, the alert is only shown.
  receiver(name, integrations=[])::
    assert check.text('monctl/alertmanager: receiver', 'name', name);
    assert check.type("monctl/alertmanager: receiver '%s'" % name, 'integrations', integrations, 'array');
    std.foldl(
      function(receiver, integration) receiver { [integration.kind + '_configs']+: [integration.config] },
      integrations,
      { name: name },
    ),

  // integration(kind, config): any other of Alertmanager's integrations.
  //   kind    opsgenie, telegram, msteamsv2, … → the list <kind>_configs.
  //   config  the fields of that integration, unchecked.
  integration(kind, config):: { kind: kind, config: config },

  // The builders below check the names of the fields they know; every field that
  // Alertmanager has and they do not goes into `extra`.
  local build(kind, spec, required, optional) =
    local where = 'monctl/alertmanager: ' + kind;
    assert check.fields(where, spec, required, optional + ['send_resolved', 'extra']);
    assert check.types(where, spec, { send_resolved: 'boolean', extra: 'object' });
    this.integration(
      kind,
      this.defaults[kind]
      + { [f]: spec[f] for f in std.objectFields(spec) if f != 'extra' }
      + (if std.objectHas(spec, 'extra') then spec.extra else {})
    ),

  // slack(spec): a message to a channel.
  //   channel        '#name'.                                                required
  //   api_url        secret: URL of the incoming webhook.    default: global.slack_api_url
  //   title, text, title_link, color   templates.                default: Alertmanager's
  //   actions        array of {type: 'button', text, url}.
  //   send_resolved  boolean: also tell when it is over.                   default: true
  slack(spec):: build('slack', spec, ['channel'], ['api_url', 'title', 'text', 'title_link', 'color', 'actions']),

  // webhook(spec): a POST with the group as JSON.
  //   url            secret or URL.                                          required
  //   max_alerts     most alerts in one request, 0 = all.                    default: 0
  //   timeout        duration a request may take.          default: none of its own
  //   http_config    {…} Alertmanager's http_config.
  //   send_resolved  boolean.                                             default: true
  webhook(spec):: build('webhook', spec, ['url'], ['max_alerts', 'timeout', 'http_config']),

  // email(spec): a mail.
  //   to             address or addresses, comma separated.                  required
  //   from, smarthost ('host:port'), auth_username, hello
  //                  strings.                                 default: global.smtp_…
  //   auth_password  secret.                      default: global.smtp_auth_password
  //   require_tls    boolean.                                             default: true
  //   headers        {name: template}, e.g. Subject.
  //   html, text     templates; html: '' sends text only.      default: Alertmanager's
  //   send_resolved  boolean.                                             default: true
  email(spec):: build('email', spec, ['to'], ['from', 'smarthost', 'hello', 'auth_username', 'auth_password', 'require_tls', 'headers', 'html', 'text']),

  // pagerduty(spec): an incident, by the Events API v2.
  //   routing_key    secret: integration key of the service.                 required
  //   severity       critical | error | warning | info, or a template.  default: error
  //   description    template.                                 default: Alertmanager's
  //   client, client_url, class, component, group   templates.
  //   details        {name: template}.
  //   send_resolved  boolean: close the incident.                         default: true
  pagerduty(spec):: build('pagerduty', spec, ['routing_key'], ['severity', 'description', 'client', 'client_url', 'class', 'component', 'group', 'details']),
}

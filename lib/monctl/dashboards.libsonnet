// Builders for Grafana dashboards on Prometheus data.
//
//   local d = import 'monctl/dashboards.libsonnet';
//
//   d.dashboard('host', {
//     title: 'Host',
//     variables: [d.variable.datasource(), d.variable.labelValues('instance', 'node_load1')],
//     rows: [
//       d.row('CPU', [
//         d.timeseries('Load', [d.query('node_load1{instance="$instance"}', '1m')]),
//         d.stat('Processes', [d.query('node_procs_running{instance="$instance"}')], { width: 6 }),
//       ]),
//     ],
//   })
//
// The result has every field that the current schema asks for and none that it does
// not know, so that it decodes strictly and does not change when Grafana saves it.
// Positions, ids and reference letters are given by order; nothing is counted by hand.
local check = import 'check.libsonnet';

{
  local this = self,

  // Width of the grid, in columns; every `width` below is in these.
  columns:: 24,

  // Reference to the data source that the variable `datasource` names.
  local datasource = { type: 'prometheus', uid: '${datasource}' },

  // A stable identifier: lower-case letters, digits, - and _, at most 40.
  local checkUid(where, uid) =
    local good = std.isString(uid) && uid != '' && std.length(uid) <= 40 &&
                 std.all([std.member('abcdefghijklmnopqrstuvwxyz0123456789-_', c) for c in std.stringChars(uid)]);
    if good then true
    else error '%s: the uid may have up to 40 of a-z, 0-9, - and _, got %s' % [where, check.str(uid)],

  // ---- The dashboard --------------------------------------------------------

  // dashboard(uid, spec): a dashboard.
  //   uid          its identity and address; never change it.
  //   title        text.                                                    required
  //   rows         array of row(…); one dashboard has at least one panel.   required
  //   description  text.                                                 default: none
  //   tags         array of words, to find and link dashboards by.         default: []
  //   variables    array of variable.…(…).           default: [variable.datasource()]
  //   from, to     time range shown at first.               default: now-1h, now
  //   refresh      duration between reloads, '' = never.                default: 30s
  //   timezone     browser | utc | name of a time zone.              default: browser
  //   tooltip      off | crosshair | shared, over all panels.      default: crosshair
  //   editable     boolean: whether the UI offers to edit.              default: true
  //   links        array of link(…), shown in the header.                default: []
  dashboard(uid, spec)::
    local where = "monctl/dashboards: dashboard '%s'" % std.toString(uid);
    assert checkUid(where, uid);
    assert check.fields(where, spec, ['title', 'rows'], ['description', 'tags', 'variables', 'from', 'to', 'refresh', 'timezone', 'tooltip', 'editable', 'links']);
    assert check.text(where, 'title', spec.title);
    assert check.types(where, spec, { rows: 'array', tags: 'array', variables: 'array', links: 'array', editable: 'boolean', description: 'string' });
    local s = {
      description: '',
      tags: [],
      variables: [this.variable.datasource()],
      from: 'now-1h',
      to: 'now',
      refresh: '30s',
      timezone: 'browser',
      tooltip: 'crosshair',
      editable: true,
      links: [],
    } + spec;
    local tooltips = { off: 0, crosshair: 1, shared: 2 };
    assert check.oneOf(where, 'tooltip', s.tooltip, std.objectFields(tooltips));
    assert s.refresh == '' || check.duration(where, 'refresh', s.refresh);
    assert check.unique(where, 'variable names', [v.name for v in s.variables]);
    assert std.member([v.name for v in s.variables], 'datasource')
           : "%s: panels read from ${datasource}; add variable.datasource() to 'variables'" % where;
    {
      uid: uid,
      title: s.title,
      description: s.description,
      tags: s.tags,
      timezone: s.timezone,
      editable: s.editable,
      graphTooltip: tooltips[s.tooltip],
      time: { from: s.from, to: s.to },
      timepicker: { refresh_intervals: ['5s', '10s', '30s', '1m', '5m', '15m', '1h'] },
      refresh: s.refresh,
      schemaVersion: 41,
      fiscalYearStartMonth: 0,
      liveNow: false,
      weekStart: '',
      preload: false,
      panels: this.layout(s.rows),
      templating: { list: s.variables },
      annotations: { list: [this.annotation] },
      links: s.links,
    },

  // row(title, panels, options): panels below a heading, set from left to right and
  // wrapped at the edge. A title of null gives no heading.
  // options:
  //   collapsed  boolean: closed at first; its panels load when opened.  default: false
  //   repeat     name of a variable: one row for each of its values.     default: none
  row(title, panels, options={})::
    local where = "monctl/dashboards: row '%s'" % std.toString(title);
    assert check.type(where, 'panels', panels, 'array');
    assert check.fields(where, options, [], ['collapsed', 'repeat']);
    assert check.types(where, options, { collapsed: 'boolean', repeat: 'string' });
    assert title != null || options == {} : '%s: a row without title can neither collapse nor repeat' % where;
    { title: title, panels: panels, collapsed: false } + options,

  // layout(rows): the panels of all rows with positions and ids. Lines are as high as
  // their highest panel.
  layout(rows)::
    local place(panels, top) = std.foldl(
      function(acc, panel)
        local size = panel.size;
        local wraps = acc.x + size.width > this.columns;
        local x = if wraps then 0 else acc.x;
        local y = if wraps then acc.y + acc.h else acc.y;
        {
          x: x + size.width,
          y: y,
          h: if wraps then size.height else std.max(acc.h, size.height),
          out: acc.out + [panel { gridPos: { x: x, y: y, w: size.width, h: size.height } }],
        },
      panels,
      { x: 0, y: top, h: 0, out: [] },
    );
    local withIds(panels, first) = std.mapWithIndex(function(i, p) p { id: first + i }, panels);
    std.foldl(
      function(acc, row)
        local headed = row.title != null;
        local above = if headed then 1 else 0;
        local placed = place(row.panels, acc.y + above);
        local panels = withIds(placed.out, acc.id + above);
        local heading = {
          type: 'row',
          id: acc.id,
          title: row.title,
          collapsed: row.collapsed,
          gridPos: { x: 0, y: acc.y, w: this.columns, h: 1 },
          panels: if row.collapsed then panels else [],
          [if std.objectHas(row, 'repeat') then 'repeat']: row.repeat,
        };
        {
          id: acc.id + above + std.length(panels),
          y: if row.collapsed then acc.y + 1 else placed.y + placed.h,
          out: acc.out + (if headed then [heading] else []) + (if row.collapsed then [] else panels),
        },
      rows,
      { id: 1, y: 0, out: [] },
    ).out,

  // The built-in annotations, which Grafana adds to every dashboard that lacks them.
  annotation:: {
    name: 'Annotations & Alerts',
    builtIn: 1,
    datasource: { type: 'grafana', uid: '-- Grafana --' },
    enable: true,
    hide: true,
    iconColor: 'rgba(0, 211, 255, 1)',
    type: 'dashboard',
  },

  // link(title, url, options), linkByTag(title, tags): links of a dashboard's header or of a panel.
  //   url    address; variables are filled in.
  //   tags   array: all dashboards that have one of these tags, as a drop-down.
  // options:
  //   icon, tooltip  text.
  //   keepTime, includeVars, targetBlank  booleans.            default: true, false, false
  link(title, url, options={})::
    assert check.fields("monctl/dashboards: link '%s'" % title, options, [], ['icon', 'tooltip', 'keepTime', 'includeVars', 'targetBlank']);
    {
      title: title,
      type: 'link',
      icon: 'external link',
      tooltip: '',
      url: url,
      tags: [],
      asDropdown: false,
      targetBlank: false,
      includeVars: false,
      keepTime: true,
    } + options,
  linkByTag(title, tags):: this.link(title, '') + { type: 'dashboards', icon: 'dashboard', tags: tags, asDropdown: true },

  // ---- Variables ------------------------------------------------------------

  variable: {
    local variable(where, name, type, fields) =
      assert check.isName(name) : '%s: a variable’s name may hold letters, digits and underscores only, got %s' % [where, check.str(name)];
      { name: name, type: type, hide: 0, skipUrlSync: false } + fields,

    // variable.datasource(options): which Prometheus the panels read. Its name is
    // always `datasource`.
    // options:
    //   label  text shown before it.                       default: Data source
    //   regex  only data sources whose name matches.       default: all
    datasource(options={})::
      local where = 'monctl/dashboards: variable.datasource';
      assert check.fields(where, options, [], ['label', 'regex']);
      local o = { label: 'Data source', regex: '' } + options;
      variable(where, 'datasource', 'datasource', {
        label: o.label,
        query: 'prometheus',
        regex: o.regex,
        refresh: 1,
        multi: false,
        includeAll: false,
        options: [],
        current: { selected: false, text: 'default', value: 'default' },
      }),

    // variable.labelValues(label, selector, options): the values of a label.
    //   label     label name.
    //   selector  PromQL selector of the series to look at, e.g. up{job="node"}.
    // options:
    //   name        name of the variable.                        default: the label
    //   title       text shown before it.                        default: the name
    //   multi       boolean: several values at once.              default: false
    //   includeAll  boolean: offer «All», which matches everything and is chosen at
    //               first.                                        default: multi
    //   regex       only values that match; a group cuts them.   default: all
    labelValues(label, selector, options={})::
      local where = "monctl/dashboards: variable.labelValues '%s'" % std.toString(label);
      assert check.labelName(where, label);
      assert check.text(where, 'selector', selector);
      assert check.fields(where, options, [], ['name', 'title', 'multi', 'includeAll', 'regex']);
      assert check.types(where, options, { multi: 'boolean', includeAll: 'boolean', regex: 'string' });
      local o = { name: label, title: self.name, multi: false, includeAll: self.multi, regex: '' } + options;
      local query = 'label_values(%s, %s)' % [selector, label];
      variable(where, o.name, 'query', {
        label: o.title,
        datasource: datasource,
        definition: query,
        query: { qryType: 1, query: query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
        refresh: 2,
        regex: o.regex,
        sort: 1,
        multi: o.multi,
        includeAll: o.includeAll,
        options: [],
      } + (if o.includeAll then {
             allValue: '.*',
             current: if o.multi
             then { selected: true, text: ['All'], value: ['$__all'] }
             else { selected: true, text: 'All', value: '$__all' },
           } else {})),

    // variable.custom(name, values, options): one of fixed values; the first is
    // chosen at first.
    // options:
    //   title  text shown before it.                                default: the name
    custom(name, values, options={})::
      local where = "monctl/dashboards: variable.custom '%s'" % std.toString(name);
      assert check.fields(where, options, [], ['title']);
      assert check.type(where, 'values', values, 'array');
      assert std.length(values) > 0 : '%s: at least one value is needed' % where;
      local option(v) = { selected: v == values[0], text: v, value: v };
      variable(where, name, 'custom', {
        label: if std.objectHas(options, 'title') then options.title else name,
        query: std.join(',', values),
        multi: false,
        includeAll: false,
        options: std.map(option, values),
        current: option(values[0]),
      }),

    // variable.textbox(name, value, options): free text.
    //   value  text at first.                                           default: ''
    textbox(name, value='', options={})::
      local where = "monctl/dashboards: variable.textbox '%s'" % std.toString(name);
      assert check.fields(where, options, [], ['title']);
      local chosen = { selected: true, text: value, value: value };
      variable(where, name, 'textbox', {
        label: if std.objectHas(options, 'title') then options.title else name,
        query: value,
        options: [chosen],
        current: chosen,
      }),

    // variable.constant(name, value): a value for queries, not shown.
    constant(name, value)::
      variable('monctl/dashboards: variable.constant', name, 'constant', { query: value, current: { selected: true, text: value, value: value } })
      + { hide: 2 },
  },

  // ---- Queries --------------------------------------------------------------

  // query(expr, legend, options): one query of a panel.
  //   expr     PromQL. For rates take the range [$__rate_interval], which is never
  //            shorter than four scrapes.
  //   legend   name of each series, e.g. '{{instance}}'.   default: Grafana's choice
  // options:
  //   instant  boolean: only the last value, for stat, gauge and table. default: false
  //   format   time_series | table | heatmap.                    default: time_series
  //   hide     boolean: run it, do not show it.                      default: false
  //   refId    letter to refer to it by.                         default: A, B, …
  query(expr, legend='__auto', options={})::
    local where = "monctl/dashboards: query '%s'" % std.toString(expr);
    assert check.text('monctl/dashboards: query', 'expr', expr);
    assert check.fields(where, options, [], ['instant', 'format', 'hide', 'refId']);
    assert check.types(where, options, { instant: 'boolean', hide: 'boolean', refId: 'string' });
    local o = { instant: false, format: 'time_series', hide: false } + options;
    assert check.oneOf(where, 'format', o.format, ['time_series', 'table', 'heatmap']);
    {
      datasource: datasource,
      editorMode: 'code',
      expr: std.stripChars(expr, ' \n'),
      legendFormat: legend,
      instant: o.instant,
      range: !o.instant,
      format: o.format,
      hide: o.hide,
      [if std.objectHas(o, 'refId') then 'refId']: o.refId,
    },

  // rate(metric, selector), increase(metric, selector): the usual ranges.
  rate(metric, selector=''):: 'rate(%s{%s}[$__rate_interval])' % [metric, selector],
  increase(metric, selector=''):: 'increase(%s{%s}[$__rate_interval])' % [metric, selector],

  // quantile(q, metric, by, selector): the q-quantile of a classic histogram.
  //   q       0…1.
  //   metric  name without _bucket.
  //   by      label names to keep.                                        default: []
  quantile(q, metric, by=[], selector='')::
    'histogram_quantile(%s, sum by (%s) (rate(%s_bucket{%s}[$__rate_interval])))' % [q, std.join(', ', ['le'] + by), metric, selector],

  // ---- Thresholds, mappings, overrides --------------------------------------

  // thresholds(base, steps, mode): colours by value.
  //   base   colour below the first step.
  //   steps  array of [value, colour], rising: the colour holds from the value on.
  //   mode   absolute, in the panel's unit | percentage, of min…max.  default: absolute
  thresholds(base, steps=[], mode='absolute')::
    local where = 'monctl/dashboards: thresholds';
    assert check.oneOf(where, 'mode', mode, ['absolute', 'percentage']);
    assert std.all([
      (std.isArray(s) && std.length(s) == 2 && std.isNumber(s[0]) && std.isString(s[1])) ||
      error '%s: a step is [value, colour], got %s' % [where, check.str(s)]
      for s in steps
    ]);
    assert std.all([steps[i][0] > steps[i - 1][0] for i in std.range(1, std.length(steps) - 1)])
           : '%s: the values of the steps must rise' % where;
    { mode: mode, steps: [{ color: base, value: null }] + [{ color: s[1], value: s[0] } for s in steps] },

  // mapping.…: texts and colours in place of values. `result` is {text, color}.
  mapping: {
    local checked(result) =
      assert check.fields('monctl/dashboards: mapping', result, [], ['text', 'color', 'index']);
      result,
    // values({'0': result, …}): by exact value.
    values(map):: { type: 'value', options: { [k]: checked({ index: std.find(k, std.objectFields(map))[0] } + map[k]) for k in std.objectFields(map) } },
    // range(from, to, result): from…to, both inclusive; null = unbounded.
    range(from, to, result):: { type: 'range', options: { from: from, to: to, result: checked({ index: 0 } + result) } },
    // special(match, result): match = true | false | null | nan | null+nan | empty.
    special(match, result)::
      assert check.oneOf('monctl/dashboards: mapping.special', 'match', match, ['true', 'false', 'null', 'nan', 'null+nan', 'empty']);
      { type: 'special', options: { match: match, result: checked({ index: 0 } + result) } },
  },

  // override.…(…, properties): other settings for some series or columns.
  //   properties  {property: value}, e.g. unit, min, max, decimals, displayName, links,
  //               mappings, thresholds, color, custom.width, custom.lineWidth, …
  override: {
    local override(id, options, properties) = {
      matcher: { id: id, options: options },
      properties: [{ id: p, value: properties[p] } for p in std.objectFields(properties)],
    },
    byName(name, properties):: override('byName', name, properties),
    byRegexp(regex, properties):: override('byRegexp', regex, properties),
    byQuery(refId, properties):: override('byFrameRefID', refId, properties),
    byType(type, properties):: override('byType', type, properties),
  },

  // ---- Panels ---------------------------------------------------------------

  // The fields of `options`, which every panel takes:
  //   width            columns, 1…24.
  //   height           grid lines of about 38 pixels, 2 or more.
  //   description      text behind the «i» in the corner.                  default: none
  //   unit             a Grafana unit: short, percentunit (0…1), bytes, Bps, s, ms,
  //                    reqps, ops, iops, dateTimeFromNow, …             default: short
  //   min, max         bounds of the scale.                         default: by the data
  //   decimals         number of decimals.                          default: by the unit
  //   noValue          text when there is no data.                            default: -
  //   thresholds       thresholds(…).                                default: all green
  //   mappings         array of mapping.…(…).                                default: []
  //   overrides        array of override.…(…).                               default: []
  //   links            array of link(…).                                     default: []
  //   transformations  array of transformation.…(…).                         default: []
  //   interval         least step of its queries, a duration.     default: the scrape's
  //   repeat           name of a variable: one panel for each value.        default: none
  local common = ['width', 'height', 'description', 'unit', 'min', 'max', 'decimals', 'noValue', 'thresholds', 'mappings', 'overrides', 'links', 'transformations', 'interval', 'repeat'],

  // panel(type, title, targets, options, more, parts): what all builders share.
  //   more   names of options that only this type has.
  //   parts  function(o) → {color, custom, options}.
  local panel(type, title, targets, options, defaults, parts) =
    local where = "monctl/dashboards: %s '%s'" % [type, std.toString(title)];
    assert check.type(where, 'title', title, 'string');
    assert check.type(where, 'targets', targets, 'array');
    assert check.fields(where, options, [], std.set(common + std.objectFields(defaults)));
    assert check.types(where, options, {
      width: 'number',
      height: 'number',
      description: 'string',
      unit: 'string',
      min: 'number',
      max: 'number',
      decimals: 'number',
      noValue: 'string',
      thresholds: 'object',
      mappings: 'array',
      overrides: 'array',
      links: 'array',
      transformations: 'array',
      repeat: 'string',
    });
    local o = {
      description: '',
      unit: 'short',
      thresholds: this.thresholds('green'),
      mappings: [],
      overrides: [],
      links: [],
      transformations: [],
    } + defaults + options;
    assert o.width >= 1 && o.width <= this.columns : '%s: width must be 1…%d, got %s' % [where, this.columns, o.width];
    assert o.height >= 2 : '%s: height must be 2 or more, got %s' % [where, o.height];
    assert !std.objectHas(o, 'interval') || check.duration(where, 'interval', o.interval);
    local letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    assert std.length(targets) <= std.length(letters) : '%s: at most %d queries' % [where, std.length(letters)];
    local p = parts(where, o);
    {
      // Read by layout, not shown.
      size:: { width: o.width, height: o.height },
      type: type,
      title: title,
      description: o.description,
      transparent: false,
      links: o.links,
      options: p.options,
      transformations: o.transformations,
      [if std.objectHas(o, 'interval') then 'interval']: o.interval,
      [if std.objectHas(o, 'repeat') then 'repeat']: o.repeat,
      [if std.objectHas(o, 'repeat') then 'repeatDirection']: 'h',
    } + (if std.length(targets) > 0 then {
           datasource: datasource,
           targets: std.mapWithIndex(function(i, t) { refId: letters[i] } + t, targets),
         } else {})
    + (if std.objectHas(p, 'custom') then {
         fieldConfig: {
           defaults: {
             unit: o.unit,
             [if std.objectHas(o, 'min') then 'min']: o.min,
             [if std.objectHas(o, 'max') then 'max']: o.max,
             [if std.objectHas(o, 'decimals') then 'decimals']: o.decimals,
             [if std.objectHas(o, 'noValue') then 'noValue']: o.noValue,
             thresholds: o.thresholds,
             mappings: o.mappings,
             color: p.color,
             [if p.custom != null then 'custom']: p.custom,
           },
           overrides: o.overrides,
         },
       } else {}),

  local legend(where, o) =
    assert check.oneOf(where, 'legend', o.legend, ['list', 'table', 'right', 'hidden']);
    {
      displayMode: if o.legend == 'list' then 'list' else 'table',
      placement: if o.legend == 'right' then 'right' else 'bottom',
      showLegend: o.legend != 'hidden',
      calcs: if std.member(['list', 'hidden'], o.legend) then [] else o.legendCalcs,
    },
  local reduce(o) = { calcs: [o.calc], fields: '', values: false },
  local hideFrom = { legend: false, tooltip: false, viz: false },

  // timeseries(title, targets, options): curves over time. Own options:
  //   style        line | bars | points.                                  default: line
  //   stack        none | normal | percent.                               default: none
  //   fill         opacity below the curve, 0…100 %.    default: 10, 60 when stacked
  //   lineWidth    pixels, 0…10.                                              default: 1
  //   legend       list | table | right (a table beside it) | hidden.      default: list
  //   legendCalcs  columns of a legend table: mean, max, min, lastNotNull, …
  //                                                        default: mean, max, lastNotNull
  //   axisLabel    text along the axis.                                    default: none
  //   showThresholds  off | line | dashed | area, in the colours of `thresholds`.
  //                                                                          default: off
  //   logBase      2 or 10: logarithmic axis.                            default: linear
  //   width 12, height 8 unless given.
  timeseries(title, targets, options={})::
    panel('timeseries', title, targets, options, {
      width: 12,
      height: 8,
      style: 'line',
      stack: 'none',
      fill: if self.stack == 'none' then 10 else 60,
      lineWidth: 1,
      legend: 'list',
      legendCalcs: ['mean', 'max', 'lastNotNull'],
      axisLabel: '',
      showThresholds: 'off',
      logBase: null,
    }, function(where, o)
      assert check.oneOf(where, 'style', o.style, ['line', 'bars', 'points']);
      assert check.oneOf(where, 'stack', o.stack, ['none', 'normal', 'percent']);
      assert check.oneOf(where, 'showThresholds', o.showThresholds, ['off', 'line', 'dashed', 'area']);
      assert check.oneOf(where, 'logBase', o.logBase, [null, 2, 10]);
      {
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: o.style,
          lineInterpolation: 'linear',
          lineWidth: o.lineWidth,
          fillOpacity: o.fill,
          gradientMode: 'none',
          showPoints: if o.style == 'points' then 'always' else 'never',
          pointSize: 5,
          spanNulls: false,
          insertNulls: false,
          stacking: { mode: o.stack, group: 'A' },
          axisPlacement: 'auto',
          axisLabel: o.axisLabel,
          axisColorMode: 'text',
          axisBorderShow: false,
          axisCenteredZero: false,
          barAlignment: 0,
          barWidthFactor: 0.6,
          scaleDistribution: if o.logBase == null then { type: 'linear' } else { type: 'log', log: o.logBase },
          hideFrom: hideFrom,
          thresholdsStyle: { mode: o.showThresholds },
        },
        options: {
          legend: legend(where, o),
          tooltip: { mode: 'multi', sort: 'desc', hideZeros: false },
        },
      }),

  // stat(title, targets, options): one big number a series. Own options:
  //   calc       how the series becomes a number: lastNotNull, mean, max, …
  //                                                                  default: lastNotNull
  //   graph      none | area, a small curve below the number.              default: none
  //   colorMode  none | value | background | background_solid.            default: value
  //   text       auto | value | value_and_name | name | none.              default: auto
  //   width 6, height 4 unless given.
  stat(title, targets, options={})::
    panel('stat', title, targets, options, { width: 6, height: 4, calc: 'lastNotNull', graph: 'none', colorMode: 'value', text: 'auto' }, function(where, o)
      assert check.oneOf(where, 'graph', o.graph, ['none', 'area']);
      assert check.oneOf(where, 'colorMode', o.colorMode, ['none', 'value', 'background', 'background_solid']);
      assert check.oneOf(where, 'text', o.text, ['auto', 'value', 'value_and_name', 'name', 'none']);
      {
        color: { mode: 'thresholds' },
        custom: null,
        options: {
          reduceOptions: reduce(o),
          graphMode: o.graph,
          colorMode: o.colorMode,
          textMode: o.text,
          justifyMode: 'auto',
          orientation: 'auto',
          wideLayout: true,
          showPercentChange: false,
          percentChangeColorMode: 'standard',
        },
      }),

  // gauge(title, targets, options): a dial between min and max. Own option: calc, as of
  // stat. width 6, height 6 unless given.
  gauge(title, targets, options={})::
    panel('gauge', title, targets, options, { width: 6, height: 6, calc: 'lastNotNull' }, function(where, o) {
      color: { mode: 'thresholds' },
      custom: null,
      options: {
        reduceOptions: reduce(o),
        orientation: 'auto',
        showThresholdLabels: false,
        showThresholdMarkers: true,
        sizing: 'auto',
        minVizWidth: 75,
        minVizHeight: 75,
      },
    }),

  // barGauge(title, targets, options): a bar a series between min and max. Own option:
  // calc, as of stat. width 12, height 8 unless given.
  barGauge(title, targets, options={})::
    panel('bargauge', title, targets, options, { width: 12, height: 8, calc: 'lastNotNull' }, function(where, o) {
      color: { mode: 'thresholds' },
      custom: null,
      options: {
        reduceOptions: reduce(o),
        orientation: 'horizontal',
        displayMode: 'basic',
        valueMode: 'color',
        namePlacement: 'auto',
        showUnfilled: true,
        sizing: 'auto',
        minVizWidth: 8,
        minVizHeight: 16,
        maxVizHeight: 300,
        legend: { displayMode: 'list', placement: 'bottom', showLegend: false, calcs: [] },
      },
    }),

  // table(title, targets, options): rows and columns; take queries with
  // {instant: true, format: 'table'}. Own options:
  //   sortBy  array of [column, descending].                                default: []
  //   cell    auto | color-text | color-background.                       default: auto
  //   filter  boolean: a filter in each heading.                         default: false
  //   width 24, height 8 unless given.
  table(title, targets, options={})::
    panel('table', title, targets, options, { width: 24, height: 8, sortBy: [], cell: 'auto', filter: false }, function(where, o)
      assert check.oneOf(where, 'cell', o.cell, ['auto', 'color-text', 'color-background']);
      {
        color: { mode: 'thresholds' },
        custom: {
          align: 'auto',
          cellOptions: { type: o.cell } + (if o.cell == 'color-background' then { mode: 'basic' } else {}),
          filterable: o.filter,
          inspect: false,
        },
        options: {
          frameIndex: 0,
          showHeader: true,
          cellHeight: 'sm',
          sortBy: [{ displayName: s[0], desc: s[1] } for s in o.sortBy],
          footer: { show: false, reducer: ['sum'], fields: [], countRows: false },
        },
      }),

  // stateTimeline(title, targets, options): a coloured band a series; take `mappings`
  // or `thresholds`. Own option:
  //   showValue  auto | always | never: the value as text on the band.  default: never
  //   width 24, height 8 unless given.
  stateTimeline(title, targets, options={})::
    panel('state-timeline', title, targets, options, { width: 24, height: 8, showValue: 'never' }, function(where, o)
      assert check.oneOf(where, 'showValue', o.showValue, ['auto', 'always', 'never']);
      {
        color: { mode: 'thresholds' },
        custom: {
          lineWidth: 0,
          fillOpacity: 80,
          spanNulls: false,
          insertNulls: false,
          axisPlacement: 'auto',
          hideFrom: hideFrom,
        },
        options: {
          mergeValues: true,
          showValue: o.showValue,
          alignValue: 'left',
          rowHeight: 0.9,
          perPage: 20,
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
          tooltip: { mode: 'single', sort: 'none', hideZeros: false },
        },
      }),

  // text(title, content, options): Markdown. width 24, height 4 unless given.
  text(title, content, options={})::
    assert check.text("monctl/dashboards: text '%s'" % title, 'content', content);
    panel('text', title, [], options, { width: 24, height: 4 }, function(where, o) {
      options: {
        mode: 'markdown',
        content: content,
        code: { language: 'plaintext', showLineNumbers: false, showMiniMap: false },
      },
    }),

  // alertList(title, options): the alerts that Grafana knows, its own and those of the
  // data sources whose alerts it manages. Own options:
  //   maxItems  number.                                                     default: 20
  //   states    of firing, pending, noData, normal, error.    default: firing, pending
  //   labels    matchers in braces, e.g. {team="x"}.                      default: all
  //   width 12, height 10 unless given.
  alertList(title, options={})::
    panel('alertlist', title, [], options, { width: 12, height: 10, maxItems: 20, states: ['firing', 'pending'], labels: '' }, function(where, o)
      local states = ['firing', 'pending', 'noData', 'normal', 'error'];
      assert std.all([check.oneOf(where, 'states', s, states) for s in o.states]);
      {
        options: {
          viewMode: 'list',
          groupMode: 'default',
          groupBy: [],
          maxItems: o.maxItems,
          sortOrder: 1,
          dashboardAlerts: false,
          alertName: '',
          alertInstanceLabelFilter: o.labels,
          stateFilter: { [s]: std.member(o.states, s) for s in states },
        },
      }),

  // transformation.…: changes to a table between query and display.
  transformation: {
    // organize(spec): order, names and choice of columns.
    //   exclude  array of columns to leave out.                             default: []
    //   rename   {column: name}.                                            default: {}
    //   order    array of columns, by their first names; the rest follows.  default: []
    organize(spec)::
      local where = 'monctl/dashboards: transformation.organize';
      assert check.fields(where, spec, [], ['exclude', 'rename', 'order']);
      local s = { exclude: [], rename: {}, order: [] } + spec;
      {
        id: 'organize',
        options: {
          excludeByName: { [c]: true for c in s.exclude },
          indexByName: { [s.order[i]]: i for i in std.range(0, std.length(s.order) - 1) },
          renameByName: s.rename,
        },
      },
    // merge(): the tables of all queries become one.
    merge():: { id: 'merge', options: {} },
    // joinByField(field, mode): tables side by side. mode = outer | inner.
    joinByField(field, mode='outer')::
      assert check.oneOf('monctl/dashboards: transformation.joinByField', 'mode', mode, ['outer', 'inner']);
      { id: 'joinByField', options: { byField: field, mode: mode } },
  },
}

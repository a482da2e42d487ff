// Builders for a Prometheus configuration: jobs, relabelling, the whole file.
//
//   local prometheus = import 'monctl/prometheus.libsonnet';
//
//   prometheus.config({
//     scrape_interval: '15s',
//     jobs: [
//       prometheus.job.static('node', ['127.0.0.1:9100']),
//       prometheus.job.files('api', ['targets/api/*.yaml']),
//       prometheus.job.blackbox('probe-http', { module: 'http_2xx', prober: '127.0.0.1:9115', targets: ['https://example.com'] }),
//     ],
//   })
//
// File names in the result are relative to the rendered prometheus.yml.
local check = import 'check.libsonnet';

{
  local this = self,

  // config(spec): a whole prometheus.yml.
  //   jobs                 array of job.…(…).                               required
  //   scrape_interval      duration between scrapes.                   default: 15s
  //   scrape_timeout       duration, at most scrape_interval.  default: 10s, or scrape_interval if that is shorter
  //   evaluation_interval  duration between rule evaluations.  default: scrape_interval
  //   external_labels      {name: value}; those of the environment in monctl.cue are
  //                        added by monctl, so this is rarely needed.
  //   rule_files           globs.                         default: ['rules/*.yaml']
  //   extra                {…} further top-level sections of prometheus.yml, e.g.
  //                        remote_write, alerting.                       default: {}
  config(spec)::
    local where = 'monctl/prometheus: config';
    assert check.fields(where, spec, ['jobs'], ['scrape_interval', 'scrape_timeout', 'evaluation_interval', 'external_labels', 'rule_files', 'extra']);
    assert check.types(where, spec, { jobs: 'array', rule_files: 'array', extra: 'object' });
    assert check.durations(where, spec, ['scrape_interval', 'scrape_timeout', 'evaluation_interval']);
    assert !std.objectHas(spec, 'external_labels') || check.labels(where, 'external_labels', spec.external_labels);
    assert check.unique(where, 'job names', [j.job_name for j in spec.jobs]);
    local s = { scrape_interval: '15s', rule_files: ['rules/*.yaml'], extra: {} } + spec;
    {
      global: {
        scrape_interval: s.scrape_interval,
        scrape_timeout: if std.objectHas(s, 'scrape_timeout') then s.scrape_timeout
        else if this.seconds(s.scrape_interval) < 10 then s.scrape_interval
        else '10s',
        evaluation_interval: if std.objectHas(s, 'evaluation_interval') then s.evaluation_interval else s.scrape_interval,
        [if std.objectHas(s, 'external_labels') then 'external_labels']: s.external_labels,
      },
      rule_files: s.rule_files,
      scrape_configs: s.jobs,
    } + s.extra,

  // seconds(duration): a duration like 1m30s in seconds.
  seconds(duration)::
    assert check.duration('monctl/prometheus', 'duration', duration);
    local size = { y: 31536000, w: 604800, d: 86400, h: 3600, m: 60, s: 1, ms: 0.001 };
    local isDigit(c) = std.member('0123456789', c);
    local step(acc, c) =
      if isDigit(c) then
        if acc.unit == '' then acc { number: acc.number * 10 + std.parseInt(c) }
        else { sum: acc.sum + acc.number * size[acc.unit], number: std.parseInt(c), unit: '' }
      else acc { unit: acc.unit + c };
    local end = std.foldl(step, std.stringChars(duration), { sum: 0, number: 0, unit: '' });
    if end.unit == '' then end.sum else end.sum + end.number * size[end.unit],

  // The fields of `options`, the last argument of every job builder:
  //   metrics_path            path to scrape.                        default: /metrics
  //   scheme                  http | https.                             default: http
  //   params                  {name: [value]} query parameters.           default: none
  //   scrape_interval         duration, this job only.
  //   scrape_timeout          duration, this job only.
  //   honor_labels            boolean: a label of the target wins over ours.  default: false
  //   relabel_configs         array of relabel.…(…), applied to targets.
  //   metric_relabel_configs  array of relabel.…(…), applied to samples.
  //   sample_limit            most samples a scrape may bring, 0 = any number.
  //   extra                   {…} further fields of the job, e.g. basic_auth, tls_config.
  local options = ['metrics_path', 'scheme', 'params', 'scrape_interval', 'scrape_timeout', 'honor_labels', 'relabel_configs', 'metric_relabel_configs', 'sample_limit', 'extra'],
  local withOptions(where, o) =
    assert check.fields(where, o, [], options);
    assert check.durations(where, o, ['scrape_interval', 'scrape_timeout']);
    assert check.types(where, o, {
      metrics_path: 'string',
      params: 'object',
      honor_labels: 'boolean',
      relabel_configs: 'array',
      metric_relabel_configs: 'array',
      sample_limit: 'number',
      extra: 'object',
    });
    assert !std.objectHas(o, 'scheme') || check.oneOf(where, 'scheme', o.scheme, ['http', 'https']);
    { [f]: o[f] for f in std.objectFields(o) if f != 'extra' } + (if std.objectHas(o, 'extra') then o.extra else {}),
  // A target list: strings, or objects {targets: [string], labels: {…}}.
  local staticConfigs(where, targets) =
    assert check.type(where, 'targets', targets, 'array');
    local plain = [t for t in targets if std.isString(t)];
    local groups = [t for t in targets if !std.isString(t)];
    assert std.all([
      check.fields(where + ': target group', g, ['targets'], ['labels']) &&
      (!std.objectHas(g, 'labels') || check.labels(where + ': target group', 'labels', g.labels))
      for g in groups
    ]);
    (if std.length(plain) > 0 then [{ targets: plain }] else []) + groups,

  job: {
    // job.static(name, targets, options): targets named here.
    //   name     label `job`.
    //   targets  array of 'host:port', or of {targets: ['host:port'], labels: {…}}.
    static(name, targets, options={})::
      local where = "monctl/prometheus: job '%s'" % std.toString(name);
      assert check.text('monctl/prometheus: job', 'name', name);
      { job_name: name, static_configs: staticConfigs(where, targets) } + withOptions(where, options),

    // job.files(name, files, options): targets read from files, which may change
    // while the server runs.
    //   files    array of paths or globs of YAML or JSON files; each holds an array of
    //            {targets: ['host:port'], labels: {…}}.
    files(name, files, options={})::
      local where = "monctl/prometheus: job '%s'" % std.toString(name);
      assert check.text('monctl/prometheus: job', 'name', name);
      assert check.type(where, 'files', files, 'array');
      { job_name: name, file_sd_configs: [{ files: files }] } + withOptions(where, options),

    // job.blackbox(name, spec): probes from outside by a blackbox_exporter. The
    // exporter is what gets scraped; the target travels as the parameter `target` and
    // becomes the label `instance`.
    //   prober   host:port of the blackbox_exporter.                        required
    //   module   a module of its configuration, e.g. http_2xx.              required
    //            A target overrides it with a label `module`.
    //   targets  array of targets, or of {targets: […], labels: {…}}.     default: []
    //   files    array of target files, as in job.files.                  default: []
    //   options  as of every job; its relabel_configs run last.           default: {}
    blackbox(name, spec)::
      local where = "monctl/prometheus: job '%s'" % std.toString(name);
      assert check.text('monctl/prometheus: job', 'name', name);
      assert check.fields(where, spec, ['prober', 'module'], ['targets', 'files', 'options']);
      local s = { targets: [], files: [], options: {} } + spec;
      assert check.text(where, 'prober', s.prober);
      assert check.text(where, 'module', s.module);
      assert check.type(where, 'files', s.files, 'array');
      assert std.length(s.targets) + std.length(s.files) > 0 : '%s: a probe needs targets or files' % where;
      local o = { metrics_path: '/probe', params: {}, relabel_configs: [] } + s.options;
      { job_name: name }
      + (if std.length(s.targets) > 0 then { static_configs: staticConfigs(where, s.targets) } else {})
      + (if std.length(s.files) > 0 then { file_sd_configs: [{ files: s.files }] } else {})
      + withOptions(where, o {
        params+: { module: [s.module] },
        relabel_configs: [
          this.relabel.copy('__address__', '__param_target'),
          this.relabel.copy('__param_target', 'instance'),
          this.relabel.copy('module', '__param_module', '(.+)'),
          this.relabel.set('__address__', s.prober),
        ] + super.relabel_configs,
      }),
  },

  // Steps for relabel_configs and metric_relabel_configs. Regular expressions are RE2
  // and match the whole value. `labels` is one label name or an array of them, whose
  // values are joined by `;`.
  relabel: {
    local labels(value) =
      local all = if std.isArray(value) then value else [value];
      assert std.all([check.labelName('monctl/prometheus: relabel', l) for l in all]);
      all,

    // set(target, value): label `target` becomes `value`, always.
    set(target, value):: { target_label: labels(target)[0], replacement: value },

    // copy(from, target, regex, replacement): where the value of `from` matches,
    // `target` becomes `replacement`, in which $1 is the first group of `regex`.
    copy(from, target, regex=null, replacement=null):: {
      source_labels: labels(from),
      target_label: labels(target)[0],
      [if regex != null then 'regex']: regex,
      [if replacement != null then 'replacement']: replacement,
    },

    // keep(from, regex), drop(from, regex): only, or not, the targets or samples
    // whose value of `from` matches.
    keep(from, regex):: { action: 'keep', source_labels: labels(from), regex: regex },
    drop(from, regex):: { action: 'drop', source_labels: labels(from), regex: regex },

    // labelKeep(regex), labelDrop(regex): only, or not, the labels whose name matches.
    labelKeep(regex):: { action: 'labelkeep', regex: regex },
    labelDrop(regex):: { action: 'labeldrop', regex: regex },

    // labelMap(regex, replacement): labels whose name matches are copied to the name
    // `replacement`, e.g. labelMap('__meta_consul_service_metadata_(.+)').
    labelMap(regex, replacement='$1'):: { action: 'labelmap', regex: regex, replacement: replacement },

    // hashMod(from, target, modulus): `target` becomes a hash of `from` modulo
    // `modulus`, to spread targets over several servers.
    hashMod(from, target, modulus):: {
      action: 'hashmod',
      source_labels: labels(from),
      target_label: labels(target)[0],
      modulus: modulus,
    },
  },
}
